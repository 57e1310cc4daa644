import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Followed, type FollowOptions, RunWatch } from "../../src/cron/follow_run.ts";
import { requestRun } from "../../src/cron/request_run.ts";
import type { RunTarget } from "../../src/cron/run_verdict.ts";
import type { CronRunOutcome } from "../../src/devgateway/options.ts";
import { ClawError } from "../../src/errors.ts";
import type { CronAddParams, CronJob } from "../../src/protocol/mod.ts";
import { createMemoryGateway, type GatewayChoices } from "../support/dev_gateway.ts";
import { openLine } from "../support/line.ts";
import { fc, runs } from "../support/property.ts";

const never = new AbortController().signal;
const hourly: CronAddParams = {
  name: "hourly",
  schedule: { kind: "every", everyMs: 3_600_000 },
  sessionTarget: "main",
  wakeMode: "next-heartbeat",
  payload: { kind: "systemEvent", text: "hello" },
};

/** A gateway with one job, its run asked for, and a watch over it. */
async function open(choices: GatewayChoices = {}, definition: CronAddParams = hourly) {
  const gateway = createMemoryGateway({ heartbeat: "none", ...choices });
  const { clock } = gateway;
  const test = await openLine(gateway);
  const job = await test.connection.call("cron.add", definition, never) as CronJob;
  const watch = new RunWatch(test.line, clock, job.id);
  const requested = await requestRun(test.connection, job, "force", { clock, signal: never, withinMs: 60_000 });
  assert.equal(requested.kind, "enqueued");
  const { target } = requested as Extract<typeof requested, { kind: "enqueued" }>;
  return {
    test,
    ...test,
    gateway,
    clock,
    job,
    target,
    watch,
    /** Follows until it is over, however long the clock has to run. */
    async end(more: Partial<FollowOptions> & { target?: RunTarget } = {}): Promise<Followed> {
      const { target: other = target, ...options } = more;
      const given = { waitMs: 600_000, until: "ended", signal: never, ...options } as const;
      return await settled(watch.follow(other, given), async () => {
        await test.idle();
        await clock.advance(100);
      });
    },
    async [Symbol.asyncDispose]() {
      watch[Symbol.dispose]();
      await gateway[Symbol.asyncDispose]();
    },
  };
}

async function settled<T>(work: Promise<T>, goOn: () => Promise<void>): Promise<T> {
  let isOver = false;
  work.then(() => (isOver = true), () => (isOver = true));
  while (!isOver) await goOn();
  return await work;
}

const lasting = (durationMs: number, more: Partial<CronRunOutcome> = {}): GatewayChoices => ({
  cronRun: { status: "ok", durationMs, ...more },
});
/** `ended ok`, `open`, `removed`. */
function wordOf({ verdict }: Followed): string {
  if (verdict.kind === "ended") return `ended ${verdict.end.status}`;
  return verdict.kind === "untold" ? verdict.reason : "open";
}

