// A real OpenID Connect provider for the tests: node provider.mjs FOLDER-OF-node_modules CALLBACK
// It prints its issuer and takes any name; "keys" on its input makes it sign with new keys from
// then on, and it prints "keys".
import { createRequire } from "node:module";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";
import { createInterface } from "node:readline";
import { generateKeyPairSync } from "node:crypto";

const [folder, callback] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const { default: Provider } = await import(pathToFileURL(require.resolve("oidc-provider")));

const key = (kid) => ({
  ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }),
  kid, use: "sig", alg: "RS256",
});

let answer = null;
const server = createServer((request, response) => answer(request, response));
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const begin = (kid) => {
    const provider = new Provider(issuer, {
      clients: [{
        client_id: "philomel",
        client_secret: "a secret that only two know, long enough",
        redirect_uris: [callback],
      }],
      jwks: { keys: [key(kid)] },
      claims: { profile: ["preferred_username", "groups"], email: ["email", "email_verified"] },
      pkce: { required: () => true },
      findAccount: (_, id) => ({
        accountId: id,
        claims: () => ({
          sub: id,
          preferred_username: id.split("-")[0],
          groups: id.endsWith("-boss") ? ["bosses"] : ["people"],
          email: `${id}@example.org`,
          email_verified: true,
        }),
      }),
    });
    answer = provider.callback();
  };
  begin("first");
  createInterface({ input: process.stdin }).on("line", () => {
    begin("second");
    console.log("keys");
  }).on("close", () => process.exit(0));
  console.log(issuer);
});
