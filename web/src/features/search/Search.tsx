import { Trans, useLingui } from "@lingui/react/macro";
import { useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { Link, useLocation, useNavigationType, useSearchParams } from "react-router";
import { ask } from "../../api/client";
import type { ApiError } from "../../api/errors";
import type { Found } from "../../api/types";
import { webApi } from "../../api/webapi";
import { Icon } from "../../design/icons";
import { IconButton } from "../../design/parts/Button";
import { Cover, pick } from "../../design/parts/Cover";
import { Grid, Shelf } from "../../design/parts/Shelf";
import { Empty, Failed } from "../../design/parts/States";
import { queueTrack } from "../../player/queue";
import { usePlay } from "../../tracks/actions";
import { TrackList } from "../../tracks/TrackList";
import { AlbumCard, ArtistCard, PlaylistCard } from "../cards";
import styles from "./Search.module.css";

const DEBOUNCE_MS = 30;
const RECENT = "philomel.searches";
const KINDS = ["all", "tracks", "albums", "artists", "playlists"] as const;
type Kind = (typeof KINDS)[number];

const recent = (): string[] => {
  try {
    return JSON.parse(localStorage.getItem(RECENT) ?? "[]") as string[];
  } catch {
    return [];
  }
};

/** Asks a moment after every key; what was asked before is given up. */
function useFound(words: string, kind: Kind) {
  const [state, setState] = useState<{
    words: string;
    found: Found | null;
    error: ApiError | null;
  }>({ words: "", found: null, error: null });
  const [again, setAgain] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a retry asks the same again
  useEffect(() => {
    const asked = words.trim();
    if (!asked) {
      setState({ words: "", found: null, error: null });
      return;
    }
    const leaving = new AbortController();
    const timer = setTimeout(async () => {
      const type = kind === "all" ? "track,album,artist,playlist" : kind.slice(0, -1);
      const limit = kind === "all" ? 8 : 50;
      try {
        const found = await ask<Found>(
          { path: "/v1/search", query: { q: asked, type, limit } },
          leaving.signal,
        );
        setState({ words: asked, found, error: null });
      } catch (cause) {
        if (!leaving.signal.aborted)
          setState({ words: asked, found: null, error: cause as ApiError });
      }
    }, DEBOUNCE_MS);
    return () => {
      clearTimeout(timer);
      leaving.abort();
    };
  }, [words, kind, again]);
  return { ...state, retry: () => setAgain(again + 1) };
}

/**
 * What stands in the box. The address follows it a moment later, and must not take back what was
 * typed meanwhile: it is listened to only where somebody went to another one.
 */
function useWords(asked: string) {
  const state = useState(asked);
  const [, setWords] = state;
  const { key } = useLocation();
  const way = useNavigationType();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another entry of the history
  useEffect(() => {
    if (way !== "REPLACE") setWords(asked);
  }, [key]);
  return state;
}

export default function Search() {
  const { t } = useLingui();
  const [params, setParams] = useSearchParams();
  const [words, setWords] = useWords(params.get("q") ?? "");
  const kind = (KINDS as readonly string[]).includes(params.get("kind") ?? "")
    ? (params.get("kind") as Kind)
    : "all";
  const { found, error, retry, words: answered } = useFound(words, kind);
  const shown = useDeferredValue(found);
  const box = useRef<HTMLInputElement>(null);
  const change = (q: string, next: Kind = kind) => {
    setWords(q);
    setParams(q ? { q, ...(next !== "all" && { kind: next }) } : {}, { replace: true });
  };
  const names: Record<Kind, string> = {
    all: t`All`,
    tracks: t`Songs`,
    albums: t`Albums`,
    artists: t`Artists`,
    playlists: t`Playlists`,
  };

  useEffect(() => box.current?.focus(), []);
  useEffect(() => {
    if (!answered || !found) return;
    const timer = setTimeout(() => {
      const kept = [answered, ...recent().filter((each) => !answered.startsWith(each))].slice(0, 8);
      localStorage.setItem(RECENT, JSON.stringify(kept));
    }, 2000);
    return () => clearTimeout(timer);
  }, [answered, found]);

  return (
    <>
      <h1 className="unseen">
        <Trans>Search</Trans>
      </h1>
      <search className={styles.search}>
        <Icon name="search" />
        <input
          ref={box}
          type="search"
          value={words}
          placeholder={t`Songs, albums, artists, playlists`}
          aria-label={t`Search`}
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          onChange={(event) => change(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "ArrowDown") return;
            event.preventDefault();
            document.querySelector<HTMLElement>("[data-results] a, [data-results] button")?.focus();
          }}
        />
        {words && (
          <IconButton
            icon="close"
            label={t`Clear`}
            onClick={() => {
              change("");
              box.current?.focus();
            }}
          />
        )}
      </search>
      {words && (
        <div className={styles.kinds} role="group" aria-label={t`What to search for`}>
          {KINDS.map((each) => (
            <button
              key={each}
              type="button"
              aria-pressed={each === kind}
              onClick={() => change(words, each)}
            >
              {names[each]}
            </button>
          ))}
        </div>
      )}
      <div data-results aria-live="polite" aria-busy={answered !== words.trim()}>
        {error ? (
          <Failed error={error} retry={retry} />
        ) : shown ? (
          <Results found={shown} kind={kind} words={answered} />
        ) : (
          !words && <Before change={change} />
        )}
      </div>
    </>
  );
}

