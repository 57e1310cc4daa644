import assert from "node:assert/strict";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { openSocketGateway } from "../support/dev_gateway.ts";
import { createTestHome } from "../support/world.ts";

describe("claw status", () => {
  it("shows gateway, login, scopes and times, and where each setting came from", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = await openSocketGateway({ protocol });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      const { exit, stdout, stderr } = await home.claw(["status", "--timeout", "5s"]);
      assert.equal(stderr, "");
      assert.equal(exit, 0);
      assert.match(stdout, new RegExp(`^gateway +${gateway.url}/ \\(version \\S+, protocol ${protocol}\\)$`, "m"));
      assert.match(stdout, /^login +token from CLAW_TOKEN$/m);
      assert.match(stdout, /^scopes +operator\.read$/m);
      assert.match(stdout, /^device +[0-9a-f]{64}$/m);
      assert.match(stdout, /^clock skew +-?\d+ ms$/m);
      assert.match(stdout, /^url .*\(CLAW_URL\)$/m);
      assert.match(stdout, /^timeout +5000 ms {2}\(--timeout\)$/m);
      assert.doesNotMatch(stdout, new RegExp(gateway.secret));
      const again = await home.claw(["status"], { env: { CLAW_TOKEN: "" } });
      assert.match(again.stdout, /^login +device-token from the token store$/m);
    }
  });

  it("shows the settings even when there is no gateway, and ends as the error says", async () => {
    using home = createTestHome({ CLAW_URL: "ws://127.0.0.1:9", CLAW_TOKEN: "x".repeat(20) });
    const { exit, stdout, stderr } = await home.claw(["status"]);
    assert.equal(exit, 69);
    assert.match(stdout, /^url +ws:\/\/127\.0\.0\.1:9\/ {2}\(CLAW_URL\)$/m);
    assert.match(stderr, /^claw: error: nothing listens on 127\.0\.0\.1:9/);
    assert.match(stderr, /^claw: hint: is the gateway running there\?.*--retry 60s$/m);
    assert.doesNotMatch(stderr, /claw status/, "the hint sends the user in a circle");
    const json = JSON.parse((await home.claw(["status", "--json"])).stdout);
    assert.equal(json.error.code, "net/unreachable");
    assert.equal(json.data.settings[0].origin, "CLAW_URL");
  });

  it("names two sources that disagree, by fingerprints that differ", async () => {
    using home = createTestHome({ OPENCLAW_GATEWAY_TOKEN: "from-the-environment-1" });
    mkdirSync(`${home.path}/.openclaw`);
    const config = { gateway: { port: 9, auth: { mode: "token", token: "stale-from-the-file-1" } } };
    writeFileSync(`${home.path}/.openclaw/openclaw.json`, JSON.stringify(config));
    const { stdout } = await home.claw(["status"]);
    const used = /^token +([0-9a-f]{6}) {2}\(OPENCLAW_GATEWAY_TOKEN\)$/m.exec(stdout)?.[1];
    const unused = /^unused token +([0-9a-f]{6}), outranked {2}\(.*openclaw\.json: gateway\.auth\.token\)$/m.exec(
      stdout,
    )?.[1];
    assert.ok(used !== undefined && unused !== undefined, stdout);
    assert.notEqual(used, unused);
    assert.doesNotMatch(stdout, /stale-from|from-the-environment/);
  });
});

describe("claw whoami", () => {
  it("refuses a HOME that depends on the working directory", async () => {
    using home = createTestHome();
    const { exit, stderr } = await home.claw(["whoami"], { env: { HOME: "relative" } });
    assert.equal(exit, 78);
    assert.match(stderr, /HOME is not an absolute path/);
  });

  it("works offline, and creates nothing", async () => {
    using home = createTestHome();
    const { exit, stdout } = await home.claw(["whoami"]);
    assert.equal(exit, 0);
    assert.match(stdout, /^device +none yet/);
    assert.deepEqual(readdirSync(home.path), []);
  });

  it("shows the device and its tokens by fingerprints", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    await home.claw(["event", "x"]);
    const { data } = JSON.parse((await home.claw(["whoami", "--json"])).stdout);
    assert.match(data.deviceId, /^[0-9a-f]{64}$/);
    assert.match(data.fingerprint, /^[0-9a-f]{6}$/);
    assert.match(data.keyFingerprint, /^SHA256:[\w+/]{43}$/);
    const [token] = data.tokens;
    assert.deepEqual([token.gateway, token.role, token.scopes], [gateway.url, "operator", ["operator.write"]]);
    assert.match(token.fingerprint, /^[0-9a-f]{6}$/);
  });
});
