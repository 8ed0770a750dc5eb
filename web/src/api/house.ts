/** What administrators ask, and what people ask about their own account; not in the first load. */
import type {
  AppPasswords,
  AuditVerdict,
  AuditViews,
  Finding,
  FindingCounts,
  FindingKind,
  FindingPage,
  Invitations,
  InvitationView,
  LibraryView,
  LibraryViews,
  LinkView,
  Mend,
  Mends,
  NewAppPassword,
  Programs,
  Role,
  ScanStatus,
  SessionViews,
  SharedEntry,
  ShareView,
  ShareViews,
  TagEdit,
  TaggedTracks,
  User,
  Users,
} from "./extension";
import { webApi } from "./webapi";

const EXTENSION = "/api/philomel/v1";
const part = encodeURIComponent;

const tagged = webApi.enhanceEndpoints({
  addTagTypes: ["Libraries", "Findings", "People", "Invitations", "Own", "Shares", "Mends"],
});

export const houseApi = tagged.injectEndpoints({
  endpoints: (build) => ({
    libraries: build.query<LibraryViews, void>({
      query: () => ({ path: `${EXTENSION}/libraries` }),
      providesTags: ["Libraries"],
    }),
    addLibrary: build.mutation<LibraryView, { path: string; name?: string }>({
      query: (body) => ({ path: `${EXTENSION}/libraries`, method: "POST", body }),
      invalidatesTags: ["Libraries"],
    }),
    changeLibrary: build.mutation<LibraryView, { library: string; writable: boolean }>({
      query: ({ library, writable }) => ({
        path: `${EXTENSION}/libraries/${part(library)}`,
        method: "PATCH",
        body: { writable },
      }),
      invalidatesTags: ["Libraries"],
    }),
    tags: build.query<TaggedTracks, { kind: "albums" | "tracks"; id: string }>({
      query: ({ kind, id }) => ({ path: `${EXTENSION}/${kind}/${part(id)}/tags` }),
      keepUnusedDataFor: 0,
    }),
    mendTags: build.mutation<
      Mend,
      { track: string; body: { edits: TagEdit[]; cover?: string; batch?: string } }
    >({
      query: ({ track, body }) => ({
        path: `${EXTENSION}/tracks/${part(track)}/tags`,
        method: "PATCH",
        body,
      }),
      invalidatesTags: ["Mends"],
    }),
    mends: build.query<Mends, { limit: number }>({
      query: (query) => ({ path: `${EXTENSION}/mends`, query }),
      providesTags: ["Mends"],
    }),
    undoMend: build.mutation<Mend, string>({
      query: (id) => ({ path: `${EXTENSION}/mends/${part(id)}/undo`, method: "POST", body: {} }),
      invalidatesTags: ["Mends"],
    }),
    removeLibrary: build.mutation<null, { library: string; purge: boolean }>({
      query: ({ library, purge }) => ({
        path: `${EXTENSION}/libraries/${part(library)}`,
        method: "DELETE",
        query: { purge },
      }),
      invalidatesTags: ["Libraries", "Played"],
    }),
    startScan: build.mutation<ScanStatus, { full?: boolean; path?: string }>({
      query: (body) => ({ path: `${EXTENSION}/scans`, method: "POST", body }),
    }),
    cancelScan: build.mutation<ScanStatus, void>({
      query: () => ({ path: `${EXTENSION}/scans/current`, method: "DELETE" }),
    }),

    findingCounts: build.query<FindingCounts, void>({
      query: () => ({ path: `${EXTENSION}/findings/counts` }),
      providesTags: ["Findings"],
    }),
    findings: build.query<
      FindingPage,
      { kind?: FindingKind; text?: string; ignored?: boolean; cursor?: string; limit?: number }
    >({
      query: (query) => ({ path: `${EXTENSION}/findings`, query }),
      providesTags: ["Findings"],
    }),
    ignoreFinding: build.mutation<Finding, { id: string; ignored: boolean }>({
      query: ({ id, ignored }) => ({
        path: `${EXTENSION}/findings/${part(id)}`,
        method: "PATCH",
        body: { ignored },
      }),
      invalidatesTags: ["Findings"],
    }),

    users: build.query<Users, void>({
      query: () => ({ path: `${EXTENSION}/users` }),
      providesTags: ["People"],
    }),
    changeUser: build.mutation<
      User,
      { id: string; role?: Role; disabled?: boolean; explicit_allowed?: boolean }
    >({
      query: ({ id, ...body }) => ({
        path: `${EXTENSION}/users/${part(id)}`,
        method: "PATCH",
        body,
      }),
      invalidatesTags: ["People"],
    }),
    removeUser: build.mutation<null, string>({
      query: (id) => ({ path: `${EXTENSION}/users/${part(id)}`, method: "DELETE" }),
      invalidatesTags: ["People"],
    }),
    resetLink: build.mutation<LinkView, string>({
      query: (id) => ({
        path: `${EXTENSION}/users/${part(id)}/reset-link`,
        method: "POST",
        body: {},
      }),
    }),
    endSessionsOf: build.mutation<null, string>({
      query: (id) => ({ path: `${EXTENSION}/users/${part(id)}/sessions`, method: "DELETE" }),
    }),
    invitations: build.query<Invitations, void>({
      query: () => ({ path: `${EXTENSION}/invitations` }),
      providesTags: ["Invitations"],
    }),
    invite: build.mutation<InvitationView, { note?: string; role?: Role; days?: number }>({
      query: (body) => ({ path: `${EXTENSION}/invitations`, method: "POST", body }),
      invalidatesTags: ["Invitations"],
    }),
    withdraw: build.mutation<null, string>({
      query: (id) => ({ path: `${EXTENSION}/invitations/${part(id)}`, method: "DELETE" }),
      invalidatesTags: ["Invitations"],
    }),
    audit: build.query<AuditViews, { before?: number; limit?: number }>({
      query: (query) => ({ path: `${EXTENSION}/audit`, query }),
    }),
    verifyAudit: build.query<AuditVerdict, void>({
      query: () => ({ path: `${EXTENSION}/audit/verify` }),
    }),

    changeMe: build.mutation<User, { display_name?: string; explicit_allowed?: boolean }>({
      query: (body) => ({ path: `${EXTENSION}/me`, method: "PATCH", body }),
      invalidatesTags: ["Me"],
    }),
    prove: build.mutation<null, { password?: string; code?: string }>({
      query: (body) => ({ path: `${EXTENSION}/me/proof`, method: "POST", body }),
    }),
    sessions: build.query<SessionViews, void>({
      query: () => ({ path: `${EXTENSION}/me/sessions` }),
      providesTags: ["Own"],
    }),
    endSession: build.mutation<null, string>({
      query: (id) => ({ path: `${EXTENSION}/me/sessions/${part(id)}`, method: "DELETE" }),
      invalidatesTags: ["Own"],
    }),
    programs: build.query<Programs, void>({
      query: () => ({ path: `${EXTENSION}/me/programs` }),
      providesTags: ["Own"],
    }),
    revokeProgram: build.mutation<null, string>({
      query: (id) => ({ path: `${EXTENSION}/me/programs/${part(id)}`, method: "DELETE" }),
      invalidatesTags: ["Own"],
    }),
    appPasswords: build.query<AppPasswords, void>({
      query: () => ({ path: `${EXTENSION}/me/app-passwords` }),
      providesTags: ["Own"],
    }),
    createAppPassword: build.mutation<NewAppPassword, string>({
      query: (label) => ({
        path: `${EXTENSION}/me/app-passwords`,
        method: "POST",
        body: { label },
      }),
      invalidatesTags: ["Own"],
    }),
    revokeAppPassword: build.mutation<null, string>({
      query: (id) => ({ path: `${EXTENSION}/me/app-passwords/${part(id)}`, method: "DELETE" }),
      invalidatesTags: ["Own"],
    }),

    shares: build.query<ShareViews, void>({
      query: () => ({ path: `${EXTENSION}/shares`, query: { limit: 200 } }),
      providesTags: ["Shares"],
    }),
    share: build.mutation<
      ShareView,
      {
        entries: SharedEntry[];
        description?: string;
        lasts_ms?: number;
        downloads?: boolean;
        named?: boolean;
      }
    >({
      query: (body) => ({ path: `${EXTENSION}/shares`, method: "POST", body }),
      invalidatesTags: ["Shares"],
    }),
    changeShare: build.mutation<
      ShareView,
      {
        id: string;
        description?: string;
        /** 0 for never. */
        expires_at?: number;
        lasts_ms?: number;
        downloads?: boolean;
        named?: boolean;
      }
    >({
      query: ({ id, ...body }) => ({
        path: `${EXTENSION}/shares/${part(id)}`,
        method: "PATCH",
        body,
      }),
      invalidatesTags: ["Shares"],
    }),
    unshare: build.mutation<null, string>({
      query: (id) => ({ path: `${EXTENSION}/shares/${part(id)}`, method: "DELETE" }),
      invalidatesTags: ["Shares"],
    }),
  }),
});
