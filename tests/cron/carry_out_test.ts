import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { carryOut, type Hands, type Result } from "../../src/cron/carry_out.ts";
import { addParamsOf, definitionOf, type JobDefinition } from "../../src/cron/definition.ts";
import { formatJobs, parseJobs } from "../../src/cron/jobs_file.ts";
import { listJobs } from "../../src/cron/jobs.ts";
import { isBuiltIn } from "../../src/cron/job_status.ts";
import { makePlan } from "../../src/cron/plan.ts";
import { ClawError } from "../../src/errors.ts";
import { createMemoryGateway, type MemoryGateway } from "../support/dev_gateway.ts";
import { definitionFor } from "../support/definitions_arbitrary.ts";
import { jobOf } from "../support/jobs.ts";
import { openLine } from "../support/line.ts";
import { fc, runs } from "../support/property.ts";

const never = new AbortController().signal;
const wanted = (members: object = {}) => ({ ...definitionOf(jobOf({})), ...members }) as JobDefinition;

/** A gateway in memory, and a client that applies files to it, with a new device where one is asked for. */
async function setUp(protocol: 3 | 4, gateway: MemoryGateway = createMemoryGateway({ protocol, heartbeat: "none" })) {
  const test = await openLine(gateway);
  const { connection } = test;
  const waits: number[] = [];
  const hands = (signal: AbortSignal): Hands => ({
    connection,
    clock: gateway.clock,
    signal,
    grant: () => {},
    reconnect: async () => (await openLine(gateway)).connection,
    waiting: (ms) => {
      waits.push(ms);
      return Promise.resolve({ [Symbol.dispose]: () => {} });
    },
  });
  const own = async () => (await listJobs(connection, {}, never)).filter((job) => !isBuiltIn(job));
  return {
    ...test,
    gateway,
    waits,
    own,
    async plan(definitions: readonly JobDefinition[], prunes = false) {
      const jobs = await listJobs(connection, {}, never);
      const version = connection.handshake.hello.server.version;
      return makePlan(jobs, definitions, { protocol, gatewayVersion: version, nowMs: gateway.clock.now(), prunes });
    },
    async apply(definitions: readonly JobDefinition[], { prunes = false, signal = never } = {}) {
      return await carryOut(await this.plan(definitions, prunes), hands(signal));
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

const fates = (results: readonly Result[]) => results.map(({ step, fate }) => `${fate} ${step.name}`);

for (const protocol of [3, 4] as const) {
  describe(`carryOut(), protocol ${protocol}`, () => {
    it("creates, changes and removes, and has nothing left to do then", async () => {
      await using test = await setUp(protocol);
      await test.apply([wanted({ name: "a" }), wanted({ name: "gone" })]);
      const file = [wanted({ name: "a", description: "d" }), wanted({ name: "b" })];
      const results = await test.apply(file, { prunes: true });
      assert.deepEqual(fates(results), ["changed a", "created b", "removed gone"]);
      assert.deepEqual(fates(await test.apply(file, { prunes: true })), ["unchanged a", "unchanged b"]);
      assert.deepEqual((await test.own()).map(({ name }) => name).sort(), ["a", "b"]);
    });

    it("leaves the others alone when one fails, and finishes when it is run again", async () => {
      await using test = await setUp(protocol);
      const hook = { mode: "webhook", to: "ftp://x.example/" };
      const file = (to: string) => [
        wanted({ name: "a" }),
        wanted({ name: "bad", delivery: { ...hook, to } }),
        wanted({ name: "c" }),
      ];
      const results = await test.apply(file("ftp://x.example/"));
      assert.deepEqual(fates(results), ["created a", "failed bad", "created c"]);
      assert.equal(results[1]?.error?.code, "gateway/rejected");
      assert.deepEqual(fates(await test.apply(file("https://x.example/"))), [
        "unchanged a",
        "created bad",
        "unchanged c",
      ]);
    });

    it("dials again when the connection was lost before anything was sent", async () => {
      await using test = await setUp(protocol);
      const plan = await test.plan([wanted({ name: "a" }), wanted({ name: "b" })]);
      test.cut();
      await test.gateway.clock.advance(1);
      const results = await carryOut(plan, {
        connection: test.connection,
        clock: test.gateway.clock,
        signal: never,
        grant: () => {},
        reconnect: async () => (await openLine(test.gateway)).connection,
        waiting: () => assert.fail("there is nothing to wait for"),
      });
      assert.deepEqual(fates(results), ["created a", "created b"]);
      const lost = await carryOut(await (await setUp(protocol, test.gateway)).plan([wanted({ name: "c" })]), {
        connection: test.connection,
        clock: test.gateway.clock,
        signal: never,
        grant: () => {},
        reconnect: () => Promise.reject(new ClawError("net/unreachable", "nothing listens")),
        waiting: () => assert.fail("there is nothing to wait for"),
      });
      assert.deepEqual(fates(lost), ["failed c"]);
      assert.equal(lost[0]?.error?.code, "net/closed");
    });

    it("changes nothing when the export of any jobs is applied, and nothing when a file is applied again", async () => {
      const files = fc.uniqueArray(definitionFor(protocol), { selector: ({ name }) => name.trim(), maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(files, fc.constantFrom("yaml" as const, "json" as const), async (definitions, format) => {
          await using test = await setUp(protocol);
          const first = await test.apply(definitions);
          assert.ok(first.every(({ fate }) => fate === "created"), JSON.stringify(first));
          const again = await test.apply(definitions, { prunes: true });
          const keptOnly = again.filter(({ fate }) => fate !== "unchanged");
          assert.deepEqual(fates(keptOnly), []);
          const before = await test.own();
          const exported = parseJobs(formatJobs(before.map(definitionOf), format), "f");
          assert.ok((await test.apply(exported, { prunes: true })).every(({ fate }) => fate === "unchanged"));
          assert.deepEqual(await test.own(), before);
        }),
        { numRuns: runs(25) },
      );
    });
  });
}

describe("carryOut()", () => {
  it("makes the jobs of one generation the jobs of the other, by way of a file", async () => {
    const files = fc.uniqueArray(definitionFor(3), { selector: ({ name }) => name.trim(), maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(files, async (definitions) => {
        await using older = await setUp(3);
        await using newer = await setUp(4);
        await older.apply(definitions);
        const exported = (await older.own()).map(definitionOf);
        assert.ok((await newer.apply(exported)).every(({ fate }) => fate === "created"));
        const back = (await newer.own()).map(definitionOf);
        assert.ok((await older.apply(back, { prunes: true })).every(({ fate }) => fate === "unchanged"));
      }),
      { numRuns: runs(15) },
    );
  });

  it("waits out the limit of thirty writes a minute, and finishes", async () => {
    await using test = await setUp(4);
    const file = Array.from({ length: 40 }, (_, at) => wanted({ name: `job ${at}` }));
    let isOver = false;
    const applying = test.apply(file).finally(() => (isOver = true));
    await test.gateway.clock.advance(1_000);
    assert.equal(isOver, false);
    assert.equal(test.waits.length, 1);
    assert.ok((test.waits[0] ?? 0) > 50_000 && (test.waits[0] ?? 0) <= 60_200);
    await test.gateway.clock.advance(61_000);
    const results = await applying;
    assert.equal(results.filter(({ fate }) => fate === "created").length, 40);
  });

  it("tells what was done and what not when it is interrupted", async () => {
    await using test = await setUp(4);
    const controller = new AbortController();
    const file = Array.from({ length: 32 }, (_, at) => wanted({ name: `job ${at}` }));
    const applying = test.apply(file, { signal: controller.signal });
    await test.gateway.clock.advance(1_000);
    controller.abort(new ClawError("interrupted", "interrupted"));
    const results = await applying;
    assert.equal(results.filter(({ fate }) => fate === "created").length, 30);
    assert.deepEqual(fates(results.slice(30)), ["untried job 30", "untried job 31"]);
  });

  it("does not overwrite what somebody else changed meanwhile, on protocol 4", async () => {
    await using test = await setUp(4);
    await test.apply([wanted({ name: "a" })]);
    const plan = await test.plan([wanted({ name: "a", description: "mine" })]);
    const [job] = await test.own();
    await test.connection.call("cron.update", { id: job?.id ?? "", patch: { description: "theirs" } }, never);
    const [result] = await carryOut(plan, {
      connection: test.connection,
      clock: test.gateway.clock,
      signal: never,
      grant: () => {},
      reconnect: () => assert.fail("the connection is fine"),
      waiting: () => assert.fail("there is nothing to wait for"),
    });
    assert.equal(result?.fate, "failed");
    assert.equal(result?.error?.details["detailCode"], "CRON_JOB_CHANGED");
    assert.equal((await test.own())[0]?.description, "theirs");
  });

  it("counts a job as removed that somebody else removed meanwhile", async () => {
    for (const protocol of [3, 4] as const) {
      await using test = await setUp(protocol);
      const { id } = await test.connection.call("cron.add", addParamsOf(wanted({ name: "a" })), never) as {
        id: string;
      };
      const plan = await test.plan([], true);
      await test.connection.call("cron.remove", { id }, never);
      const results = await carryOut(plan, {
        connection: test.connection,
        clock: test.gateway.clock,
        signal: never,
        grant: () => {},
        reconnect: () => assert.fail("the connection is fine"),
        waiting: () => assert.fail("there is nothing to wait for"),
      });
      assert.deepEqual(fates(results), ["removed a"]);
    }
  });
});
