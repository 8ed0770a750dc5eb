import { t } from "@lingui/core/macro";
import { Plural, Trans } from "@lingui/react/macro";
import { useEffect, useRef, useState } from "react";
import { at } from "../../api/base";
import type { ScanStatus } from "../../api/extension";
import { webApi } from "../../api/webapi";
import { useSend } from "../../app/store";
import { number } from "../../tracks/format";
import styles from "./Home.module.css";

/** The scan that runs, as the server tells it; for administrators. */
export function useScan(enabled: boolean): ScanStatus | null {
  const [scan, setScan] = useState<ScanStatus | null>(null);
  useEffect(() => {
    if (!enabled) return;
    const events = new EventSource(at("/api/philomel/v1/scans/events"));
    events.addEventListener("scan", (event) => setScan(JSON.parse(event.data) as ScanStatus));
    return () => events.close();
  }, [enabled]);
  return scan;
}

export const isRunning = (scan: ScanStatus): boolean => scan.finished_at == null;

export function ScanBar({ scan }: { scan: ScanStatus }) {
  return (
    <span className={styles.bar}>
      <progress
        aria-label={t`How far the scan is`}
        {...(scan.walked && scan.found
          ? { value: scan.read + scan.unchanged, max: scan.found }
          : {})}
      />
      <small>
        <Plural value={scan.found} one="# file found" other="# files found" />,{" "}
        <Trans>{number(scan.added)} new</Trans>
      </small>
    </span>
  );
}

const COVERS_MS = [3000, 10_000];

export function Scanning() {
  const { data: me } = webApi.useMeQuery();
  const send = useSend();
  const scan = useScan(me?.role === "admin");
  const running = scan !== null && isRunning(scan);
  const saw = useRef(false);
  const id = scan?.id;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what a scan found shows as soon as it has ended
  useEffect(() => {
    if (!id || running) return;
    const look = () => send(webApi.util.invalidateTags(["Played"]));
    look();
    // Covers are read after the files: where this page saw the scan end, it looks again.
    if (!saw.current) return;
    const timers = COVERS_MS.map((wait) => setTimeout(look, wait));
    return () => timers.forEach(clearTimeout);
  }, [id, running]);
  useEffect(() => {
    saw.current ||= running;
  }, [running]);
  if (!scan || !running) return null;
  return (
    <section className={styles.scan} aria-live="polite">
      <strong>
        <Trans>Your music is being read</Trans>
      </strong>
      <ScanBar scan={scan} />
    </section>
  );
}
