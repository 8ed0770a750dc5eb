/** Every part of `src/design/parts` in its states: `npm run parts`. Not in what listeners get. */
import "@fontsource-variable/figtree";
import "@fontsource-variable/fraunces";
import "../src/design/tokens.css";
import "../src/design/base.css";
import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { type ReactNode, useState } from "react";
import { createRoot } from "react-dom/client";
import { MemoryRouter } from "react-router";
import { speak } from "../src/app/language";
import { Icon, type IconName } from "../src/design/icons";
import { Button, IconButton, PlayButton } from "../src/design/parts/Button";
import { Cover } from "../src/design/parts/Cover";
import { Dialog } from "../src/design/parts/Dialog";
import { Choice, Field, Switch } from "../src/design/parts/Field";
import { Head } from "../src/design/parts/Head";
import { Menu, type Spot, spotOf } from "../src/design/parts/Menu";
import { Row, Rows } from "../src/design/parts/Rows";
import { Card, CardsToCome, Grid, Shelf } from "../src/design/parts/Shelf";
import { Empty, Failed, RowsToCome } from "../src/design/parts/States";
import { PATHS } from "../src/design/paths";
import styles from "./parts.module.css";

const LONG = "A title that somebody wrote without thinking of those who must show it, ".repeat(4);
const ICONS = Object.keys(PATHS) as IconName[];
const nothing = () => undefined;

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section className={styles.part} id={name} aria-label={name}>
      <h2>{name}</h2>
      <div className={styles.states}>{children}</div>
    </section>
  );
}

function Buttons() {
  return (
    <Part name="Button">
      {(["strong", "plain", "quiet"] as const).map((look) => (
        <span key={look} className={styles.line}>
          <Button look={look}>{look}</Button>
          <Button look={look} icon="plus">
            with a sign
          </Button>
          <Button look={look} disabled>
            disabled
          </Button>
        </span>
      ))}
      <span className={styles.line}>
        <IconButton icon="heart" label="at rest" />
        <IconButton icon="heart" label="pressed" pressed filled />
        <IconButton icon="heart" label="disabled" disabled />
        <PlayButton playing={false} label="plays" />
        <PlayButton playing label="pauses" />
        <PlayButton playing={false} label="cannot" disabled />
      </span>
    </Part>
  );
}

function Fields() {
  const [on, setOn] = useState(true);
  const [value, setValue] = useState<"a" | "b">("a");
  return (
    <Part name="Field">
      <Field label="Field" note="What is meant by it." placeholder="empty" />
      <Field label="Wrong" wrong="That is no address." defaultValue="somewhere" />
      <Field label="Disabled" disabled defaultValue="as it is" />
      <Choice
        label="Choice"
        note="One of several."
        value={value}
        options={[
          ["a", "the first"],
          ["b", "the second"],
        ]}
        onChoose={setValue}
      />
      <Switch label="Switch" note="At once." on={on} onSwitch={setOn} />
    </Part>
  );
}

function Over() {
  const [spot, setSpot] = useState<Spot | null>(null);
  const [open, setOpen] = useState<"plain" | "wide" | "low" | null>(null);
  return (
    <Part name="Menu and Dialog">
      <span className={styles.line}>
        <Button onClick={(event) => setSpot(spotOf(event))}>Menu</Button>
        {(["plain", "wide", "low"] as const).map((how) => (
          <Button key={how} onClick={() => setOpen(how)}>
            {how} dialog
          </Button>
        ))}
      </span>
      {spot && (
        <Menu
          at={spot}
          label="Menu"
          onClose={() => setSpot(null)}
          items={[
            { label: "With a sign", icon: "queue", act: nothing },
            { label: "Checked", checked: true, act: nothing },
            { label: "Disabled", disabled: true, act: nothing },
            { label: "Apart", icon: "trash", apart: true, act: nothing },
          ]}
        />
      )}
      {open && (
        <Dialog
          title={`A ${open} dialog`}
          wide={open === "wide"}
          low={open === "low"}
          onClose={() => setOpen(null)}
        >
          <p>{LONG}</p>
        </Dialog>
      )}
    </Part>
  );
}

function Things() {
  const card = (title: string, round = false) => (
    <Card to="/" src={null} title={title} note="what is said of it" round={round} />
  );
  return (
    <>
      <Part name="Cover">
        <span className={styles.covers}>
          <Cover src={null} />
          <Cover src={null} round icon="person" />
          <Cover src="/there/is/none.jpg" />
        </span>
      </Part>
      <Part name="Shelf">
        <Shelf title="A shelf" more={<a href="#Shelf">Show all</a>}>
          {card("Short")}
          {card(LONG)}
          {card("Round", true)}
          {card("مساء الخير 🌙")}
        </Shelf>
        <Grid>
          <CardsToCome count={4} />
        </Grid>
      </Part>
      <Part name="Head">
        <Head
          cover={<Cover src={null} />}
          wash={null}
          kind="Album"
          title="A head"
          note="A note below it"
          facts={["somebody", "2026", "52 min"]}
          actions={<PlayButton playing={false} label="Play" size={56} />}
        />
      </Part>
      <Part name="Rows">
        <Rows label="Rows">
          <Row title="A row" note="what is said of it">
            <Button>Act</Button>
          </Row>
          <Row title={LONG} note={LONG} />
          <Row title="Dimmed" note="not here now" dimmed />
        </Rows>
      </Part>
    </>
  );
}

function States() {
  return (
    <Part name="States">
      <RowsToCome rows={3} />
      <Empty icon="heart" title="Nothing here yet" action={<Button>Do something</Button>}>
        What it would be, and how it comes.
      </Empty>
      <Failed error={{ status: 500, message: "what the server said" }} retry={nothing} />
      <Failed error={{ status: 0, message: "" }} retry={nothing} />
      <Failed error={{ status: 404, message: "" }} />
    </Part>
  );
}

function Catalogue() {
  const [theme, setTheme] = useState(document.documentElement.dataset.theme ?? "dark");
  const other = theme === "dark" ? "light" : "dark";
  const turn = () => {
    document.documentElement.dataset.theme = other;
    setTheme(other);
  };
  return (
    <main className={styles.page}>
      <header className={styles.line}>
        <h1>Parts</h1>
        <Button onClick={turn}>{other}</Button>
      </header>
      <Buttons />
      <Fields />
      <Over />
      <Things />
      <States />
      <Part name="Icons">
        <span className={styles.icons}>
          {ICONS.map((name) => (
            <figure key={name}>
              <Icon name={name} size={24} />
              <figcaption>{name}</figcaption>
            </figure>
          ))}
        </span>
      </Part>
    </main>
  );
}

await speak("en");
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <I18nProvider i18n={i18n}>
      <MemoryRouter>
        <Catalogue />
      </MemoryRouter>
    </I18nProvider>,
  );
}
