import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { certificateFor } from "../support/certificate.ts";
import { startConnectProxy } from "../support/connect_proxy.ts";
import { openSocketGateway } from "../support/dev_gateway.ts";
import { freePort } from "../support/sockets.ts";
import { createTestHome } from "../support/world.ts";

const own = await certificateFor({ names: ["gateway.test"] });
const url = "wss://gateway.test:4433";

describe("claw through a proxy", () => {
  it("reaches the gateway by a tunnel, and shows the proxy nothing but its own login", async () => {
    await using gateway = await openSocketGateway({ tls: own });
    await using proxy = await startConnectProxy({ targetPort: gateway.port });
    using home = createTestHome({ CLAW_URL: url, CLAW_TOKEN: gateway.secret, CLAW_TLS_FINGERPRINT: own.fingerprint });
    const env = { HTTPS_PROXY: `http://me:proxy-password@127.0.0.1:${proxy.port}` };
    const { exit, stdout, stderr } = await home.claw(["status"], { env });
    assert.deepEqual([exit, stderr], [0, ""]);
    assert.ok(stdout.includes(`http://127.0.0.1:${proxy.port}  (HTTPS_PROXY)`), stdout);
    assert.doesNotMatch(stdout, /proxy-password/);
    const authorization = `Proxy-Authorization: Basic ${btoa("me:proxy-password")}`;
    const head = `CONNECT gateway.test:4433 HTTP/1.1\r\nHost: gateway.test:4433\r\n${authorization}\r\n\r\n`;
    assert.deepEqual(new Set(proxy.heads), new Set([head]));
    assert.ok(proxy.tunnelled().length > 1_000);
    assert.ok(!proxy.tunnelled().includes(gateway.secret), "the proxy saw the credential");
  });

  it("looks at an unknown certificate through the proxy too", async () => {
    await using gateway = await openSocketGateway({ tls: own });
    await using proxy = await startConnectProxy({ targetPort: gateway.port });
    using home = createTestHome({ CLAW_URL: url, CLAW_PROXY: `127.0.0.1:${proxy.port}` });
    const { exit, stderr } = await home.claw(["event", "x"]);
    assert.equal(exit, 69);
    assert.ok(stderr.includes(own.fingerprint), stderr);
    assert.match(stderr, /the certificate of gateway\.test:4433 is not trusted/);
  });

  const answers: readonly (readonly [status: number, code: string, words: RegExp])[] = [
    [407, "net/upgrade", /the proxy http:\/\/127\.0\.0\.1:\d+ wants a login \(HTTP 407\)$/],
    [403, "net/upgrade", /answered HTTP 403 instead of connecting to gateway\.test:4433$/],
    [502, "net/unreachable", /answered HTTP 502 instead of connecting to gateway\.test:4433$/],
  ];
  for (const [status, code, words] of answers) {
    it(`names a proxy that answers ${status}`, async () => {
      await using proxy = await startConnectProxy({ targetPort: 9, status });
      using home = createTestHome({ CLAW_URL: url });
      const { exit, stdout } = await home.claw(["event", "x", "--json", "--proxy", `http://127.0.0.1:${proxy.port}`]);
      const { error } = JSON.parse(stdout);
      assert.deepEqual([exit, error.code], [69, code]);
      assert.match(error.message, words);
      assert.match(error.hint, /--proxy/);
    });
  }

  it("names a proxy that is not there, and one that says nothing", async () => {
    using home = createTestHome({ CLAW_URL: url, CLAW_TIMEOUT: "500ms" });
    const absent = await home.claw(["event", "x"], { env: { ALL_PROXY: `http://127.0.0.1:${await freePort()}` } });
    assert.equal(absent.exit, 69);
    assert.match(absent.stderr, /error: the proxy http:\/\/127\.0\.0\.1:\d+ cannot be used: connection refused/);
    await using proxy = await startConnectProxy({ targetPort: 9, isSilent: true });
    const silent = await home.claw(["event", "x"], { env: { ALL_PROXY: `http://127.0.0.1:${proxy.port}` } });
    assert.equal(silent.exit, 69);
    assert.match(silent.stderr, /did not accept a connection in time/);
  });

  it("leaves gateways on this machine alone", async () => {
    await using gateway = await openSocketGateway();
    await using proxy = await startConnectProxy({ targetPort: gateway.port });
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const address = `http://127.0.0.1:${proxy.port}`;
    const env = { HTTP_PROXY: address, HTTPS_PROXY: address, ALL_PROXY: address, CLAW_PROXY: address };
    assert.equal((await home.claw(["event", "x"], { env })).exit, 0);
    assert.deepEqual(proxy.heads, []);
  });
});
