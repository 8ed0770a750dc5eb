import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useApp } from "../app/store";
import { RowsToCome } from "../design/parts/States";
import { Bar } from "../player/Bar";
import { Notices } from "./Notices";
import { Rail } from "./Rail";
import styles from "./Shell.module.css";
import { Scroller, useScrollRestored } from "./scrolling";
import { useSession } from "./session";
import { Shortcuts, useShortcuts } from "./shortcuts";
import { Tabs } from "./Tabs";

const Banner = lazy(() => import("./Banner"));
const SignedOut = lazy(() => import("./SignedOut"));
const QueuePanel = lazy(() => import("../features/queue/QueuePanel"));
const LyricsPanel = lazy(() => import("../features/lyrics/LyricsPanel"));
const Sound = lazy(() => import("../features/sound/Sound"));
const FullScreen = lazy(() => import("../player/FullScreen"));

/** Around every page: where one can go, what plays, and what else is open. */
export function Shell({ children }: { children: ReactNode }) {
  const [scroller, setScroller] = useState<HTMLElement | null>(null);
  const { panel, fullScreen, shortcuts, sound } = useApp((root) => root.interface);
  const hasMusic = useApp(({ queue }) => queue.current !== null);
  const told = useApp(({ offline }) => offline.away || offline.update);
  const { ready, ended } = useSession();
  useScrollRestored(scroller);
  useShortcuts();
  return (
    <div className={`${styles.shell} ${panel ? styles.withPanel : ""}`}>
      <a href="#main" className={styles.skip}>
        <Trans>Skip to the page</Trans>
      </a>
      <Rail />
      <main id="main" ref={setScroller} tabIndex={-1} className={styles.main}>
        <div className={styles.page}>
          <Scroller value={scroller}>{ready ? children : <RowsToCome />}</Scroller>
        </div>
      </main>
      {panel && (
        <aside className={styles.panel} aria-label={panel === "queue" ? t`Queue` : t`Lyrics`}>
          <Suspense fallback={<RowsToCome rows={5} />}>
            {panel === "queue" ? <QueuePanel /> : <LyricsPanel />}
          </Suspense>
        </aside>
      )}
      <div className={styles.foot}>
        {told && (
          <Suspense fallback={null}>
            <Banner />
          </Suspense>
        )}
        <Bar />
        <Tabs />
      </div>
      <Notices />
      {fullScreen && hasMusic && (
        <Suspense fallback={null}>
          <FullScreen />
        </Suspense>
      )}
      {sound && (
        <Suspense fallback={null}>
          <Sound />
        </Suspense>
      )}
      {shortcuts && <Shortcuts />}
      {ended && (
        <Suspense fallback={null}>
          <SignedOut />
        </Suspense>
      )}
    </div>
  );
}
