import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdirSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { createFastClock } from "../../support/clock.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { startRefusingGateway } from "../../support/refusing_gateway.ts";
import { createTestHome, type RunResult } from "../../support/world.ts";

interface Found {
  readonly id: string;
  readonly severity: string;
  readonly cause: string;
  readonly command: string;
}

function findingsIn({ stdout }: RunResult): readonly Found[] {
  return JSON.parse(stdout).data.findings;
}

/** Lets every reader of a pipe end: each would keep this process from reading files. */
async function letGo(pipe: string): Promise<void> {
  for (let misses = 0; misses < 5;) {
    try {
      closeSync(openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK));
      misses = 0;
    } catch {
      misses += 1;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** How fast a busy machine is does not count. */
function idsIn(run: RunResult): readonly string[] {
  return findingsIn(run).map(({ id }) => id).filter((id) => id !== "LAT-1");
}

describe("claw doctor and what it knows beforehand", () => {
  it("does not log in where the gateway asked to wait", async () => {
    const error = {
      code: "INVALID_REQUEST",
      message: "no",
      details: { code: "AUTH_RATE_LIMITED" },
      retryAfterMs: 300_000,
    };
    await using gateway = await startRefusingGateway(error);
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${gateway.port}`, CLAW_TOKEN: "wrong-wrong-wrong" });
    assert.deepEqual(idsIn(await home.claw(["doctor", "--json"])), ["AUTH_RATE_LIMITED"]);
    const again = await home.claw(["doctor", "--json"]);
    assert.deepEqual(idsIn(again), ["AUTH_RATE_LIMITED"]);
    const { phases } = JSON.parse(again.stdout).data;
    assert.equal(phases.find(({ state }: { state: string }) => state === "failed").name, "connect");
    // The look itself has told the others, too.
    assert.equal((await home.claw(["event", "x"])).exit, 75);
  });

  it("finds the same where nothing can be kept", async () => {
    const details = { code: "AUTH_RATE_LIMITED" };
    await using gateway = await startRefusingGateway({ code: "NO", message: "no", details, retryAfterMs: 300_000 });
    using home = createTestHome({ CLAW_URL: `ws://127.0.0.1:${gateway.port}`, CLAW_TOKEN: "wrong-wrong-wrong" });
    writeFileSync(join(home.path, ".local"), "in the way of every directory");
    assert.equal(idsIn(await home.claw(["doctor", "--json"]))[0], "AUTH_RATE_LIMITED");
  });

  it("does not log in without anything to log in with", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ CLAW_URL: gateway.url });
    const run = await home.claw(["doctor", "--json"]);
    assert.equal(run.exit, 1);
    assert.deepEqual(idsIn(run), ["AUTH-NOTHING"]);
    const logins = gateway.log.filter(({ event, advice }) =>
      event === "hello-ok" || /credential|token/.test(advice ?? "")
    );
    assert.deepEqual(logins, []);
  });

  it("waits neither for ever for a command that says nothing, nor accuses the network of it", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome();
    mkdirSync(join(home.path, ".config/claw"), { recursive: true, mode: 0o700 });
    writeFileSync(join(home.path, ".config/claw/config.json5"), `{ url: '${gateway.url}', tokenCmd: 'sleep 60' }`, {
      mode: 0o600,
    });
    const run = await home.claw(["doctor", "--json", "--timeout", "300ms"]);
    assert.deepEqual(findingsIn(run).map(({ id, command }) => [id, command]), [[
      "CFG-LATE",
      "claw doctor --timeout 60s",
    ]]);
    const { phases } = JSON.parse(run.stdout).data;
    assert.equal(phases.find(({ state }: { state: string }) => state === "failed").name, "connect");
  });

  it("ends although a pipe stands where OpenClaw has its settings", async () => {
    using home = createTestHome();
    mkdirSync(join(home.path, ".openclaw"));
    const pipe = join(home.path, ".openclaw/openclaw.json");
    execFileSync("mkfifo", [pipe]);
    const clock = createFastClock(50);
    const run = await home.claw(["doctor", "--as-service", "--json", "--timeout", "300ms"], { clock });
    await letGo(pipe);
    assert.equal(run.exit, 1);
    assert.equal(idsIn(run)[0], "CFG-LATE");
  });

  it("says which secret cannot be had", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome();
    mkdirSync(join(home.path, ".openclaw"));
    const reference = { source: "exec", provider: "vault", id: "token" };
    const config = { gateway: { port: gateway.port, auth: { mode: "token", token: reference } } };
    writeFileSync(join(home.path, ".openclaw/openclaw.json"), JSON.stringify(config));
    assert.deepEqual(idsIn(await home.claw(["doctor", "--json"])), ["CFG-2"]);
  });

  it("names two tokens that disagree, by fingerprints, and never the tokens", async () => {
    await using gateway = await openSocketGateway();
    using home = createTestHome({ OPENCLAW_GATEWAY_TOKEN: "stale-of-the-environment" });
    mkdirSync(join(home.path, ".openclaw"));
    const config = { gateway: { port: gateway.port, auth: { mode: "token", token: gateway.secret } } };
    writeFileSync(join(home.path, ".openclaw/openclaw.json"), JSON.stringify(config));
    const run = await home.claw(["doctor", "--json"]);
    assert.deepEqual(idsIn(run), ["AUTH_TOKEN_MISMATCH", "CFG-10"]);
    const [refusal, rivals] = findingsIn(run);
    const used = /([0-9a-f]{6}) of OPENCLAW_GATEWAY_TOKEN$/.exec(refusal?.cause ?? "")?.[1];
    assert.ok(used !== undefined, refusal?.cause);
    assert.match(
      rivals?.cause ?? "",
      new RegExp(`${used} of OPENCLAW_GATEWAY_TOKEN is used, [0-9a-f]{6} of .*openclaw`),
    );
    assert.equal(rivals?.command, "unset OPENCLAW_GATEWAY_TOKEN");
    assert.ok(!run.stdout.includes(gateway.secret) && !run.stdout.includes("stale-of"));
  });
});
