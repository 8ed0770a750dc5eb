// Calls methods of the two programs of package.json, one after the other, on a server of ours.
//
// In, a line each: {"modules", "url", "token"} first, then [client, method, arguments], where
// null stands for what is left out and {"base64"} for bytes; or [client], which asks for the names of all its methods.
// Out, a line each: {"value"}, or {"error": {"status", "text"}}.
"use strict";
const { createRequire } = require("node:module");
const lines = require("node:readline").createInterface({ input: process.stdin });

function clients(order) {
  const load = createRequire(order.modules + "/");
  const address = new URL(order.url);
  const { SpotifyApi } = load("@spotify/web-api-ts-sdk");
  SpotifyApi.rootUrl = order.url + "/v1/";
  const statuses = [];
  const sdk = SpotifyApi.withAccessToken(
    "client",
    { access_token: order.token, token_type: "Bearer", expires_in: 3600, refresh_token: "" },
    { afterRequest: (_url, _options, response) => statuses.push(response.status) },
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
  return { sdk, node: new Node({ accessToken: order.token }), statuses };
}

function ofClass(object) {
  const own = Object.getOwnPropertyNames(Object.getPrototypeOf(object));
  return own.filter(
    (name) => !/^(_|constructor$)/.test(name) && typeof object[name] === "function",
  );
}

function methods({ sdk, node }, client) {
  if (client === "node") return ofClass(node);
  const found = ["search"];
  const look = (object, path) => {
    for (const name of ofClass(object)) found.push(path + name);
    for (const [name, part] of Object.entries(object)) {
      if (part && part !== sdk && typeof part === "object" && name !== "api") look(part, path + name + ".");
    }
  };
  for (const [name, part] of Object.entries(sdk)) {
    if (part && part.api === sdk) look(part, name + ".");
  }
  return found;
}

async function call({ sdk, node }, client, method, given) {
  const args = given.map((value) => {
    if (value === null) return undefined;
    return value.base64 ? Buffer.from(value.base64, "base64") : value;
  });
  if (client === "node") return (await node[method](...args)).body;
  const path = method.split(".");
  const name = path.pop();
  const target = path.reduce((found, part) => found[part], sdk);
  return target[name](...args);
}

(async () => {
  let known;
  for await (const line of lines) {
    const asked = JSON.parse(line);
    let answer;
    try {
      if (known === undefined) {
        known = clients(asked);
        answer = { value: null };
      } else if (asked.length === 1) {
        answer = { value: methods(known, asked[0]) };
      } else {
        const value = await call(known, ...asked);
        answer = { value: value === undefined ? null : value };
      }
    } catch (error) {
      const body = error.body && error.body.error;
      const status = error.statusCode || (known && known.statuses.at(-1)) || 0;
      const text = `${error} ${JSON.stringify(body || "")}`;
      answer = { error: { status, text } };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
  }
})();
