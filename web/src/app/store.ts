import { combineReducers, configureStore } from "@reduxjs/toolkit";
import { useDispatch, useSelector } from "react-redux";
import { webApi } from "../api/webapi";
import { offlineReducer } from "../offline/state";
import { queueReducer } from "../player/queue";
import { settingsReducer } from "../player/settings";
import { statusReducer } from "../player/status";
import { interfaceReducer } from "./interface";
import { kept } from "./kept";
import { noticesReducer } from "./notices";

const reducer = combineReducers({
  [webApi.reducerPath]: webApi.reducer,
  queue: queueReducer,
  settings: settingsReducer,
  status: statusReducer,
  interface: interfaceReducer,
  notices: noticesReducer,
  offline: offlineReducer,
});

export type RootState = ReturnType<typeof reducer>;

export const makeStore = () =>
  configureStore({
    reducer,
    preloadedState: kept(),
    middleware: (standard) =>
      // Queues of thousands are frozen and compared in development alone, and slowly.
      standard({ immutableCheck: false, serializableCheck: false }).concat(webApi.middleware),
  });

export type Store = ReturnType<typeof makeStore>;
export const useApp = useSelector.withTypes<RootState>();
export const useSend = useDispatch.withTypes<Store["dispatch"]>();
