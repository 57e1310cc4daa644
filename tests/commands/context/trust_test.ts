import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { describe, it } from "node:test";
import { certificateFor, expired } from "../../support/certificate.ts";
import { startConnectProxy } from "../../support/connect_proxy.ts";
import { readConfig, writeConfig } from "../../support/contexts.ts";
import { openSocketGateway, type SocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome, type TestHome } from "../../support/world.ts";

const own = await certificateFor();
const other = await certificateFor();
const file = "contexts/home.json5";

/** A home with the context `home` for that gateway; `more`: further lines of its file. */
function homeFor(gateway: SocketGateway, more = ""): TestHome {
  const home = createTestHome();
  writeConfig(home, { [file]: `{\n  // at home\n  url: "${gateway.url}", token: "${gateway.secret}",\n${more}}\n` });
  return home;
}

const trust = (home: TestHome, ...args: readonly string[]) => home.claw(["context", "trust", "home", ...args]);
const event = (home: TestHome) => home.claw(["event", "x", "--context", "home"]);

describe("claw context trust", () => {
  it("follows the hint of first contact: shows the certificate, asks, and pins it beside what a person wrote", async () => {
    await using gateway = await openSocketGateway({ tls: own });
    using home = homeFor(gateway);
    const first = await event(home);
    assert.equal(first.exit, 69);
    assert.match(first.stderr, /only if they are equal: claw context trust home$/m);
    const asked = await home.claw(["context", "trust", "home"], { isTty: true, stdin: "y\n" });
    assert.equal(asked.exit, 0, asked.stderr);
    for (const fact of [own.fingerprint, "CN=test", "it is self-signed", "none", "openssl x509"]) {
      assert.ok(asked.stderr.includes(fact), `${fact}: ${asked.stderr}`);
    }
    const text = readConfig(home, file) ?? "";
    assert.ok(text.startsWith("{\n  // at home\n"), text);
    assert.ok(text.includes(`tlsFingerprint: "${own.fingerprint}"`), text);
    assert.equal(statSync(`${home.path}/.config/claw/${file}`).mode & 0o777, 0o600);
    assert.deepEqual(gateway.log, [], "the look sent something");
    const then = await event(home);
    assert.deepEqual([then.exit, then.stderr], [0, ""]);
    assert.match((await trust(home)).stdout, /pinned already/);
  });

  it("pins nothing when the answer is no, or nobody can be asked", async () => {
    await using gateway = await openSocketGateway({ tls: own });
    using home = homeFor(gateway);
    const before = readConfig(home, file);
    assert.equal((await home.claw(["context", "trust", "home"], { isTty: true, stdin: "n\n" })).exit, 1);
    for (const args of [[], ["--yes"]]) {
      const alone = await trust(home, ...args);
      assert.equal(alone.exit, 64);
      assert.match(alone.stderr, /nobody can compare the certificate here\nclaw: hint: .*--fingerprint SHA256$/m);
    }
    assert.equal(readConfig(home, file), before);
  });

  it("pins for scripts what --fingerprint names, and only if that is presented", async () => {
    await using gateway = await openSocketGateway({ tls: own });
    using home = homeFor(gateway);
    const wrong = await trust(home, "--fingerprint", other.fingerprint, "--json");
    const { error } = JSON.parse(wrong.stdout);
    assert.deepEqual([wrong.exit, error.code], [69, "net/tls"]);
    assert.deepEqual([error.details.expectedFingerprint, error.details.fingerprint], [
      other.fingerprint,
      own.fingerprint,
    ]);
    assert.doesNotMatch(readConfig(home, file) ?? "", /tlsFingerprint/);
    const right = await trust(home, "--fingerprint", `sha256:${own.fingerprint.toLowerCase()}`, "--json");
    const { data } = JSON.parse(right.stdout);
    assert.deepEqual([right.exit, data.status, data.isTrusted, data.pinnedBefore], [0, "pinned", false, null]);
    assert.equal((await event(home)).exit, 0);
  });

  it("replaces a pin only when told so, and says what else a change can mean", async () => {
    await using gateway = await openSocketGateway({ tls: own });
    using home = homeFor(gateway, `  tlsFingerprint: "${other.fingerprint}", // of spring\n`);
    const changed = await event(home);
    assert.match(changed.stderr, /rotated, or someone is between/);
    assert.match(changed.stderr, /replace the pin: claw context trust home --replace$/m);
    const refused = await trust(home, "--fingerprint", own.fingerprint);
    assert.equal(refused.exit, 69);
    assert.match(
      refused.stderr,
      /it was rotated, or someone is between; pinned SHA-256 .* claw context trust home --replace$/ms,
    );
    const asked = await home.claw(["context", "trust", "home", "--replace"], { isTty: true, stdin: "y\n" });
    assert.equal(asked.exit, 0, asked.stderr);
    assert.match(asked.stderr, /rotated, or someone is between/);
    assert.match(readConfig(home, file) ?? "", new RegExp(`tlsFingerprint: "${own.fingerprint}", // of spring`));
    assert.equal((await event(home)).exit, 0);
  });

  it("finds a pin needless where the certificate is trusted, and pins it when told", async () => {
    const authority = await certificateFor({ commonName: "test authority", isAuthority: true });
    const signed = await certificateFor({ issuer: authority.signer });
    await using gateway = await openSocketGateway({ tls: signed });
    using home = homeFor(gateway, `  ca: "ca.pem",\n`);
    writeConfig(home, { "contexts/ca.pem": authority.cert });
    const before = readConfig(home, file);
    const { exit, stdout } = await trust(home);
    assert.equal(exit, 0);
    assert.match(stdout, /this machine trusts it: home needs no pin/);
    assert.equal(readConfig(home, file), before);
    assert.equal((await trust(home, "--yes")).exit, 0);
    assert.match(readConfig(home, file) ?? "", new RegExp(`tlsFingerprint: "${signed.fingerprint}"`));
    assert.equal((await event(home)).exit, 0);
  });

  it("looks through the proxy that the context has", async () => {
    await using gateway = await openSocketGateway({ tls: own });
    await using proxy = await startConnectProxy({ targetPort: gateway.port });
    using home = createTestHome();
    const url = "wss://gateway.test:4433";
    writeConfig(home, { [file]: `{ url: "${url}", proxy: "http://127.0.0.1:${proxy.port}" }` });
    const { exit, stderr } = await trust(home, "--fingerprint", own.fingerprint);
    assert.deepEqual([exit, stderr], [0, ""]);
    assert.ok(proxy.heads.length > 0);
    assert.ok(!proxy.tunnelled().includes("GET "), "something followed the handshake");
  });

  it("refuses what has no certificate, no file, or cannot be reached", async () => {
    await using gateway = await openSocketGateway();
    using home = homeFor(gateway);
    const plain = await trust(home);
    assert.deepEqual([plain.exit, /has no certificate: home does not use TLS/.test(plain.stderr)], [65, true]);
    assert.equal((await home.claw(["context", "trust", "local"])).exit, 65);
    assert.equal((await home.claw(["context", "trust", "nowhere"])).exit, 65);
    writeConfig(home, { [file]: `{ url: "wss://127.0.0.1:${gateway.port}" }` });
    const unwanted = await trust(home);
    assert.equal(unwanted.exit, 69);
    assert.match(unwanted.stderr, /does not speak TLS\nclaw: hint: use ws:/);
    const flag = await trust(home, "--tls-fingerprint", own.fingerprint);
    assert.equal(flag.exit, 64);
  });

  it("does not pin what has expired: a pin does not help against that", async () => {
    const old = await certificateFor(expired);
    await using gateway = await openSocketGateway({ tls: old });
    using home = homeFor(gateway);
    const { exit, stderr } = await trust(home, "--fingerprint", old.fingerprint);
    assert.equal(exit, 69);
    assert.match(stderr, /a pin does not help against that/);
  });
});
