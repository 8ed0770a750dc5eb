import type { SVGProps } from "react";
import { type IconName, PATHS, SOLID, strokeOf } from "./paths";

export type { IconName } from "./paths";

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
      strokeWidth={strokeOf(name)}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      {...rest}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
