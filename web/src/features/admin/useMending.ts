import { t } from "@lingui/core/macro";
import type { ApiError } from "../../api/errors";
import type { Mend, TagEdit, TagField } from "../../api/extension";
import { houseApi } from "../../api/house";
import { notices } from "../../app/notices";
import { useSend } from "../../app/store";

/** The scan and the examination that follow take a moment. */
const LATER_MS = [1500, 5000, 12_000];

export function useFieldNames(): Record<TagField, string> {
  return {
    title: t`Title`,
    artists: t`Artists`,
    album: t`Album`,
    album_artists: t`Album artists`,
    genres: t`Genres`,
    date: t`Date`,
    track_number: t`Track`,
    track_total: t`Tracks in all`,
    disc_number: t`Disc`,
    disc_total: t`Discs in all`,
  };
}

export function useMending() {
  const send = useSend();
  const [change] = houseApi.useMendTagsMutation();
  const [take] = houseApi.useUndoMendMutation();
  const look = () => {
    for (const ms of LATER_MS)
      setTimeout(() => send(houseApi.util.invalidateTags(["Findings"])), ms);
  };
  const mend = async (
    track: string,
    edits: TagEdit[],
    cover: string | null,
    batch: string | undefined,
  ): Promise<Mend> => {
    const body = { edits, ...(cover !== null && { cover }), ...(batch && { batch }) };
    const made = await change({ track, body }).unwrap();
    look();
    return made;
  };
  /** The latest first, as they rest on each other. */
  const undo = async (made: readonly Mend[]): Promise<void> => {
    const problems: string[] = [];
    for (const each of made.toReversed()) {
      try {
        await take(each.id).unwrap();
      } catch (cause) {
        problems.push((cause as ApiError).message);
      }
    }
    look();
    const [problem] = problems;
    if (problem) send(notices.told(problem, { tone: "bad" }));
    else send(notices.told(t`The files are as they were before`));
  };
  return { mend, undo };
}
