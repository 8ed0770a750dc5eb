import { type InputHTMLAttributes, type ReactNode, useId } from "react";
import styles from "./Field.module.css";

export function Field({
  label,
  note,
  wrong,
  ...rest
}: InputHTMLAttributes<HTMLInputElement> & {
  label: ReactNode;
  note?: ReactNode;
  wrong?: string | undefined;
}) {
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={`${id}-note`}
        {...rest}
      />
      <small id={`${id}-note`} className={wrong ? styles.wrong : ""}>
        {wrong ?? note}
      </small>
    </div>
  );
}

export function Choice<T extends string>({
  label,
  value,
  options,
  onChoose,
  note,
}: {
  label: ReactNode;
  value: T;
  options: readonly (readonly [T, string])[];
  onChoose: (value: T) => void;
  note?: ReactNode;
}) {
  const id = useId();
  return (
    <div className={styles.line}>
      <span>
        <label htmlFor={id}>{label}</label>
        {note && <small>{note}</small>}
      </span>
      <select id={id} value={value} onChange={(event) => onChoose(event.target.value as T)}>
        {options.map(([key, words]) => (
          <option key={key} value={key}>
            {words}
          </option>
        ))}
      </select>
    </div>
  );
}

export function Switch({
  label,
  note,
  on,
  onSwitch,
}: {
  label: ReactNode;
  note?: ReactNode;
  on: boolean;
  onSwitch: (on: boolean) => void;
}) {
  const id = useId();
  return (
    <div className={styles.line}>
      <span>
        <label htmlFor={id}>{label}</label>
        {note && <small>{note}</small>}
      </span>
      <input
        id={id}
        type="checkbox"
        role="switch"
        checked={on}
        aria-checked={on}
        className={styles.switch}
        onChange={(event) => onSwitch(event.target.checked)}
      />
    </div>
  );
}
