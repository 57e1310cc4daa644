import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { faultNames } from "../../../src/devgateway/faults.ts";
import { ClawError } from "../../../src/errors.ts";
import type { Output } from "../../../src/platform/world.ts";
import { openOperator } from "../../support/operator.ts";
import { createTestHome, type TestHome } from "../../support/world.ts";

/** An output that tells each line as it comes. */
function createLines(onLine: (line: string) => void): Output {
  return { isTty: false, columns: 80, write: (text) => text.trim().split("\n").forEach(onLine) };
}

/** A gateway that keeps its jobs in a directory, and an operator there. */
async function serve(home: TestHome, state: string) {
  const controller = new AbortController();
  let heard = (_url: string) => {};
  const listening = new Promise<string>((resolve) => (heard = resolve));
  const stdout = createLines((line) => {
    const { data } = JSON.parse(line);
    if (data?.event === "listening") heard(data.url);
  });
  const args = ["gateway", "dev", "--port", "0", "--state", state, "--json"];
  const running = home.claw(args, { stdout, interrupted: controller.signal, zone: "Asia/Tokyo" });
  const operator = await openOperator({ url: await listening, secret: "claw-dev-token" });
  return {
    operator,
    async end() {
      operator[Symbol.dispose]();
      controller.abort(new ClawError("interrupted", "interrupted"));
      await running;
    },
  };
}

