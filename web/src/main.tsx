import "@fontsource-variable/figtree";
import "@fontsource-variable/fraunces";
import "./design/tokens.css";
import "./design/base.css";
import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Provider } from "react-redux";
import { BrowserRouter } from "react-router";
import { BASE } from "./api/base";
import { standInBy } from "./api/client";
import { report, source } from "./api/playback";
import { App } from "./app/App";
import { keeping } from "./app/kept";
import { speak } from "./app/language";
import { makeStore } from "./app/store";
import { followTheme } from "./app/theme";
import { lazyEngine } from "./engine/lazy";
import { connect } from "./player/controller";
import { EngineContext } from "./player/hooks";

const store = makeStore();
followTheme(store);
keeping(store);
const offline = import("./offline/start").then(({ startOffline }) => startOffline(store));
standInBy(offline);
const engine = lazyEngine({
  playback: async (trackId, signal) => {
    const here = await offline.then((work) => work.playback(trackId)).catch(() => undefined);
    return here ?? source.playback(trackId, signal);
  },
});
connect(store, engine);
void import("./player/reports").then(({ reporting, teller }) =>
  reporting(engine, teller(report), () => store.getState().settings.rate),
);
await speak(store.getState().interface.language);

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <Provider store={store}>
        <I18nProvider i18n={i18n}>
          <EngineContext value={engine}>
            <BrowserRouter basename={BASE || "/"}>
              <App />
            </BrowserRouter>
          </EngineContext>
        </I18nProvider>
      </Provider>
    </StrictMode>,
  );
}
