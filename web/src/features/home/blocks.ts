/** The blocks of Home: which there are, in which order, and which are shown. */
export const BLOCKS = ["listening", "added", "most", "rediscover", "genres", "decades"] as const;
export type Block = (typeof BLOCKS)[number];

export interface Arrangement {
  order: readonly string[];
  hidden: readonly string[];
}

/** All blocks as they were put; those that are newer than that stand behind. */
export function ordered({ order }: Arrangement): Block[] {
  const put = order.filter((name): name is Block => (BLOCKS as readonly string[]).includes(name));
  return [...new Set([...put, ...BLOCKS])];
}

export const shownOf = (arrangement: Arrangement): Block[] =>
  ordered(arrangement).filter((block) => !arrangement.hidden.includes(block));

/** With one of them moved to a place. */
export function moved(blocks: readonly Block[], block: Block, to: number): Block[] {
  const rest = blocks.filter((each) => each !== block);
  const place = Math.min(rest.length, Math.max(0, to));
  return [...rest.slice(0, place), block, ...rest.slice(place)];
}
