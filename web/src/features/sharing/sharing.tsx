/** What can be shared from a menu; the dialog comes when it is opened. */
import { lazy, type ReactNode, Suspense, useState } from "react";
import type { SharedEntry, ShareView } from "../../api/extension";

const ShareDialog = lazy(() => import("./ShareDialog"));

export interface Sharing {
  /** As people know it. */
  name: string;
  entries: SharedEntry[];
  /** It is shared already: to be seen, changed or ended. */
  share?: ShareView;
}

/** More are not shared at once. */
const MOST = 500;

export const tracksAsked = (tracks: { id: string; name: string }[]): Sharing | null => {
  const ids = [...new Set(tracks.map(({ id }) => id).filter(Boolean))].slice(0, MOST);
  const name = ids.length === 1 ? (tracks[0]?.name ?? "") : "";
  return ids.length ? { name, entries: ids.map((id) => ({ kind: "track", id })) } : null;
};

export function useSharing(): { ask: (what: Sharing | null) => void; dialog: ReactNode } {
  const [asked, ask] = useState<Sharing | null>(null);
  const dialog = asked && (
    <Suspense fallback={null}>
      <ShareDialog what={asked} onClose={() => ask(null)} />
    </Suspense>
  );
  return { ask, dialog };
}
