/** Elements in one expression. Texts stay texts: nothing here reads HTML. */
import { type IconName, PATHS, SOLID, strokeOf } from "../design/paths";

type Child = Node | string | null | false | undefined;
type Tags = HTMLElementTagNameMap;

export function h<K extends keyof Tags>(
  name: K,
  attributes: Record<string, string | boolean | undefined>,
  ...children: Child[]
): Tags[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (value !== undefined && value !== false) made.setAttribute(key, value === true ? "" : value);
  for (const child of children) if (child) made.append(child);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

export function icon(name: IconName, size = 20): SVGSVGElement {
  const made = document.createElementNS(SVG, "svg");
  const solid = SOLID.has(name) && name !== "pause";
  const attributes = {
    viewBox: "0 0 24 24",
    width: String(size),
    height: String(size),
    fill: solid ? "currentColor" : "none",
    stroke: "currentColor",
    "stroke-width": String(strokeOf(name)),
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  };
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  made.append(path);
  return made;
}

export function iconButton(
  name: IconName,
  label: string,
  act: () => void,
  className = "",
  size = 20,
): HTMLButtonElement {
  const made = h(
    "button",
    { type: "button", "aria-label": label, title: label, class: className },
    icon(name, size),
  );
  made.addEventListener("click", act);
  return made;
}

/** A picture, or where one would be; a picture that does not come is none. */
export function cover(src: string, className: string): HTMLElement {
  const box = h("span", { class: className });
  const none = () => box.replaceChildren(icon("album", 28));
  if (!src) none();
  else {
    const picture = h("img", { src, alt: "", decoding: "async", draggable: "false" });
    picture.addEventListener("error", none);
    box.append(picture);
  }
  return box;
}
