/** A picture of the listener's as the server takes it: a square JPEG of at most 256 KiB. */

const EDGE = 640;
const MOST_BYTES = 256 * 1024;
const QUALITIES = [0.9, 0.8, 0.65, 0.5];

/** @returns base64 */
export async function pictureOf(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file);
  const side = Math.min(bitmap.width, bitmap.height);
  const edge = Math.min(EDGE, side);
  const canvas = new OffscreenCanvas(edge, edge);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
  context.drawImage(bitmap, left, top, side, side, 0, 0, edge, edge);
  bitmap.close();
  for (const quality of QUALITIES) {
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
    if (blob.size <= MOST_BYTES) return base64(new Uint8Array(await blob.arrayBuffer()));
  }
  throw new Error("too large");
}

function base64(bytes: Uint8Array): string {
  let text = "";
  for (let first = 0; first < bytes.length; first += 8192)
    text += String.fromCharCode(...bytes.subarray(first, first + 8192));
  return btoa(text);
}
