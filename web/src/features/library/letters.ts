export interface LetterPlace {
  letter: string;
  offset: number;
}

/** The letter that stands at a place of the list. */
export function letterAt(letters: readonly LetterPlace[], place: number): number {
  let found = 0;
  for (const [index, { offset }] of letters.entries()) if (offset <= place) found = index;
  return found;
}

/** Which letter a key asks for: the nearest one at or behind it that there is. */
export function letterFor(letters: readonly LetterPlace[], key: string): number | null {
  const wanted = key.toLowerCase();
  if (!/^[a-z]$/.test(wanted)) return null;
  const at = letters.findIndex(({ letter }) => letter >= wanted && letter !== "~");
  return at < 0 ? letters.length - 1 : at;
}

/** How a letter is written on the rail. */
export const written = (letter: string): string => (letter === "~" ? "…" : letter.toUpperCase());
