import { t } from "@lingui/core/macro";
import type { Failure } from "../engine/types";

/** What a listener is told when a track cannot be played. */
export function failureText(failure: Failure, name: string): string {
  switch (failure) {
    case "undecodable":
      return t`“${name}” cannot be played by this browser, so it was passed over.`;
    case "gone":
      return t`“${name}” is not there any more, so it was passed over.`;
    case "refused":
      return t`You are signed out. Sign in again to go on.`;
    case "offline":
      return t`“${name}” could not be fetched, so it was passed over.`;
  }
}
