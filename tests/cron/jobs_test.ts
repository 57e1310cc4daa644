import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Connection } from "../../src/client/connection.ts";
import { chooseJob, listJobs } from "../../src/cron/jobs.ts";
import type { ClawError } from "../../src/errors.ts";
import { type CronJob, HelloOk, type ProtocolVersion } from "../../src/protocol/mod.ts";
import { aJob } from "../support/cron_jobs.ts";
import { createPeer, helloOk } from "../support/wire.ts";

interface Page {
  readonly jobs: readonly CronJob[];
  readonly total: number;
  readonly nextOffset: number | null;
}

/** A connection to a gateway that answers each `cron.list` with the next of these pages, and what it was asked. */
function pages(protocol: ProtocolVersion, ...answers: readonly Page[]) {
  const peer = createPeer();
  const asked: unknown[] = [];
  void (async () => {
    for (const answer of answers) {
      const { id, params } = await peer.hear();
      asked.push(params);
      const paging = { offset: 0, limit: 200, hasMore: answer.nextOffset !== null };
      peer.say({ type: "res", id, ok: true, payload: { ...answer, ...paging } });
    }
  })();
  const hello = HelloOk.parse(helloOk("connect", { scopes: ["operator.read"] }).payload);
  const challengedAt = { gatewayMs: 0, localMs: 0, elapsedMs: 0 };
  const handshake = { hello, protocol, challengedAt, challengeMs: 0, helloMs: 0 } as const;
  return { connection: new Connection(peer.transport, handshake, 0), asked };
}

const { signal } = new AbortController();
const [a, b, c] = [aJob({ name: "a" }), aJob({ name: "b" }), aJob({ name: "c" })];

describe("listJobs()", () => {
  it("reads all pages, of 200 jobs, in an order that runs do not change", async () => {
    const { connection, asked } = pages(4, { jobs: [a, b], total: 3, nextOffset: 2 }, {
      jobs: [c],
      total: 3,
      nextOffset: null,
    });
    assert.deepEqual(await listJobs(connection, {}, signal), [a, b, c]);
    const common = { includeDisabled: true, sortBy: "name", limit: 200, includeDeliveryPreviews: false };
    assert.deepEqual(asked, [{ ...common, offset: 0 }, { ...common, offset: 2 }]);
  });

  it("asks 2026.3.13 for nothing that it does not know", async () => {
    const { connection, asked } = pages(3, { jobs: [a], total: 1, nextOffset: null });
    assert.deepEqual(await listJobs(connection, {}, signal), [a]);
    assert.deepEqual(asked, [{ includeDisabled: true, sortBy: "name", limit: 200, offset: 0 }]);
  });

  it("takes a job that is on two pages once, in its newer state", async () => {
    const newer = { ...b, state: { lastRunStatus: "ok" } };
    const { connection } = pages(4, { jobs: [a, b], total: 3, nextOffset: 2 }, {
      jobs: [newer, c],
      total: 3,
      nextOffset: null,
    });
    assert.deepEqual(await listJobs(connection, {}, signal), [a, newer, c]);
  });

  it("reads again when a job slipped through because another was removed meanwhile", async () => {
    const { connection } = pages(
      4,
      { jobs: [a], total: 3, nextOffset: 1 },
      { jobs: [c], total: 3, nextOffset: null },
      // What was read first is gone, and what came second is first now.
      { jobs: [a], total: 3, nextOffset: 1 },
      { jobs: [c], total: 2, nextOffset: null },
      { jobs: [b, c], total: 2, nextOffset: null },
    );
    assert.deepEqual(await listJobs(connection, {}, signal), [b, c]);
  });

  it("refuses a list without an end", async () => {
    const { connection } = pages(4, { jobs: [a], total: 9, nextOffset: 1 }, { jobs: [a], total: 9, nextOffset: 1 });
    await assert.rejects(listJobs(connection, {}, signal), { code: "protocol/bad-frame", message: /does not end/ });
  });

  it("refuses a next page that is at no number of jobs", async () => {
    for (const nextOffset of [0.5, 1e308, -1]) {
      const { connection } = pages(4, { jobs: [a], total: 9, nextOffset });
      await assert.rejects(listJobs(connection, {}, signal), { code: "protocol/bad-frame", message: /does not end/ });
    }
  });
});

describe("chooseJob()", () => {
  const jobs = [
    aJob({ id: "27fc2ee8-9993", name: "morning report" }),
    aJob({ id: "27fcaaaa-1111", name: "backup" }),
    aJob({ id: "5e76cb76-cb6c", name: "backup" }),
    aJob({ id: "99999999-0000", name: "5e76" }),
    aJob({ id: "longer", name: "x" }),
    aJob({ id: "long", name: "y" }),
  ];
  const refusal = (reference: string): ClawError => {
    try {
      chooseJob(jobs, reference);
    } catch (thrown) {
      return thrown as ClawError;
    }
    throw new Error(`'${reference}' was found`);
  };

  const found: readonly (readonly [reference: string, id: string, by: string])[] = [
    ["27fc2ee8-9993", "27fc2ee8-9993", "its id"],
    ["27fc2", "27fc2ee8-9993", "the beginning of its id"],
    ["morning report", "27fc2ee8-9993", "its exact name"],
    ["5e76", "99999999-0000", "its name, before the beginning of another's id"],
    ["long", "long", "its id, before the beginning of another's"],
  ];
  for (const [reference, id, by] of found) {
    it(`finds a job by ${by}`, () => assert.equal(chooseJob(jobs, reference).id, id));
  }

  it("lists the candidates of an ambiguous reference", () => {
    for (const reference of ["27fc", "backup"]) {
      const { code, message, details } = refusal(reference);
      assert.equal(code, "input/invalid");
      assert.match(message, /^'\w+' fits 2 jobs: .*27fcaaaa-1111 \(backup\)/);
      assert.equal((details["candidates"] as unknown[]).length, 2);
    }
  });

  it("lists ten candidates at most", () => {
    const many = Array.from({ length: 12 }, () => aJob({ name: "same" }));
    assert.throws(() => chooseJob(many, "same"), /fits 12 jobs: .* and 2 more$/);
  });

  const suggestions: readonly (readonly [reference: string, hint: RegExp])[] = [
    ["mornng report", /^did you mean 'morning report'\?$/],
    ["Morning Report", /^did you mean 'morning report'\?$/],
    ["report", /^did you mean 'morning report'\?$/],
    ["bakcup", /^did you mean 'backup'\?$/],
    ["something else", /claw cron list --all/],
    ["", /claw cron list --all/],
    ["q", /claw cron list --all/],
  ];
  for (const [reference, hint] of suggestions) {
    it(`answers '${reference}' with ${hint.source}`, () => {
      const error = refusal(reference);
      assert.equal(error.code, "gateway/not-found");
      assert.match(error.hint ?? "", hint);
    });
  }
});
