import { useEffect } from "react";
import { at } from "../api/base";
import { webApi } from "../api/webapi";

/** Whether somebody is signed in; who is not is sent to the sign-in page, and comes back here. */
export function useSession(): boolean {
  const { data, error } = webApi.useMeQuery();
  useEffect(() => {
    if (error && "status" in error && error.status === 401) {
      const here = location.pathname + location.search;
      location.replace(at(`/sign-in?next=${encodeURIComponent(here)}`));
    }
  }, [error]);
  return data !== undefined;
}
