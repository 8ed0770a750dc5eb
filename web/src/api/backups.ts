/** Backups, for administrators. */
import type { Backups } from "./extension";
import { webApi } from "./webapi";

const PATH = "/api/philomel/v1/backups";

export const backupsApi = webApi.enhanceEndpoints({ addTagTypes: ["Backups"] }).injectEndpoints({
  endpoints: (build) => ({
    backups: build.query<Backups, void>({
      query: () => ({ path: PATH }),
      providesTags: ["Backups"],
    }),
    makeBackup: build.mutation<Backups, void>({
      query: () => ({ path: PATH, method: "POST", body: {} }),
      invalidatesTags: ["Backups"],
    }),
    checkBackup: build.mutation<Backups, string>({
      query: (name) => ({
        path: `${PATH}/${encodeURIComponent(name)}/check`,
        method: "POST",
        body: {},
      }),
      invalidatesTags: ["Backups"],
    }),
  }),
});
