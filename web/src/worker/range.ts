/**
 * A part of what was kept whole, as media elements ask for it (RFC 9110, section 14). Answers 206, or 416
 * when nothing of it is there; what asks for no single range gets the whole.
 */
export async function part(whole: Response, range: string | null): Promise<Response> {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(range ?? "");
  if (!asked || (!asked[1] && !asked[2])) return whole;
  const body = await whole.blob();
  const from = asked[1] ? Number(asked[1]) : Math.max(0, body.size - Number(asked[2]));
  const to = asked[1] && asked[2] ? Math.min(Number(asked[2]), body.size - 1) : body.size - 1;
  const headers = new Headers(whole.headers);
  headers.set("accept-ranges", "bytes");
  if (from > to) {
    headers.set("content-range", `bytes */${body.size}`);
    headers.delete("content-length");
    return new Response(null, { status: 416, headers });
  }
  headers.set("content-range", `bytes ${from}-${to}/${body.size}`);
  headers.set("content-length", String(to - from + 1));
  return new Response(body.slice(from, to + 1), { status: 206, headers });
}
