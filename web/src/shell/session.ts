import { useEffect, useState } from "react";
import { at } from "../api/base";
import { SIGNED_OUT } from "../api/client";
import { webApi } from "../api/webapi";

/** Where to sign in, and to come back from. */
export const wayIn = (): string =>
  at(`/sign-in?next=${encodeURIComponent(location.pathname + location.search)}`);

/**
 * Whether somebody is signed in. Whoever comes without a session is sent to sign in; whoever loses it
 * in the middle is told so, and the music goes on as far as it was fetched.
 */
export function useSession(): { ready: boolean; ended: boolean } {
  const { data, error } = webApi.useMeQuery();
  const [ended, setEnded] = useState(false);
  const known = data !== undefined;
  useEffect(() => {
    if (!known && error && "status" in error && error.status === 401) location.replace(wayIn());
  }, [known, error]);
  useEffect(() => {
    if (!known) return;
    const told = () => setEnded(true);
    window.addEventListener(SIGNED_OUT, told);
    return () => window.removeEventListener(SIGNED_OUT, told);
  }, [known]);
  return { ready: known, ended };
}
