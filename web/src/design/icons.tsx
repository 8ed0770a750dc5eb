/** Icons of one hand: 24 units, a line of 1.75, round ends. */
import type { SVGProps } from "react";

const PATHS = {
  album: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-6.5a2.500 2.500 0 1 0 0-5 2.500 2.500 0 0 0 0 5Z",
  arrowLeft: "M19 12H5m6-6-6 6 6 6",
  arrowRight: "M5 12h14m-6-6 6 6-6 6",
  bars: "M5 19v-6m4.700 6V5m4.600 14v-9m4.700 9V8",
  check: "m5 12.500 4.500 4.500L19 7.500",
  chevronDown: "m6 9.500 6 6 6-6",
  chevronRight: "m9.500 6 6 6-6 6",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-14v5l3.500 2",
  close: "M6 6l12 12M18 6 6 18",
  download: "M12 4v11m0 0 4.500-4.500M12 15l-4.500-4.500M5 20h14",
  drag: "M9 6h.01M9 12h.01M9 18h.01M15 6h.01M15 12h.01M15 18h.01",
  edit: "M4.500 19.500h3.700L19 8.700a1.700 1.700 0 0 0 0-2.400l-1.300-1.300a1.700 1.700 0 0 0-2.400 0L4.500 15.800ZM13.500 6.800l3.700 3.700",
  expand: "M4 14v6h6M20 10V4h-6M4 20l6.500-6.500M20 4l-6.500 6.500",
  folder:
    "M3 7.500A1.500 1.500 0 0 1 4.500 6h4.300l2 2.500h8.700A1.500 1.500 0 0 1 21 10v7.500a1.500 1.500 0 0 1-1.500 1.500h-15A1.500 1.500 0 0 1 3 17.500Z",
  heart:
    "M12 20S4 15.200 4 9.400A4.400 4.400 0 0 1 12 6.800a4.400 4.400 0 0 1 8 2.600C20 15.200 12 20 12 20Z",
  home: "M4 11.200 12 4l8 7.200V20h-5.500v-5.500h-5V20H4Z",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-10v5.500M12 7.500h.01",
  library: "M5 4v16M9.500 4v16M14 4.500l4.500 15",
  lyrics: "M4 6h16M4 11h11M4 16h13M4 21h7",
  minus: "M5 12h14",
  more: "M5.500 12h.01M12 12h.01M18.500 12h.01",
  mute: "M4 9.500v5h3.500L12 19V5L7.500 9.500Zm12 0 5 5m0-5-5 5",
  next: "M6 5.500v13l9.500-6.500ZM18.500 5.500v13",
  note: "M9 18.500V5.500l11-2v13M9 18.500a2.700 2.700 0 1 1-5.400 0 2.700 2.700 0 0 1 5.400 0Zm11-2a2.700 2.700 0 1 1-5.400 0 2.700 2.700 0 0 1 5.400 0Z",
  pause: "M8 5.500v13M16 5.500v13",
  person: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-7.500 8a7.500 7.500 0 0 1 15 0",
  play: "M7.500 4.800v14.400L19 12Z",
  plus: "M12 5v14M5 12h14",
  previous: "M18 5.500v13L8.500 12ZM5.500 5.500v13",
  queue: "M4 6h12M4 11h12M4 16h7m4.500-1.500v6l5-3Z",
  repeat:
    "M17 3.500 20 6.500l-3 3M4 11.500v-1a4 4 0 0 1 4-4h12M7 20.500 4 17.500l3-3m13-2v1a4 4 0 0 1-4 4H4",
  search:
    "M10.800 17.600a6.800 6.800 0 1 0 0-13.600 6.800 6.800 0 0 0 0 13.600Zm4.900-1.900L20.500 20.500",
  settings:
    "M12 15.200a3.200 3.200 0 1 0 0-6.400 3.200 3.200 0 0 0 0 6.400ZM12 3v2.300m0 13.400V21m9-9h-2.300M5.300 12H3m15.400-6.400-1.700 1.700M7.300 16.700l-1.700 1.700m12.800 0-1.700-1.700M7.300 7.300 5.600 5.600",
  rules:
    "M4 7h9m4.500 0H20M4 17h2.500M11 17h9M15.200 9.200a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400Zm-6.400 10a2.200 2.200 0 1 0 0-4.400 2.200 2.200 0 0 0 0 4.400Z",
  shield: "M12 3.500 19 6v5.500c0 4.400-3 7.400-7 9-4-1.600-7-4.600-7-9V6Z",
  sliders:
    "M5 4v7m0 4.500v4.500M12 4v2.500m0 4.500v9M19 4v9m0 4.500v2.500M3 13.300h4M10 8.800h4M17 15.300h4",
  shuffle:
    "M16.500 4 20 7l-3.500 3M16.500 14l3.500 3-3.500 3M4 7h3.500c4.500 0 5 10 9.500 10h3M4 17h3.500c1.900 0 3-1.700 4-4M20 7h-3c-1.600 0-2.700 1.200-3.500 2.800",
  trash:
    "M5 7h14M10 7V4.500h4V7m3.500 0-.8 12.500H7.300L6.500 7m3.700 3.500.3 5.500m3.300-5.500-.3 5.500",
  volume:
    "M4 9.500v5h3.500L12 19V5L7.500 9.500ZM15.500 9a4.200 4.200 0 0 1 0 6m2.600-8.500a7.800 7.800 0 0 1 0 11",
  warning: "M12 4 21 19.500H3ZM12 10v4m0 2.800h.01",
} as const;

const SOLID = new Set<IconName>(["play", "pause", "next", "previous"]);

export type IconName = keyof typeof PATHS;

export function Icon({
  name,
  size = 20,
  filled = false,
  ...rest
}: { name: IconName; size?: number; filled?: boolean } & SVGProps<SVGSVGElement>) {
  const solid = filled || SOLID.has(name);
  return (
    <svg
      viewBox="0 0 24 24"
      width={size}
      height={size}
      fill={solid && name !== "pause" ? "currentColor" : "none"}
      stroke="currentColor"
      strokeWidth={name === "pause" ? 4 : name === "drag" || name === "more" ? 2.6 : 1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      {...rest}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
