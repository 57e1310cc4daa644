import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { ClawError } from "../../../src/errors.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { selfSigned, selfSignedFingerprint } from "../../support/certificate.ts";
import { startRefusingGateway } from "../../support/refusing_gateway.ts";
import { freePort } from "../../support/sockets.ts";
import { createTestHome } from "../../support/world.ts";

const quick = ["-i", "0ms"];

describe("claw ping", () => {
  it("shows each round and three numbers for all", async () => {
    for (const protocol of [3, 4] as const) {
      await using gateway = await openSocketGateway({ protocol });
      using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
      const run = await home.claw(["ping", "-c", "3", ...quick]);
      assert.equal(run.stderr, "");
      assert.equal(run.exit, 0);
      const rounds = run.stdout.match(/^round \d: tcp [\d.]+ ms, handshake [\d.]+ ms, call [\d.]+ ms$/gm) ?? [];
      assert.equal(rounds.length, 3, run.stdout);
      assert.match(run.stdout, /: 3 of 3 rounds answered$/m);
      assert.match(run.stdout, /^MS +MIN +MEDIAN +P95$/m);
      assert.match(run.stdout, /^handshake +[\d.]+ +[\d.]+ +[\d.]+$/m);
      assert.equal(gateway.log.filter(({ event }) => event === "hello-ok").length, 3);
      assert.deepEqual(gateway.gateway.memory.pairings.paired(), []);
    }
  });

  it("tells TLS apart, and writes a JSON line a round and one for all", async () => {
    await using gateway = await openSocketGateway({ tls: selfSigned });
    const env = { CLAW_URL: `wss://127.0.0.1:${gateway.port}`, CLAW_TOKEN: gateway.secret };
    using home = createTestHome(env);
    const run = await home.claw([
      "ping",
      "--count",
      "2",
      ...quick,
      "--json",
      "--tls-fingerprint",
      selfSignedFingerprint,
    ]);
    assert.equal(run.exit, 0, run.stdout);
    const [first, second, summary, ...rest] = run.stdout.trimEnd().split("\n").map((line) => JSON.parse(line).data);
    assert.deepEqual([first.round, second.round, rest], [1, 2, []]);
    assert.ok(first.tlsMs > 0, JSON.stringify(first));
    assert.deepEqual([summary.rounds, summary.answered], [2, 2]);
    assert.deepEqual(Object.keys(summary.tls), ["minMs", "medianMs", "p95Ms"]);
  });

  it("counts what is lost, and fails when all is", async () => {
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${await freePort()}`, CLAW_TOKEN: "x".repeat(20) });
    const run = await home.claw(["ping", "-c", "2", ...quick]);
    assert.equal(run.exit, 69);
    assert.match(run.stdout, /^round 2: nothing listens/m);
    assert.match(run.stdout, /: 0 of 2 rounds answered$/m);
    assert.match(run.stderr, /^claw: hint: find out why with `claw doctor`$/m);
  });

  it("stops at a refusal, which a second round would only repeat", async () => {
    const mismatch = { code: "INVALID_REQUEST", message: "no", details: { code: "AUTH_TOKEN_MISMATCH" } };
    await using gateway = await startRefusingGateway(mismatch);
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${gateway.port}`, CLAW_TOKEN: "wrong-wrong" });
    assert.equal((await home.claw(["ping", "-c", "5", ...quick])).exit, 77);
    assert.equal(gateway.clients, 1);
  });

  it("gives each round its own time", async () => {
    await using gateway = await openSocketGateway({ faults: ["silent-after-request"] });
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const run = await home.claw(["ping", "-c", "2", ...quick, "--timeout", "300ms"]);
    assert.match(run.stdout, /^round 1: .*no answer came in time/m);
    assert.match(run.stdout, /^round 2: .*no answer came in time/m);
    assert.notEqual(run.exit, 0);
  });

  it("tells what it measured until it was interrupted", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
    const interrupt = new AbortController();
    let written = "";
    const stdout = {
      isTty: false,
      columns: 80,
      write(text: string) {
        written += text;
        if (text.startsWith("round 1")) interrupt.abort(new ClawError("interrupted", "interrupted"));
      },
    };
    const run = await home.claw(["ping", "-c", "9", "-i", "1h"], { interrupted: interrupt.signal, stdout });
    assert.equal(run.exit, 130);
    assert.match(written, /: 1 of 1 rounds answered$/m);
  });

  it("refuses counts and intervals that are none", async () => {
    using home = createTestHome();
    for (const args of [["-c", "0"], ["-c", "many"], ["-i", "5"]]) {
      assert.equal((await home.claw(["ping", ...args])).exit, 64, args.join(" "));
    }
  });
});
