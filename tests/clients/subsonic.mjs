// Calls methods of subsonic-api on a server of ours, one line of JSON for each.
//
// Arguments: the folder with node_modules, the server, a user and an app password;
// calls are posted, as forms.
// In: {"method", "given"} on standard input. Out: {"value"}, or {"bytes"} in base64.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const [modules, url, username, password] = process.argv.slice(2);
const load = createRequire(`${modules}/`);
const { default: SubsonicAPI } = await import(pathToFileURL(load.resolve("subsonic-api")).href);
const player = new SubsonicAPI({ url, auth: { username, password }, post: true });

for await (const line of createInterface({ input: process.stdin })) {
  const { method, given } = JSON.parse(line);
  const answer = await player[method](given);
  const told =
    answer instanceof Response
      ? { bytes: Buffer.from(await answer.arrayBuffer()).toString("base64") }
      : { value: answer };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
