import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openSocketGateway } from "../support/dev_gateway.ts";
import { startRefusingGateway } from "../support/refusing_gateway.ts";
import { createTestHome } from "../support/world.ts";

/** As 2026.9.6 says it after ten failed logins from one address. */
const lockout = (retryAfterMs: number) => ({
  code: "INVALID_REQUEST",
  message: "unauthorized: too many failed authentication attempts (retry later)",
  details: { code: "AUTH_RATE_LIMITED" },
  retryable: true,
  retryAfterMs,
});

describe("claw and a gateway that locks out", () => {
  it("asks once, and then not again before the time is over", async () => {
    await using gateway = await startRefusingGateway(lockout(300_000));
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${gateway.port}`, CLAW_TOKEN: "wrong" });
    const first = await home.claw(["event", "x"]);
    assert.equal(first.exit, 75);
    assert.match(first.stderr, /too many failed authentication attempts/);
    const again = await home.claw(["event", "x", "--retry", "60s", "--json"]);
    assert.equal(again.exit, 75);
    assert.equal(gateway.clients, 1);
    const other = await home.claw(["event", "x"], { env: { CLAW_TOKEN: "another" } });
    assert.equal(other.exit, 75);
    assert.match(other.stderr, /hint: .*another secret is refused until then too/);
    assert.equal(gateway.clients, 1);
    const { code, message } = JSON.parse(again.stdout).error;
    assert.equal(code, "gateway/unavailable");
    assert.match(
      message,
      /^not dialled: ws:\/\/127\.0\.0\.1:\d+ asked to wait until \d{4}-\d\d-\d\dT[\d:]+Z, after/,
    );
    await using elsewhere = await openSocketGateway();
    assert.equal(
      (await home.claw(["event", "x"], { env: { CLAW_URL: elsewhere.url, CLAW_TOKEN: elsewhere.secret } })).exit,
      0,
    );
  });

  it("asks again when the time is over", async () => {
    await using gateway = await startRefusingGateway(lockout(1));
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${gateway.port}`, CLAW_TOKEN: "wrong" });
    for (let run = 0; run < 2; run++) assert.equal((await home.claw(["event", "x"])).exit, 75);
    assert.equal(gateway.clients, 2);
  });
});
