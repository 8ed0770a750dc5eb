/** What strangers see who were given an address: no account, no cookie, nothing else of the server. */
import "@fontsource-variable/figtree";
import "@fontsource-variable/fraunces";
import "../design/tokens.css";
import "../design/base.css";
import type { Nothing, Share } from "./types";
import { embed, nothing, page } from "./views";
import { speak } from "./words";

function followSystem(): void {
  const light = matchMedia("(prefers-color-scheme: light)");
  const apply = () => {
    document.documentElement.dataset.theme = light.matches ? "light" : "dark";
  };
  apply();
  light.addEventListener("change", apply);
}

const root = document.getElementById("root");
if (root) {
  const { share, state, form } = root.dataset;
  const small = form === "embed";
  followSystem();
  await speak();
  if (share) {
    const told = JSON.parse(share) as Share;
    root.replaceChildren(small ? embed(told) : page(told));
  } else root.replaceChildren(nothing((state ?? "unknown") as Nothing, small));
}
