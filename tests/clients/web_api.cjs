// Calls methods of the two programs of package.json, one after the other, on a server of ours.
//
// In: {"modules", "url", "token", "steps": [[client, method, arguments], ...]} on standard input.
// Out: a JSON list with {"value"} or {"error": {"status", "reason"}} for each step.
"use strict";
const { createRequire } = require("node:module");

const order = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
const load = createRequire(order.modules + "/");
const address = new URL(order.url);

const { SpotifyApi } = load("@spotify/web-api-ts-sdk");
SpotifyApi.rootUrl = order.url + "/v1/";
const failures = [];
const sdk = SpotifyApi.withAccessToken(
  "client",
  { access_token: order.token, token_type: "Bearer", expires_in: 3600, refresh_token: "" },
  { afterRequest: (_url, _options, response) => failures.push(response.status) },
);

const requests = load("spotify-web-api-node/src/webapi-request");
const Request = load("spotify-web-api-node/src/base-request");
requests.builder = (token) =>
  Request.builder()
    .withHost(address.hostname)
    .withPort(address.port)
    .withScheme("http")
    .withAuth(token);
const Node = load("spotify-web-api-node");
const node = new Node({ accessToken: order.token });

async function call([client, method, args]) {
  if (client === "node") {
    const answer = await node[method](...args);
    return answer.body === undefined ? null : answer.body;
  }
  const path = method.split(".");
  const name = path.pop();
  const target = path.reduce((found, part) => found[part], sdk);
  const value = await target[name](...args);
  return value === undefined ? null : value;
}

(async () => {
  const answers = [];
  for (const step of order.steps) {
    try {
      answers.push({ value: await call(step) });
    } catch (error) {
      const body = error.body && error.body.error;
      const status = error.statusCode || failures[failures.length - 1] || 0;
      answers.push({ error: { status, reason: (body && body.reason) || "", text: String(error) } });
    }
  }
  process.stdout.write(JSON.stringify(answers));
})();
