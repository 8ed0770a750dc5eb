import { useLingui } from "@lingui/react/macro";
import { ui } from "../app/interface";
import { useApp, useSend } from "../app/store";
import { IconButton } from "../design/parts/Button";

/** Opens the panel of speed, sleep timer, equaliser and devices; lit while one of them is at work. */
export function SoundButton() {
  const { t } = useLingui();
  const send = useSend();
  const changed = useApp(
    ({ settings, status }) =>
      settings.rate !== 1 ||
      settings.equaliser !== null ||
      settings.output !== "" ||
      status.sleep !== null,
  );
  return (
    <IconButton
      icon="sliders"
      label={t`Sound`}
      aria-haspopup="dialog"
      data-lit={changed || undefined}
      onClick={() => send(ui.changed({ sound: true }))}
    />
  );
}
