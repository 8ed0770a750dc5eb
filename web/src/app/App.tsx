import { lazy, Suspense } from "react";
import { Route, Routes } from "react-router";
import { RowsToCome } from "../design/parts/States";
import { Home } from "../features/home/Home";
import { NotFound } from "../features/NotFound";
import { Shell } from "../shell/Shell";

const Album = lazy(() => import("../features/album/Album"));
const Artist = lazy(() => import("../features/artist/Artist"));
const Search = lazy(() => import("../features/search/Search"));
const Library = lazy(() => import("../features/library/Library"));
const Playlist = lazy(() => import("../features/playlist/Playlist"));
const Settings = lazy(() => import("../features/settings/Settings"));
const Admin = lazy(() => import("../features/admin/Admin"));
const Downloads = lazy(() => import("../features/downloads/Downloads"));
const Track = lazy(() => import("../features/album/Track"));
const Person = lazy(() => import("../features/people/Person"));

export function App() {
  return (
    <Shell>
      <Suspense fallback={<RowsToCome />}>
        <Routes>
          <Route path="/" element={<Home />} />
          <Route path="/search" element={<Search />} />
          <Route path="/library" element={<Library view="albums" />} />
          <Route path="/library/albums" element={<Library view="albums" />} />
          <Route path="/library/artists" element={<Library view="artists" />} />
          <Route path="/library/tracks" element={<Library view="tracks" />} />
          <Route path="/library/genres" element={<Library view="genres" />} />
          <Route path="/library/labels" element={<Library view="labels" />} />
          <Route path="/library/folders" element={<Library view="folders" />} />
          <Route path="/library/liked" element={<Library view="liked" />} />
          <Route path="/album/:id" element={<Album />} />
          <Route path="/artist/:id" element={<Artist />} />
          <Route path="/track/:id" element={<Track />} />
          <Route path="/playlist/:id" element={<Playlist />} />
          <Route path="/user/:id" element={<Person />} />
          <Route path="/admin" element={<Admin view="libraries" />} />
          <Route path="/admin/health" element={<Admin view="health" />} />
          <Route path="/admin/people" element={<Admin view="people" />} />
          <Route path="/admin/backups" element={<Admin view="backups" />} />
          <Route path="/admin/log" element={<Admin view="log" />} />
          <Route path="/downloads" element={<Downloads />} />
          <Route path="/settings" element={<Settings />} />
          <Route path="*" element={<NotFound />} />
        </Routes>
      </Suspense>
    </Shell>
  );
}
