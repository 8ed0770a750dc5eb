import { expect, test } from "vitest";
import { part } from "./range";

const whole = () =>
  new Response("0123456789", { headers: { "content-type": "audio/flac", "content-length": "10" } });

test.each([
  ["bytes=0-", "0123456789", "bytes 0-9/10"],
  ["bytes=4-6", "456", "bytes 4-6/10"],
  ["bytes=8-99", "89", "bytes 8-9/10"],
  ["bytes=-3", "789", "bytes 7-9/10"],
  ["bytes=-99", "0123456789", "bytes 0-9/10"],
])("%s is answered with its part", async (range, text, told) => {
  const answer = await part(whole(), range);
  expect(answer.status).toBe(206);
  expect(answer.headers.get("content-range")).toBe(told);
  expect(answer.headers.get("content-length")).toBe(String(text.length));
  expect(answer.headers.get("content-type")).toBe("audio/flac");
  expect(await answer.text()).toBe(text);
});

test.each([null, "bytes=-", "bytes=0-1,4-5", "lines=1-2"])("%s gets the whole", async (range) => {
  const answer = await part(whole(), range);
  expect([answer.status, await answer.text()]).toEqual([200, "0123456789"]);
});

test("what lies behind the end is not there", async () => {
  const answer = await part(whole(), "bytes=10-");
  expect([answer.status, answer.headers.get("content-range")]).toEqual([416, "bytes */10"]);
});
