/** HLS for browsers that play no playlists by themselves. Loaded only there. */
import Hls from "hls.js/light";
import type { Attach } from "./element";

export const attach: Attach = (element, form) => {
  // The worker would be a blob, which the page's policy keeps out.
  const hls = new Hls({ enableWorker: false, maxBufferLength: 30, backBufferLength: 30 });
  hls.on(Hls.Events.ERROR, (_, error) => {
    if (!error.fatal) return;
    // Whoever listens to the element hears of it like of any other error.
    if (error.type === Hls.ErrorTypes.MEDIA_ERROR) hls.recoverMediaError();
    else element.dispatchEvent(new Event("error"));
  });
  hls.loadSource(form.url);
  hls.attachMedia(element);
  return hls;
};
