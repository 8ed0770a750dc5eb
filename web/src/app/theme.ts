import type { Store } from "./store";

/** Writes the theme on the page, as chosen or as the system has it. */
export function followTheme(store: Store): void {
  const system = matchMedia("(prefers-color-scheme: light)");
  const apply = () => {
    const { theme } = store.getState().interface;
    const light = theme === "light" || (theme === "system" && system.matches);
    document.documentElement.dataset.theme = light ? "light" : "dark";
  };
  apply();
  store.subscribe(apply);
  system.addEventListener("change", apply);
}
