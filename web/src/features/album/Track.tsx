import { Navigate, useParams } from "react-router";
import { webApi } from "../../api/webapi";
import { Failed, RowsToCome } from "../../design/parts/States";

/** A link to one track leads to its album. */
export default function TrackPage() {
  const { id = "" } = useParams();
  const { data, error, refetch } = webApi.useTrackQuery(id);
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <RowsToCome />;
  return <Navigate replace to={data.album ? `/album/${data.album.id}` : "/"} />;
}
