/** Refuses a build whose scripts are larger than a listener should wait for: gzip, kilobytes of 1,024. */
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const FIRST = 140;
const ROUTE = 45;
const LAZY = /hls/;

const dist = new URL("../../src/philomel/gateway/site/web/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));
const size = (file) => gzipSync(readFileSync(new URL(file, dist))).length / 1024;

/** Everything that a chunk brings along at once. */
function whole(key, seen = new Set()) {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const other of manifest[key].imports ?? []) whole(other, seen);
  return seen;
}

const sum = (keys) => [...keys].reduce((all, key) => all + size(manifest[key].file), 0);
const first = whole("index.html");
const stranger = whole("share.html");
const problems = [];
const say = (name, kilobytes, most) => {
  process.stdout.write(`${kilobytes.toFixed(1).padStart(7)} KB  ${name}\n`);
  if (kilobytes > most) problems.push(`${name}: ${kilobytes.toFixed(1)} KB, at most ${most}`);
};
say("first load", sum(first), FIRST);
say("page of a share, without the engine", sum(stranger), ROUTE);
for (const key of Object.keys(manifest).filter((each) => manifest[each].isDynamicEntry)) {
  const own = [...whole(key)].filter((each) => !first.has(each));
  if (own.some((each) => manifest[each].file.endsWith(".js")) && !LAZY.test(manifest[key].file))
    say(manifest[key].file, sum(own), ROUTE);
}
if (problems.length) {
  process.stderr.write(`${problems.join("\n")}\n`);
  process.exit(1);
}