describe("claw gateway dev", () => {
  it("listens, takes an event, tells of it line by line, and ends with the signal", async () => {
    using home = createTestHome();
    const controller = new AbortController();
    const lines: Record<string, unknown>[] = [];
    let heard = (_url: string) => {};
    const listening = new Promise<string>((resolve) => (heard = resolve));
    const stdout = createLines((line) => {
      const { data } = JSON.parse(line);
      lines.push(data);
      if (data?.event === "listening") heard(data.url);
    });
    const args = ["gateway", "dev", "--port", "0", "--protocol", "3", "--json"];
    const running = home.claw(args, { stdout, interrupted: controller.signal });
    const env = { CLAW_URL: await listening, CLAW_TOKEN: "claw-dev-token" };
    assert.equal((await home.claw(["event", "x", "--now"], { env })).exit, 0);
    controller.abort(new ClawError("interrupted", "interrupted", { details: { signal: "SIGINT" } }));
    assert.equal((await running).exit, 130);
    assert.equal(lines[0]?.["protocol"], 3);
    assert.ok(lines.length > 1, "no client was told of");
  });

  it("keeps cron jobs in --state DIR, privately, and refuses a damaged file by name", async () => {
    using home = createTestHome();
    const state = join(home.path, "jobs");
    const first = await serve(home, state);
    const schedule = { kind: "cron", expr: "0 9 * * *" };
    const payload = { kind: "systemEvent", text: "hello" };
    const { id, state: { nextRunAtMs } } = await first.operator.call("cron.add", {
      name: "daily",
      sessionTarget: "main",
      wakeMode: "now",
      schedule,
      payload,
    });
    assert.equal(new Date(nextRunAtMs).getUTCHours(), 0, "nine o'clock of the person's zone");
    await first.end();
    const second = await serve(home, state);
    assert.deepEqual((await second.operator.call("cron.get", { id })).state, { nextRunAtMs });
    await second.end();
    const file = join(state, "cron-protocol-4.json");
    writeFileSync(file, "{");
    const { exit, stderr } = await home.claw(["gateway", "dev", "--port", "0", "--state", state]);
    assert.equal(exit, 78);
    assert.ok(stderr.includes(`${file} is damaged: it is not JSON`), stderr);
  });

  it("refuses a client's flags rather than ignoring them", async () => {
    using home = createTestHome();
    for (const flags of [["--token", "-"], ["--token-file", "f"], ["--url", "ws://127.0.0.1:1"], ["--timeout", "5s"]]) {
      const { exit, stderr } = await home.claw(["gateway", "dev", "--port", "0", ...flags]);
      assert.equal(exit, 64);
      assert.match(stderr, new RegExp(`${flags[0]}.* does not apply here`));
    }
  });

  it("refuses a port that is taken, and one that is none", async () => {
    using home = createTestHome();
    assert.equal((await home.claw(["gateway", "dev", "--port", "65536"])).exit, 64);
    const controller = new AbortController();
    const first = new Promise<string>((resolve) => {
      const stdout = createLines((line) => resolve(JSON.parse(line).data.port));
      void home.claw(["gateway", "dev", "--port", "0", "--json"], { stdout, interrupted: controller.signal });
    });
    const { exit, stderr } = await home.claw(["gateway", "dev", "--port", String(await first)]);
    controller.abort(new ClawError("interrupted", "interrupted"));
    assert.equal(exit, 78);
    assert.match(stderr, /is not free on 127\.0\.0\.1/);
  });

  it("shows every fault with --fault list, for programs too", async () => {
    using home = createTestHome();
    const { exit, stdout } = await home.claw(["gateway", "dev", "--fault", "list"]);
    assert.equal(exit, 0);
    const { data } = JSON.parse((await home.claw(["gateway", "dev", "--fault", "list", "--json"])).stdout);
    assert.deepEqual(data.map(({ name }: { name: string }) => name), faultNames);
    for (const name of faultNames) assert.match(stdout, new RegExp(`^${name} `, "m"));
  });

  it("plays faults by the number of the connection, as a script says", async () => {
    using home = createTestHome();
    const path = join(home.path, "drops.json5");
    writeFileSync(path, '[{ connections: 2, faults: ["close-before-challenge=1000"] }, /* the third is well */ {}]');
    const controller = new AbortController();
    let heard = (_url: string) => {};
    const listening = new Promise<string>((resolve) => (heard = resolve));
    const stdout = createLines((line) => line.includes('"listening"') && heard(JSON.parse(line).data.url));
    const args = ["gateway", "dev", "--port", "0", "--fault", path, "--fault", "late-challenge=1", "--json"];
    const running = home.claw(args, { stdout, interrupted: controller.signal });
    const env = { CLAW_URL: await listening, CLAW_TOKEN: "claw-dev-token" };
    const { exit, stderr } = await home.claw(["event", "x", "--verbose"], { env });
    controller.abort(new ClawError("interrupted", "interrupted"));
    await running;
    assert.equal(exit, 0, stderr);
    assert.equal(stderr.match(/hung up before its challenge/g)?.length, 2, stderr);
  });

  it("explains with --explain what a client did, with advice, and no secret", async () => {
    using home = createTestHome();
    const controller = new AbortController();
    const lines: string[] = [];
    let heard = (_url: string) => {};
    let ended = () => {};
    const listening = new Promise<string>((resolve) => (heard = resolve));
    const over = new Promise<void>((resolve) => (ended = resolve));
    const stdout = createLines((line) => {
      lines.push(line);
      const url = /^listening on (\S+)/.exec(line)?.[1];
      if (url !== undefined) heard(url);
      if (line.includes("summary")) ended();
    });
    const args = ["gateway", "dev", "--port", "0", "--explain", "--token", "the-right-one"];
    const running = home.claw(args, { stdout, interrupted: controller.signal });
    const env = { CLAW_URL: await listening, CLAW_TOKEN: "the-wrong-one" };
    assert.equal((await home.claw(["event", "x"], { env })).exit, 77);
    await over;
    controller.abort(new ClawError("interrupted", "interrupted"));
    await running;
    const text = lines.join("\n");
    assert.match(text, /^#1 +\d+ ms {2}client {3}connect as cli\/cli /m);
    assert.match(text, /^ {4}advice: `auth\.token` is neither the gateway's token nor this device's\.$/m);
    assert.match(text, /^#1 +\d+ ms {2}summary {2}connect was refused$/m);
    assert.ok(!/the-(right|wrong)-one/.test(text), text);
  });

  it("refuses a fault that there is not, a script that is none, and two", async () => {
    using home = createTestHome();
    const script = join(home.path, "a.json");
    writeFileSync(script, '{"faults":[]}');
    for (
      const [flags, expected, says] of [
        [["--fault", "nothing"], 64, /there is no fault "nothing"/],
        [["--fault", join(home.path, "b.json5")], 65, /there is no file/],
        [["--fault", script], 78, /a\.json: it is no script of faults/],
      ] as const
    ) {
      const { exit, stderr } = await home.claw(["gateway", "dev", "--port", "0", ...flags]);
      assert.equal(exit, expected);
      assert.match(stderr, says);
    }
    writeFileSync(script, "[]");
    assert.equal((await home.claw(["gateway", "dev", "--port", "0", "--fault", script, "--fault", script])).exit, 64);
  });
});
