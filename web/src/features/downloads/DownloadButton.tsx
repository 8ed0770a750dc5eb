import { useLingui } from "@lingui/react/macro";
import { useStore } from "react-redux";
import { useNavigate } from "react-router";
import { notices } from "../../app/notices";
import { type Store, useApp } from "../../app/store";
import { IconButton } from "../../design/parts/Button";
import { canKeep, isHere, type Kind } from "../../offline/state";

/** Keeps an album, a playlist or the liked songs in this browser. */
export function DownloadButton({ kind, id = "", name }: { kind: Kind; id?: string; name: string }) {
  const { t } = useLingui();
  const store = useStore() as Store;
  const go = useNavigate();
  const key = `${kind}:${id}`;
  const kept = useApp(({ offline }) => offline.downloads.find((each) => each.key === key));
  const here = useApp(({ offline }) => kept?.tracks.filter((each) => isHere(offline, each)).length);
  const away = useApp(({ offline }) => offline.away);
  const total = kept?.tracks.length ?? 0;
  const label = !kept
    ? t`Download`
    : here === total
      ? t`Downloaded`
      : t`Downloading, ${here} of ${total}`;
  const act = async () => {
    if (kept || !canKeep()) return go("/downloads");
    store.dispatch(notices.told(t`“${name}” is being downloaded`));
    try {
      await (await import("../../offline/downloads")).add(store, kind, id, name);
    } catch {
      store.dispatch(notices.told(t`“${name}” could not be downloaded.`, { tone: "bad" }));
    }
  };
  return (
    <IconButton
      icon={kept && here === total ? "check" : "download"}
      size={22}
      label={label}
      pressed={kept !== undefined}
      disabled={away && !kept}
      onClick={() => void act()}
    />
  );
}
