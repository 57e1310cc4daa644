/**
 * A gateway that speaks TLS by a certificate of its own. 2026.9.6 alone, with certificates that the test puts in place,
 * since the one that the gateway makes itself needs openssl; it is restarted with another one.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { assertExit, type BinaryHome, createBinaryHome, envelopeOf } from "../support/binary.ts";
import { certificateFor } from "../support/certificate.ts";
import { openSocketGateway } from "../support/dev_gateway.ts";
import { attemptsIn } from "../support/trace.ts";
import { setUpLabs } from "./lab.ts";

const directory = mkdtempSync(join(tmpdir(), "claw-tls-"));
const certPath = join(directory, "cert.pem");
const keyPath = join(directory, "key.pem");
const authority = await certificateFor({ commonName: "test authority", isAuthority: true });
after(() => rmSync(directory, { recursive: true, force: true }));

/** Puts a new certificate where the gateway looks at its start. @returns its SHA-256 */
async function rotate(issuer?: typeof authority.signer): Promise<string> {
  const { cert, key, fingerprint } = await certificateFor(issuer === undefined ? {} : { issuer });
  writeFileSync(certPath, cert);
  writeFileSync(keyPath, key, { mode: 0o600 });
  return fingerprint;
}

const first = await rotate();
const tls = { enabled: true, autoGenerate: false, certPath, keyPath };

/** A home with the context `home` for that gateway. */
function contextHome({ port, secret }: { readonly port: number; readonly secret: string }): BinaryHome {
  const own = createBinaryHome();
  mkdirSync(join(own.path, ".config/claw/contexts"), { recursive: true, mode: 0o700 });
  const text = `{\n  // at home\n  url: "wss://127.0.0.1:${port}", token: "${secret}",\n}\n`;
  writeFileSync(join(own.path, ".config/claw/contexts/home.json5"), text, { mode: 0o600 });
  return own;
}

for (const lab of setUpLabs({ only: "2026.9.6", config: { gateway: { tls } } })) {
  const home = () =>
    createBinaryHome({ CLAW_URL: `wss://127.0.0.1:${lab.gateway.port}`, CLAW_TOKEN: lab.gateway.secret });

  describe(`gateway ${lab.version} with gateway.tls`, () => {
    it("is not spoken to before its certificate is known, and is by the flag that the hint shows", async () => {
      using own = home();
      const met = await own.claw(["event", "x", "--json", "--trace", "trace"]);
      assertExit(met, 69);
      const { code, hint, details } = envelopeOf(met).error ?? {};
      assert.deepEqual([code, details?.["cause"], details?.["fingerprint"]], ["net/tls", "tls-untrusted", first]);
      assert.deepEqual(attemptsIn(join(own.path, "trace")), []);
      const env = { NODE_TLS_REJECT_UNAUTHORIZED: "0", DENO_TLS_CA_STORE: "", NODE_OPTIONS: "--insecure-http-parser" };
      assertExit(await own.claw(["event", "x"], { env }), 69);
      assertExit(await own.claw(["event", "x", "--tls-fingerprint", "00".repeat(32)], { env }), 69);
      const flag = /--tls-fingerprint \S+$/.exec(hint ?? "")?.[0].split(" ") ?? [];
      assertExit(await own.claw(["event", "x", "--now", ...flag]), 0);
      assertExit(await own.claw(["status"], { env: { CLAW_TLS_FINGERPRINT: `sha256:${first.toLowerCase()}` } }), 0);
    });

    it("is reached by openclaw.json's own pin of its remote gateway, as the official command line is", async () => {
      using own = home();
      const url = `wss://127.0.0.1:${lab.gateway.port}`;
      const path = join(own.path, "openclaw.json");
      const remote = { url, token: lab.gateway.secret, tlsFingerprint: first };
      writeFileSync(path, JSON.stringify({ gateway: { mode: "remote", remote } }), { mode: 0o600 });
      const env = { CLAW_URL: "", CLAW_TOKEN: "", OPENCLAW_CONFIG_PATH: path };
      const run = await own.claw(["event", "x", "--now"], { env });
      assertExit(run, 0);
      assert.equal(run.stderr, "");
    });

    it("is known by its certificate's file to who uses it on its own machine, as by the official command line", async () => {
      using own = lab.home();
      const run = await own.claw(["event", "x", "--now"]);
      assertExit(run, 0);
      assert.equal(run.stderr, "");
      const { data } = envelopeOf(await own.claw(["status", "--json"]));
      const pin = data.settings.find(({ name }: { name: string }) => name === "tls-fingerprint");
      assert.deepEqual([pin.shown, pin.origin], [first, certPath]);
    });

    it("is pinned by context trust, which sends nothing, and by its word is reached", async () => {
      using own = contextHome(lab.gateway);
      const before = lab.gateway.log().split("\n").filter((line) => line.includes("ws")).length;
      assertExit(await own.claw(["context", "trust", "home"]), 64);
      assertExit(await own.claw(["context", "trust", "home", "--fingerprint", first]), 0);
      assert.equal(lab.gateway.log().split("\n").filter((line) => line.includes("ws")).length, before);
      assertExit(await own.claw(["event", "x", "--now", "--context", "home"]), 0);
    });

    it("is refused after a restart with another certificate, with both fingerprints, and no frame", async () => {
      using own = home();
      using pinned = contextHome(lab.gateway);
      assertExit(await pinned.claw(["context", "trust", "home", "--fingerprint", first]), 0);
      await lab.gateway.stop();
      const second = await rotate(authority.signer);
      await lab.gateway.start();
      const run = await own.claw(["event", "x", "--tls-fingerprint", first, "--trace", "trace"]);
      assertExit(run, 69);
      assert.match(run.stderr, /it was rotated, or someone is between/);
      for (const fingerprint of [first, second]) assert.ok(run.stderr.includes(fingerprint), run.stderr);
      assert.deepEqual(attemptsIn(join(own.path, "trace")), []);
      assertExit(await own.claw(["event", "x", "--tls-fingerprint", second]), 0);
      const trust = ["context", "trust", "home", "--fingerprint", second];
      const changed = await pinned.claw(trust);
      assertExit(changed, 69);
      assert.match(changed.stderr, /it was rotated, or someone is between/);
      assertExit(await pinned.claw([...trust, "--replace"]), 0);
      assertExit(await pinned.claw(["event", "x", "--context", "home"]), 0);
    });

    it("is reached by its authority", async () => {
      using own = home();
      await using elsewhere = await openSocketGateway({ tls: await certificateFor({ issuer: authority.signer }) });
      writeFileSync(join(own.path, "ca.pem"), authority.cert);
      assertExit(await own.claw(["event", "x", "--ca", "ca.pem"]), 0);
      assertExit(await own.claw(["event", "x"]), 69);
      for (const name of ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"]) {
        const env = { [name]: join(own.path, "ca.pem") };
        assertExit(await own.claw(["event", "x"], { env }), 0);
        assertExit(await own.claw(["event", "x", "--tls-fingerprint", "00".repeat(32)], { env }), 69);
        assertExit(await own.claw(["event", "x", "--ca", certPath], { env: { ...env, CLAW_URL: elsewhere.url } }), 69);
      }
    });
  });
}
