import { Trans } from "@lingui/react/macro";
import { Link } from "react-router";
import { Empty } from "../design/parts/States";

export function NotFound() {
  return (
    <Empty
      icon="info"
      title={<Trans>Nothing is at this address</Trans>}
      action={
        <Link to="/">
          <Trans>Back to the start</Trans>
        </Link>
      }
    >
      <Trans>It may have been moved, or the link was cut off on its way.</Trans>
    </Empty>
  );
}
