import { t } from "@lingui/core/macro";
import { Trans } from "@lingui/react/macro";
import { type FormEvent, type ReactNode, useState } from "react";
import { at } from "../../api/base";
import type { ApiError } from "../../api/errors";
import { houseApi } from "../../api/house";
import { webApi } from "../../api/webapi";
import { notices } from "../../app/notices";
import { useSend } from "../../app/store";
import { Button } from "../../design/parts/Button";
import { Dialog } from "../../design/parts/Dialog";
import { Field } from "../../design/parts/Field";

type Act = () => Promise<unknown>;

/**
 * Does what may need a fresh proof of who sits here: asks for the password where the server wants
 * it, then does it. What fails otherwise is told.
 */
export function useProven(): { proven: (act: Act) => Promise<void>; dialog: ReactNode } {
  const send = useSend();
  const [waiting, setWaiting] = useState<Act | null>(null);
  const proven = async (act: Act) => {
    try {
      await act();
    } catch (cause) {
      const error = cause as ApiError;
      if (error.code === "accounts.proof_needed") setWaiting(() => act);
      else send(notices.told(error.message || t`That did not work`, { tone: "bad" }));
    }
  };
  const dialog = waiting && (
    <Proof
      onClose={() => setWaiting(null)}
      onProven={() => {
        setWaiting(null);
        void proven(waiting);
      }}
    />
  );
  return { proven, dialog };
}

function Proof({ onClose, onProven }: { onClose: () => void; onProven: () => void }) {
  const { data: me } = webApi.useMeQuery();
  const [prove, { isLoading }] = houseApi.useProveMutation();
  const [password, setPassword] = useState("");
  const [wrong, setWrong] = useState("");
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    try {
      await prove({ password }).unwrap();
      onProven();
    } catch (error) {
      setWrong((error as ApiError).message);
    }
  };
  return (
    <Dialog title={t`Is it still you?`} onClose={onClose}>
      {me?.has_password === false ? (
        <p>
          <Trans>
            Prove it on your <a href={at("/account/security")}>account's page</a>, then come back.
          </Trans>
        </p>
      ) : (
        <form onSubmit={(event) => void submit(event)}>
          <input
            type="text"
            name="username"
            autoComplete="username"
            value={me?.name ?? ""}
            readOnly
            hidden
          />
          <Field
            label={t`Your password`}
            type="password"
            autoComplete="current-password"
            autoFocus
            required
            value={password}
            wrong={wrong || undefined}
            onChange={(event) => setPassword(event.target.value)}
          />
          <Button look="strong" type="submit" disabled={isLoading || !password}>
            <Trans>Go on</Trans>
          </Button>
        </form>
      )}
    </Dialog>
  );
}
