import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import type { Output } from "../../src/platform/world.ts";
import { certificateFor } from "../support/certificate.ts";
import { openSocketGateway } from "../support/dev_gateway.ts";
import { createTestHome } from "../support/world.ts";

describe("claw and a gateway's certificate", () => {
  it("stops at first contact with the SHA-256, and goes on with the very flag it shows", async () => {
    const own = await certificateFor();
    await using gateway = await openSocketGateway({ tls: own });
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const first = await home.claw(["event", "x"]);
    assert.equal(first.exit, 69);
    assert.match(
      first.stderr,
      /^claw: error: the certificate of 127\.0\.0\.1:\d+ is not trusted: it is self-signed; CN=test/,
    );
    assert.ok(first.stderr.includes(own.fingerprint), first.stderr);
    const flag = /(--tls-fingerprint) (\S+)$/m.exec(first.stderr) ?? [];
    const pinned = await home.claw(["event", "x", flag[1] ?? "", flag[2] ?? ""]);
    assert.deepEqual([pinned.exit, pinned.stderr], [0, ""]);
    const traced = await home.claw(["status", "--json"], { env: { CLAW_TLS_FINGERPRINT: own.fingerprint } });
    const { settings } = JSON.parse(traced.stdout).data;
    assert.deepEqual(settings.find(({ name }: { name: string }) => name === "tls-fingerprint"), {
      name: "tls-fingerprint",
      shown: own.fingerprint,
      origin: "CLAW_TLS_FINGERPRINT",
    });
  });

  it("shows no fingerprint but the certificate's own, whatever it calls itself", async () => {
    const { fingerprint } = await certificateFor();
    for (const text of [fingerprint, fingerprint.replaceAll(":", "").toLowerCase(), fingerprint.replaceAll(":", " ")]) {
      const between = await certificateFor({ commonName: `gateway, SHA-256 ${text}` });
      await using gateway = await openSocketGateway({ tls: between });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      const { stderr } = await home.claw(["event", "x"]);
      assert.ok(stderr.includes(between.fingerprint) && /CN=gateway, SHA-2(56 )?…/.test(stderr), stderr);
      assert.ok(!stderr.includes(text), stderr);
    }
  });

  it("sends no frame to a gateway whose certificate has changed, and names both", async () => {
    const [before, after] = [await certificateFor(), await certificateFor()];
    await using gateway = await openSocketGateway({ tls: after });
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const { exit, stdout } = await home.claw(["event", "x", "--tls-fingerprint", before.fingerprint, "--json"]);
    const { error } = JSON.parse(stdout);
    assert.deepEqual([exit, error.code], [69, "net/tls"]);
    assert.match(
      error.message,
      /rotated, or someone is between; expected SHA-256 .* \(--tls-fingerprint\), presented /,
    );
    assert.deepEqual(gateway.log, []);
  });

  it("trusts a CA file instead of the system's", async () => {
    const authority = await certificateFor({ commonName: "test authority", isAuthority: true });
    await using gateway = await openSocketGateway({ tls: await certificateFor({ issuer: authority.signer }) });
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const path = `${home.path}/ca.pem`;
    writeFileSync(path, authority.cert);
    assert.equal((await home.claw(["event", "x"])).exit, 69);
    const { exit, stdout } = await home.claw(["status"], { env: { CLAW_CA: path } });
    assert.equal(exit, 0);
    assert.ok(stdout.includes(`${path}  (CLAW_CA)`), stdout);
  });
});

describe("claw gateway dev --tls", () => {
  it("makes a certificate, tells its SHA-256, and serves by it", async () => {
    using home = createTestHome();
    const controller = new AbortController();
    let hear = (_line: string) => {};
    const listening = new Promise<string>((resolve) => (hear = resolve));
    const stdout: Output = { isTty: false, columns: 80, write: (text) => hear(text) };
    const running = home.claw(["gateway", "dev", "--port", "0", "--tls", "--json"], {
      stdout,
      interrupted: controller.signal,
    });
    const { data } = JSON.parse(await listening);
    assert.match(data.url, /^wss:\/\/127\.0\.0\.1:\d+$/);
    const env = { CLAW_URL: data.url, CLAW_TOKEN: data.token, CLAW_TLS_FINGERPRINT: data.tlsFingerprint };
    const { exit, stderr } = await home.claw(["event", "x", "--now"], { env });
    assert.deepEqual([exit, stderr], [0, ""]);
    controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGINT" } }));
    assert.equal((await running).exit, 130);
  });
});