function Results({ found, kind, words }: { found: Found; kind: Kind; words: string }) {
  const { t } = useLingui();
  const play = usePlay();
  const tracks = useMemo(
    () => (found.tracks?.items ?? []).map((track) => queueTrack(track)),
    [found],
  );
  const [albums, artists, lists] = [
    found.albums?.items ?? [],
    found.artists?.items ?? [],
    found.playlists?.items ?? [],
  ];
  if (!tracks.length && !albums.length && !artists.length && !lists.length) {
    return (
      <Empty icon="search" title={<Trans>Nothing called “{words}”</Trans>}>
        <Trans>
          A letter too many or too few is forgiven. Try fewer words, or <code>artist:</code>,{" "}
          <code>year:1990-1999</code>, <code>genre:</code>.
        </Trans>
      </Empty>
    );
  }
  const context = { kind: "search" as const, uri: `search:${words}`, name: words };
  const songs = tracks.length > 0 && (
    <section className={styles.songs}>
      {kind === "all" && (
        <h2>
          <Trans>Songs</Trans>
        </h2>
      )}
      <TrackList
        label={t`Songs found`}
        tracks={(kind === "all" ? tracks.slice(0, 4) : tracks).map((track) => ({
          key: track.id,
          track,
        }))}
        onPlay={(index) => play(tracks, { index, context, shuffle: false })}
      />
    </section>
  );
  if (kind !== "all") {
    return kind === "tracks" ? (
      songs
    ) : (
      <Grid>
        {albums.map((album) => (
          <AlbumCard key={album.id} album={album} />
        ))}
        {artists.map((artist) => (
          <ArtistCard key={artist.id} artist={artist} />
        ))}
        {lists.map((list) => (
          <PlaylistCard key={list.id} list={list} />
        ))}
      </Grid>
    );
  }
  return (
    <>
      <div className={styles.first}>
        <Top found={found} words={words} />
        {songs}
      </div>
      {artists.length > 0 && (
        <Shelf title={t`Artists`}>
          {artists.map((artist) => (
            <ArtistCard key={artist.id} artist={artist} />
          ))}
        </Shelf>
      )}
      {albums.length > 0 && (
        <Shelf title={t`Albums`}>
          {albums.map((album) => (
            <AlbumCard key={album.id} album={album} />
          ))}
        </Shelf>
      )}
      {lists.length > 0 && (
        <Shelf title={t`Playlists`}>
          {lists.map((list) => (
            <PlaylistCard key={list.id} list={list} />
          ))}
        </Shelf>
      )}
    </>
  );
}

const plain = (text: string): string =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

/** The one thing most likely meant: an exact name first, artists before albums before songs. */
export function topOf(found: Found, words: string) {
  const wanted = plain(words);
  const candidates = [
    ...(found.artists?.items ?? []).map((artist) => ({
      kind: "artist" as const,
      id: artist.id,
      name: artist.name,
      images: artist.images,
      by: "",
    })),
    ...(found.albums?.items ?? []).map((album) => ({
      kind: "album" as const,
      id: album.id,
      name: album.name,
      images: album.images,
      by: album.artists.map(({ name }) => name).join(", "),
    })),
    ...(found.tracks?.items ?? []).map((track) => ({
      kind: "track" as const,
      id: track.id,
      name: track.name,
      images: track.album?.images ?? [],
      by: track.artists.map(({ name }) => name).join(", "),
    })),
  ];
  return (
    candidates.find(({ name }) => plain(name) === wanted) ??
    candidates.find(({ name }) => plain(name).startsWith(wanted)) ??
    candidates[0] ??
    null
  );
}

function Top({ found, words }: { found: Found; words: string }) {
  const { t } = useLingui();
  const top = topOf(found, words);
  if (!top) return null;
  const kinds = { artist: t`Artist`, album: t`Album`, track: t`Song` };
  return (
    <section className={styles.top}>
      <h2>
        <Trans>Top result</Trans>
      </h2>
      <Link to={`/${top.kind}/${top.id}`}>
        <span>
          <Cover
            src={pick(top.images, 120)}
            round={top.kind === "artist"}
            icon={top.kind === "artist" ? "person" : "album"}
          />
        </span>
        <strong dir="auto">{top.name}</strong>
        <small dir="auto">{[kinds[top.kind], top.by].filter(Boolean).join(" · ")}</small>
      </Link>
    </section>
  );
}

function Before({ change }: { change: (words: string) => void }) {
  const { t } = useLingui();
  const { data } = webApi.useGenresQuery();
  const before = recent();
  return (
    <>
      {before.length > 0 && (
        <section className={styles.recent}>
          <h2>
            <Trans>Searched before</Trans>
          </h2>
          <ul>
            {before.map((each) => (
              <li key={each}>
                <button type="button" onClick={() => change(each)} dir="auto">
                  {each}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      {data && data.genres.length > 0 && (
        <section className={styles.genres}>
          <h2>
            <Trans>By genre</Trans>
          </h2>
          <ul>
            {data.genres.slice(0, 60).map((genre) => (
              <li key={genre}>
                <Link to={`/library/albums?genre=${encodeURIComponent(genre)}`} dir="auto">
                  {genre}
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      {!before.length && !data?.genres.length && (
        <Empty icon="search" title={t`What would you like to hear?`} />
      )}
    </>
  );
}
