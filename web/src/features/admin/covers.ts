/** A cover as the server takes it: a JPEG of at most 600 kB, nothing of it cut away. */
const EDGE = 1400;
const MOST_BYTES = 600_000;
const QUALITIES = [0.92, 0.85, 0.7, 0.5];

/** @returns base64 */
export async function coverOf(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file);
  const scale = Math.min(1, EDGE / Math.max(bitmap.width, bitmap.height));
  const [width, height] = [bitmap.width, bitmap.height].map((edge) =>
    Math.max(1, Math.round(edge * scale)),
  ) as [number, number];
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  for (const quality of QUALITIES) {
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality });
    if (blob.size > MOST_BYTES) continue;
    let text = "";
    const bytes = new Uint8Array(await blob.arrayBuffer());
    for (let first = 0; first < bytes.length; first += 8192)
      text += String.fromCharCode(...bytes.subarray(first, first + 8192));
    return btoa(text);
  }
  throw new Error("too large");
}
