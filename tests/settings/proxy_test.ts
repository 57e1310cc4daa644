import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { failureOf, type Scene, settingsOf } from "../support/settings_home.ts";

const url = "wss://gateway.example";
const HTTPS_PROXY = "http://proxy.example:3128";

/** The decision of a scene as one line. */
async function decisionOf(scene: Scene): Promise<string> {
  const { proxy } = await settingsOf({ ...scene, flags: { url, ...scene.flags } });
  if (proxy === undefined) return "none named";
  return `${proxy.value.kind === "proxy" ? proxy.value.shown : proxy.value.why} (${proxy.origin.name})`;
}

describe("decideProxy()", () => {
  it("takes the flag before CLAW_PROXY before the file before what all programs are told", async () => {
    const claw = { proxy: "http://three:3" };
    const env = { HTTPS_PROXY: "http://four:4", ALL_PROXY: "http://five:5" };
    assert.equal(await decisionOf({}), "none named");
    assert.equal(await decisionOf({ env: { ALL_PROXY: "five:5" } }), "http://five:5 (ALL_PROXY)");
    assert.equal(await decisionOf({ env: { http_proxy: "http://one" } }), "none named");
    assert.equal(await decisionOf({ env }), "http://four:4 (HTTPS_PROXY)");
    assert.match(await decisionOf({ env, claw }), /^http:\/\/three:3 \(.*config\.json5: proxy\)$/);
    const told = { ...env, CLAW_PROXY: "http://two:2" };
    assert.equal(await decisionOf({ env: told, claw }), "http://two:2 (CLAW_PROXY)");
    assert.equal(await decisionOf({ env: told, claw, flags: { proxy: "one" } }), "http://one:80 (--proxy)");
    assert.equal(await decisionOf({ env: told, flags: { proxy: "none" } }), "as told (--proxy)");
  });

  it("passes by this machine always, and private networks and NO_PROXY unless claw itself was told", async () => {
    const at = (gateway: string, env: Readonly<Record<string, string>>) => decisionOf({ env, flags: { url: gateway } });
    const own = { CLAW_PROXY: HTTPS_PROXY };
    assert.equal(await at("wss://127.0.0.1", own), "the gateway is on this machine (CLAW_PROXY)");
    assert.equal(await at("ws://localhost", { HTTP_PROXY: "x" }), "the gateway is on this machine (HTTP_PROXY)");
    assert.equal(await at("wss://192.168.1.2", { HTTPS_PROXY }), "the gateway is on a private network (HTTPS_PROXY)");
    assert.equal(await at("wss://192.168.1.2", own), `${HTTPS_PROXY} (CLAW_PROXY)`);
    const listed = { NO_PROXY: "203.0.113.0/24,.example" };
    assert.equal(await at(url, { HTTPS_PROXY, ...listed }), "NO_PROXY names the gateway (HTTPS_PROXY)");
    assert.equal(await at("wss://203.0.113.9", { HTTPS_PROXY, ...listed }), "NO_PROXY names the gateway (HTTPS_PROXY)");
    assert.equal(await at(url, { ...own, ...listed }), `${HTTPS_PROXY} (CLAW_PROXY)`);
    const unused = await settingsOf({ flags: { url: "ws://127.0.0.1:9", proxy: "http://p" } });
    assert.deepEqual(unused.warnings, ["--proxy is not used: ws://127.0.0.1:9 is on this machine"]);
  });

  it("refuses to send what is unencrypted through a proxy", async () => {
    const flags = { url: "ws://192.168.1.2", allowInsecurePrivate: true, proxy: "http://p" };
    const error = await failureOf({ flags });
    assert.equal(error.code, "config/insecure-url");
    assert.match(error.message, /is unencrypted, so that the proxy of --proxy could read it$/);
  });

  it("keeps user and password to itself", async () => {
    const { proxy } = await settingsOf({ flags: { url }, env: { HTTPS_PROXY: "http://me:p%40ss@proxy.example" } });
    assert.ok(proxy?.value.kind === "proxy");
    assert.equal(proxy.value.authorization?.reveal(), `Basic ${btoa("me:p@ss")}`);
    assert.doesNotMatch(JSON.stringify(proxy), /p@ss|p%40ss|bWU6/);
    for (const text of ["socks5://me:hidden@proxy", "http://me:hidden@:99999", "http://me:hidden@"]) {
      const error = await failureOf({ flags: { url }, env: { ALL_PROXY: text } });
      assert.equal(error.code, "config/invalid", text);
      assert.doesNotMatch(`${error.message} ${error.hint}`, /hidden/);
    }
    assert.equal((await failureOf({ flags: { url, proxy: "https://proxy" } })).code, "usage/bad-flag");
  });
});
