/** Where this server lies: "" or "/music". The server writes it into the page as <base>. */
export const BASE = new URL(".", document.baseURI).pathname.replace(/\/$/, "");

/** A path of this server as the browser must ask for it. */
export const at = (path: string): string => BASE + path;

/** Paths that the server names begin at the host's root already. */
export const absolute = (path: string): string => new URL(path, location.origin).href;
