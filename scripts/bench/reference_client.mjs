/**
 * The same exchange as `bare_client.ts` with OpenClaw's own client library, run by Node: what somebody would write who
 * has Node and the published package. Reads a file that `login.ts` wrote.
 */
import { createPublicKey, sign } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";
import { GatewayClient } from "@openclaw/gateway-client";

const login = JSON.parse(readFileSync(process.argv[2], "utf8"));
const { url, deviceId, publicKeyPem, privateKeyPem, deviceToken, platform } = login;
const connected = Promise.withResolvers();
const client = new GatewayClient({
  url,
  deviceToken,
  platform,
  clientName: "cli",
  mode: "cli",
  role: "operator",
  scopes: ["operator.write"],
  deviceIdentity: { deviceId, publicKeyPem, privateKeyPem },
  hostDeps: {
    signDevicePayload: (pem, payload) => sign(null, payload, pem).toString("base64url"),
    publicKeyRawBase64UrlFromPem: (pem) => createPublicKey(pem).export({ format: "jwk" }).x,
  },
  onHelloOk: () => connected.resolve(),
  onConnectError: (error) => connected.reject(error),
});
client.start();
await connected.promise;
const { ok } = await client.request("wake", { mode: "now", text: "hello" });
client.stop();
process.exit(ok ? 0 : 1);
