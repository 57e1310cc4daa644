/**
 * A device that a gateway knows already, written to a file for the programs that are compared with claw: they present
 * its token, as claw does from its second run on.
 */
import { createPrivateKey, createPublicKey } from "node:crypto";
import { writeFileSync } from "node:fs";
import { handshake } from "../../src/client/handshake.ts";
import { generateKey, importIdentity } from "../../src/identity/keypair.ts";
import { realClock } from "../../src/platform/clock.ts";
import { openWebSocket } from "../../src/transport/web_socket.ts";

/** What such a program needs; keys twice, in the forms that WebCrypto and OpenClaw's library want. */
export interface LoginFile {
  readonly url: string;
  readonly platform: string;
  readonly deviceId: string;
  /** Raw keys, base64url. */
  readonly publicKey: string;
  readonly privateKey: string;
  readonly publicKeyPem: string;
  readonly privateKeyPem: string;
  readonly deviceToken: string;
}

/** Lets a gateway pair a new device by its shared token. @throws Error when it issues no device token */
export async function pairDevice(url: string, token: string, path: string): Promise<void> {
  const stored = await generateKey();
  const device = await importIdentity(stored);
  const signal = AbortSignal.timeout(30_000);
  const transport = await openWebSocket(new URL(url), signal);
  const secret = { kind: "token", value: token } as const;
  const scopes = ["operator.write"];
  const { hello } = await handshake(transport, { device, secret, scopes }, { clock: realClock, os: "linux", signal });
  transport.close();
  const deviceToken = hello.auth?.deviceToken;
  if (deviceToken === undefined) throw new Error(`${url} issued no device token`);
  const jwk = { kty: "OKP", crv: "Ed25519", x: stored.publicKey, d: stored.privateKey };
  const key = createPrivateKey({ key: jwk, format: "jwk" });
  const file: LoginFile = {
    url,
    platform: "linux",
    deviceId: device.deviceId,
    ...stored,
    publicKeyPem: createPublicKey(key).export({ format: "pem", type: "spki" }).toString(),
    privateKeyPem: key.export({ format: "pem", type: "pkcs8" }).toString(),
    deviceToken,
  };
  writeFileSync(path, JSON.stringify(file), { mode: 0o600 });
}
