/**
 * The least that a compiled client can do and still be let in: sign, connect, wake, close. No checks, no settings, no
 * words: what `claw event` is compared with. Reads a file that `login.ts` wrote; ends with 0 when the gateway said ok.
 */
import { readFileSync } from "node:fs";
import process from "node:process";
import type { LoginFile } from "./login.ts";

const login = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as LoginFile;
const { deviceId, publicKey, privateKey, deviceToken, platform } = login;
const jwk = { kty: "OKP", crv: "Ed25519", x: publicKey, d: privateKey };
const key = await crypto.subtle.importKey("jwk", jwk, "Ed25519", false, ["sign"]);
const socket = new WebSocket(login.url);
const send = (id: string, method: string, params: unknown) =>
  socket.send(JSON.stringify({ type: "req", id, method, params }));

async function connect({ nonce, ts }: { nonce: string; ts: number }): Promise<void> {
  const text = `v3|${deviceId}|cli|cli|operator|operator.write|${ts}|${deviceToken}|${nonce}|${platform}|`;
  const bytes = await crypto.subtle.sign("Ed25519", key, new TextEncoder().encode(text));
  const signature = new Uint8Array(bytes).toBase64({ alphabet: "base64url", omitPadding: true });
  send("connect", "connect", {
    minProtocol: 3,
    maxProtocol: 4,
    client: { id: "cli", mode: "cli", version: "0", platform },
    role: "operator",
    scopes: ["operator.write"],
    auth: { deviceToken },
    device: { id: deviceId, publicKey, signature, signedAt: ts, nonce },
  });
}

let isDelivered = false;
socket.onmessage = ({ data }) => {
  const frame = JSON.parse(data as string);
  if (frame.event === "connect.challenge") void connect(frame.payload);
  else if (frame.id === "connect" && frame.ok) send("wake", "wake", { mode: "now", text: "hello" });
  else if (frame.id === "wake") {
    isDelivered = frame.ok;
    socket.close();
  }
};
socket.onclose = () => process.exit(isDelivered ? 0 : 1);
