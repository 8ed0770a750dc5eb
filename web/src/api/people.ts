/** Other listeners, and what they show to everybody. */
import type { Page, Playlist } from "./types";
import { webApi } from "./webapi";

export interface Person {
  id: string;
  display_name: string | null;
}

const of = (id: string, rest = "") => `/v1/users/${encodeURIComponent(id)}${rest}`;

export const peopleApi = webApi.injectEndpoints({
  endpoints: (build) => ({
    person: build.query<Person, string>({ query: (id) => ({ path: of(id) }) }),
    listsOf: build.query<Page<Playlist>, { id: string; limit: number; offset?: number }>({
      query: ({ id, ...query }) => ({ path: of(id, "/playlists"), query }),
      providesTags: ["Playlists"],
    }),
  }),
});
