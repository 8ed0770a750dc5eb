/** Paths as the server names them: hexadecimal, because names of files may be no text. */

export interface Crumb {
  path: string;
  name: string;
}

const bytesOf = (path: string): Uint8Array =>
  Uint8Array.from(path.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

/** The folders from the library down to this path, itself included. */
export function crumbs(path: string): Crumb[] {
  const found: Crumb[] = [];
  const pairs = path.match(/../g) ?? [];
  let start = 0;
  for (let place = 0; place <= pairs.length; place += 1) {
    if (place < pairs.length && pairs[place] !== "2f") continue;
    if (place > start)
      found.push({
        path: pairs.slice(0, place).join(""),
        name: new TextDecoder().decode(bytesOf(pairs.slice(start, place).join(""))),
      });
    start = place + 1;
  }
  return found;
}