for (const protocol of [3, 4] as const) {
  describe(`RunWatch.follow(), protocol ${protocol}`, () => {
    it("tells a run that is over before the first look", async () => {
      await using at = await open({ protocol });
      await at.clock.advance(5_000);
      assert.equal(wordOf(await at.end()), "ended ok");
    });

    it("tells a run of minutes, with the gateway's reason", async () => {
      await using at = await open({ protocol, ...lasting(180_000, { status: "error", error: "no model" }) });
      const { verdict } = await at.end();
      assert.ok(verdict.kind === "ended");
      assert.deepEqual([verdict.end.status, verdict.end.error, verdict.end.durationMs], ["error", "no model", 180_000]);
      assert.equal(verdict.end.runId, protocol === 4 ? at.target.runId : undefined);
    });

    it("tells a run that was skipped", async () => {
      await using at = await open({ protocol, ...lasting(40, { status: "skipped", error: "quiet hours" }) });
      assert.equal(wordOf(await at.end()), "ended skipped");
    });

    it("says that it is not over when the wait is", async () => {
      await using at = await open({ protocol, ...lasting(60_000) });
      const began = at.clock.elapsed();
      assert.equal(wordOf(await at.end({ waitMs: 30_000 })), "open");
      assert.ok(at.clock.elapsed() - began <= 30_100);
    });

    it("is content with a run that has begun, when asked for no more", async () => {
      await using at = await open({ protocol, ...lasting(60_000) });
      const { verdict } = await at.end({ until: "begun" });
      assert.ok(verdict.kind === "open" && verdict.runAtMs !== undefined);
    });

    it("tells the end of a one-shot job that is gone with it", async () => {
      const at = new Date(1_795_262_041_010 + 3_600_000).toISOString();
      const once: CronAddParams = { ...hourly, schedule: { kind: "at", at }, deleteAfterRun: true };
      await using opened = await open({ protocol, ...lasting(9_000) }, once);
      assert.equal(wordOf(await opened.end()), "ended ok");
    });

    it("loses nothing with its connection", async () => {
      await using at = await open({ protocol, ...lasting(20_000) });
      at.clock.after(3_000, () => {
        at.fail(new ClawError("net/unreachable", "nothing listens"));
        at.cut();
      });
      at.clock.after(33_000, () => at.fail(undefined));
      const followed = await at.end();
      assert.equal(wordOf(followed), "ended ok", followed.blind?.message);
      assert.equal(at.test.dialled, 2);
      assert.ok(at.losses.length >= 4 && at.losses.length < 20, at.losses.join());
    });

    it("stops at once where connecting again is refused, and says why", async () => {
      await using at = await open({ protocol, ...lasting(20_000) });
      at.clock.after(3_000, () => {
        at.fail(new ClawError("auth/rejected", "no such token"));
        at.cut();
      });
      const { verdict, blind } = await at.end();
      assert.deepEqual([verdict.kind, blind?.code], ["open", "auth/rejected"]);
    });

    it("has waited in vain, and no more, when the time of the whole process is over", async () => {
      await using at = await open({ protocol, ...lasting(60_000) });
      const controller = new AbortController();
      at.clock.after(3_000, () => controller.abort(new ClawError("net/timeout", "the time is over")));
      assert.equal(wordOf(await at.end({ signal: controller.signal })), "open");
    });

    it("ends with the signal, and leaves the run alone", async () => {
      await using at = await open({ protocol, ...lasting(20_000) });
      const controller = new AbortController();
      const reason = new ClawError("interrupted", "interrupted", { details: { signal: "SIGINT" } });
      at.clock.after(3_000, () => controller.abort(reason));
      await assert.rejects(at.end({ signal: controller.signal }), reason);
      await at.clock.advance(20_000);
      const { entries } = await at.connection.call("cron.runs", { id: at.job.id }, never);
      assert.equal(entries.length, 1);
    });
  });
}

