import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { selfSigned, selfSignedFingerprint } from "../support/certificate.ts";
import { failureOf, type Scene, settingsOf } from "../support/settings_home.ts";

const url = "wss://gateway.example";
const [one, two, three] = ["11", "22", "33"].map((pair) => pair.repeat(32)) as [string, string, string];

/** The pin of a scene: the pair that it repeats, and where it came from. */
async function pinOf(scene: Scene): Promise<string> {
  const { tlsFingerprint } = await settingsOf(scene);
  return tlsFingerprint === undefined ? "none" : `${tlsFingerprint.value.slice(0, 2)} ${tlsFingerprint.origin.kind}`;
}

describe("resolveTrust()", () => {
  it("takes a flag before the environment before claw's file before openclaw.json", async () => {
    const openclaw = { gateway: { mode: "remote", remote: { url, tlsFingerprint: `sha256:${three}` } } };
    const claw = { tlsFingerprint: two };
    const env = { CLAW_TLS_FINGERPRINT: one };
    assert.equal(await pinOf({ openclaw }), "33 openclaw-config");
    assert.equal(await pinOf({ openclaw, claw }), "22 claw-config");
    assert.equal(await pinOf({ openclaw, claw, env }), "11 env");
    assert.equal(await pinOf({ openclaw, claw, env, flags: { tlsFingerprint: three } }), "33 flag");
  });

  it("takes a file's pin and authorities only to the gateway that the file names", async () => {
    const openclaw = { gateway: { mode: "remote", remote: { url, tlsFingerprint: one } } };
    const elsewhere = { url: "wss://gateway.example:444" };
    assert.equal(await pinOf({ openclaw, flags: elsewhere }), "none");
    assert.equal(await pinOf({ openclaw, flags: { url } }), "11 openclaw-config");
    const claw = { url, tlsFingerprint: two, ca: "ca.pem" };
    const files = { ".config/claw/ca.pem": selfSigned.cert };
    assert.equal(await pinOf({ claw, files }), "22 claw-config");
    assert.equal(await pinOf({ claw, files, flags: elsewhere }), "none");
    assert.equal((await settingsOf({ claw, files, flags: elsewhere })).ca, undefined);
    assert.equal((await settingsOf({ claw, files })).ca?.value.pem, selfSigned.cert);
  });

  it("knows this machine's own gateway by its certificate's file, and no other by it", async () => {
    const files = { ".openclaw/gateway/tls/gateway-cert.pem": selfSigned.cert };
    const openclaw = { gateway: { port: 18790, tls: { enabled: true } } };
    const pin = async (scene: Scene) => (await settingsOf(scene)).tlsFingerprint;
    const found = await pin({ openclaw, files });
    assert.equal(found?.value, selfSignedFingerprint);
    assert.match(found?.origin.name ?? "", /\.openclaw\/gateway\/tls\/gateway-cert\.pem$/);
    assert.equal((await pin({ openclaw, files, flags: { port: "18790" } }))?.value, selfSignedFingerprint);
    const named = { gateway: { tls: { enabled: true, certPath: "~/mine.pem" } } };
    assert.equal(
      (await pin({ openclaw: named, files: { "mine.pem": selfSigned.cert } }))?.value,
      selfSignedFingerprint,
    );
    const state = {
      env: { OPENCLAW_STATE_DIR: "~/state" },
      files: { "state/gateway/tls/gateway-cert.pem": selfSigned.cert },
    };
    const moved = { ...state.files, "state/openclaw.json": "{ gateway: { tls: { enabled: true } } }" };
    assert.equal((await pin({ ...state, files: moved }))?.value, selfSignedFingerprint);
    const others: readonly Scene[] = [
      { openclaw },
      { openclaw, files: { ".openclaw/gateway/tls/gateway-cert.pem": "no certificate" } },
      { openclaw, files, flags: { url: "wss://127.0.0.1:18790" } },
      { openclaw, files, flags: { port: "18791" } },
      { openclaw, files, flags: { ssh: "host", url: "wss://127.0.0.1:18790" } },
      { openclaw, files, claw: { url: "wss://gateway.example:18790" } },
    ];
    for (const scene of others) assert.equal(await pin(scene), undefined, JSON.stringify(scene));
    const told = { openclaw, files, flags: { tlsFingerprint: one } };
    assert.equal(await pinOf(told), "11 flag");
  });

  it("says nothing about openclaw.json's pin any more", async () => {
    const openclaw = { gateway: { mode: "remote", remote: { url, tlsFingerprint: one } } };
    assert.deepEqual((await settingsOf({ openclaw })).warnings, []);
  });

  it("ends the run for a pin that cannot be read, wherever it stands", async () => {
    const openclaw = { gateway: { mode: "remote", remote: { url, tlsFingerprint: "AA" } } };
    const error = await failureOf({ openclaw });
    assert.equal(error.code, "config/invalid");
    assert.match(error.message, /openclaw\.json: gateway\.remote\.tlsFingerprint: this is not a SHA-256/);
  });

  it("ends the run when a check was asked for that cannot take place", async () => {
    const plain = "ws://127.0.0.1:9";
    assert.equal((await failureOf({ flags: { url: plain, tlsFingerprint: one } })).code, "usage/bad-flag");
    assert.equal((await failureOf({ flags: { url: plain, ca: "~/x" } })).code, "usage/bad-flag");
    const error = await failureOf({ flags: { url: plain }, env: { CLAW_TLS_FINGERPRINT: one } });
    assert.equal(error.message, "CLAW_TLS_FINGERPRINT: ws://127.0.0.1:9 (--url) has no certificate");
    const quiet = await settingsOf({
      flags: { url: plain },
      env: { CLAW_CA: "~/none" },
      claw: { tlsFingerprint: one },
    });
    assert.deepEqual([quiet.tlsFingerprint, quiet.ca], [undefined, undefined]);
  });

  it("reads a file of authorities, by ~ and beside claw's own file too, and refuses what is none", async () => {
    const files = { "own/ca.pem": selfSigned.cert, "own/other.txt": "hello" };
    const settings = await settingsOf({ flags: { url }, env: { CLAW_CA: "~/own/ca.pem" }, files });
    assert.equal(settings.ca?.value.pem, selfSigned.cert);
    assert.match(
      (await failureOf({ flags: { url, ca: "~/own/none.pem" } })).message,
      /^--ca: there is no file .*none\.pem$/,
    );
    const other = await failureOf({ flags: { url, ca: "~/own/other.txt" }, files });
    assert.match(other.message, /^--ca: .*other\.txt holds no certificate in PEM$/);
    assert.match((await failureOf({ flags: { url, ca: "~/own" }, files })).message, /cannot read .*own: EISDIR/);
  });

  it("refuses authorities of which one is damaged, before anything is dialled", async () => {
    const { cert } = selfSigned;
    const garbage = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    for (const pem of [garbage, cert.slice(0, -40), `${cert}${garbage}`, `${garbage}${cert}`]) {
      const error = await failureOf({ flags: { url, ca: "~/ca.pem" }, files: { "ca.pem": pem } });
      assert.equal(error.code, "usage/bad-flag");
      assert.match(error.message, /^--ca: .*ca\.pem holds a certificate that is damaged$/);
    }
    const several = `# a comment\r\n${cert.replaceAll("\n", "\r\n")}\n${cert}`;
    assert.equal(
      (await settingsOf({ flags: { url, ca: "~/ca.pem" }, files: { "ca.pem": several } })).ca?.value.pem,
      several,
    );
  });
});