describe("RunWatch.follow(), where runs have no names", () => {
  it("gives no end that may be the schedule's", async () => {
    await using at = await open({ protocol: 3, ...lasting(5_000) });
    const target = { ...at.target, firesAtMs: at.target.notBeforeMs };
    const { verdict } = await at.end({ target });
    assert.ok(verdict.kind === "untold" && verdict.reason === "several");
    assert.equal(verdict.candidates.length, 1);
  });

  it("takes no end before another run had time to begin", async () => {
    await using at = await open({ protocol: 3, ...lasting(40) });
    await at.clock.advance(100);
    const rival = await requestRun(at.connection, at.job, "force", {
      clock: at.clock,
      signal: never,
      withinMs: 60_000,
    });
    assert.equal(rival.kind, "enqueued");
    assert.equal(wordOf(await at.end()), "several");
  });

  it("looks once more after the end, for a run that was queued behind it", async () => {
    await using at = await open({ protocol: 3, ...lasting(5_000) });
    const ask = () =>
      void requestRun(at.connection, at.job, "force", { clock: at.clock, signal: never, withinMs: 60_000 });
    at.clock.after(5_100, ask);
    assert.equal(wordOf(await at.end()), "several");
  });

  for (const [others, expected] of [["busy report other", "several"], ["busy other", "ended ok"]] as const) {
    it(`says ${expected} when its run was queued behind those of ${others}`, async () => {
      const durationMs = 10_000;
      await using gateway = createMemoryGateway({ protocol: 3, heartbeat: "none", ...lasting(durationMs) });
      const { clock } = gateway;
      const { line, connection } = await openLine(gateway);
      const add = async (name: string) => await connection.call("cron.add", { ...hourly, name }, never) as CronJob;
      const report = await add("report");
      for (const name of others.split(" ")) {
        const { id } = name === "report" ? report : await add(name);
        await connection.call("cron.run", { id, mode: "force" }, never);
      }
      using watch = new RunWatch(line, clock, report.id);
      const requested = await requestRun(connection, report, "force", { clock, signal: never, withinMs: 60_000 });
      assert.ok(requested.kind === "enqueued");
      const following = watch.follow(requested.target, {
        waitMs: 600_000,
        until: "ended",
        signal: never,
      });
      assert.equal(wordOf(await settled(following, () => clock.advance(100))), expected);
    });
  }

  it("gives no end when there is no time for that look", async () => {
    await using at = await open({ protocol: 3, ...lasting(5_000) });
    assert.equal(wordOf(await at.end({ waitMs: 5_200 })), "several");
    await using named = await open({ protocol: 4, ...lasting(5_000) });
    assert.equal(wordOf(await named.end({ waitMs: 5_200 })), "ended ok");
  });

  it("gives up on a run whose job was removed: there is no word of its end", async () => {
    await using at = await open({ protocol: 3, ...lasting(5_000) });
    at.clock.after(1_000, () => void at.connection.call("cron.remove", { id: at.job.id }, never));
    assert.equal(wordOf(await at.end()), "removed");
    assert.ok(at.clock.elapsed() < 20_000);
  });
});

describe("requestRun()", () => {
  it("says why a gateway did not run the job", async () => {
    await using at = await open({ protocol: 4, ...lasting(20_000) });
    await at.clock.advance(100);
    const again = await requestRun(at.connection, at.job, "force", {
      clock: at.clock,
      signal: never,
      withinMs: 60_000,
    });
    assert.deepEqual(again, { kind: "refused", reason: "already-running" });
  });

  it("knows the ms of the request from the run's id", async () => {
    await using at = await open({ protocol: 3 });
    assert.equal(at.target.runId, `manual:${at.job.id}:${at.target.notBeforeMs}:1`);
    assert.equal(at.target.firesAtMs, at.job.state.nextRunAtMs);
  });
});

describe("RunWatch.follow(), whatever is lost and when", () => {
  for (const protocol of [3, 4] as const) {
    it(`gives the run's true end or none, protocol ${protocol}`, async () => {
      const cuts = fc.array(fc.tuple(fc.nat(12_000), fc.nat(4_000)), { maxLength: 4 });
      const statuses = fc.constantFrom("ok", "error", "skipped");
      await fc.assert(
        fc.asyncProperty(cuts, fc.nat(15_000), statuses, fc.nat(20_000), async (losses, durationMs, status, waitMs) => {
          await using at = await open({ protocol, ...lasting(durationMs, { status }) });
          const followed = at.end({ waitMs });
          for (const [afterMs, forMs] of losses) {
            at.clock.after(afterMs, () => {
              at.fail(new ClawError("net/unreachable", "nothing listens"));
              at.cut();
            });
            at.clock.after(afterMs + forMs, () => at.fail(undefined));
          }
          const word = wordOf(await followed);
          assert.ok([`ended ${status}`, "open", ...(protocol === 3 ? ["several"] : [])].includes(word), word);
          if (losses.length === 0 && waitMs > durationMs + 5_000) assert.equal(word, `ended ${status}`);
        }),
        { numRuns: runs(25) },
      );
    });
  }
});
