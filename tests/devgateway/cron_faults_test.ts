/**
 * What the two generations say of cron expressions and zones, word for word as both real gateways were heard.
 */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { allScopes, connectTo } from "../support/dev_client.ts";
import { createMemoryGateway } from "../support/dev_gateway.ts";

const job = { name: "j", sessionTarget: "main", wakeMode: "now", payload: { kind: "systemEvent", text: "x" } };

async function open(protocol: 3 | 4) {
  const gateway = createMemoryGateway({ protocol });
  const admin = await connectTo(gateway, { scopes: allScopes });
  return {
    admin,
    add: (schedule: object, more: object = {}) =>
      admin.ask("cron.add", { ...job, ...more, schedule: { kind: "cron", ...schedule } }),
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

const form = "exactly five, six, or seven space separated parts are required.";

describe("cron.add", () => {
  const faults: readonly (readonly [expr: string, name: string, words: string])[] = [
    ["not a cron", "TypeError", `CronPattern: invalid configuration format ('not a cron'), ${form}`],
    ["* * * *", "TypeError", `CronPattern: invalid configuration format ('* * * *'), ${form}`],
    ["@sometimes", "TypeError", `CronPattern: invalid configuration format ('@sometimes'), ${form}`],
    ["61 * * * *", "RangeError", "CronPattern: Invalid value for minute: 61"],
    ["* * * 13 *", "RangeError", "CronPattern: Invalid value for month: 12"],
    ["0 0 1 1 * 2020", "RangeError", "CronPattern: Invalid value for dayOfWeek: 2020"],
    ["5-1 * * * *", "TypeError", "CronPattern: From value is larger than to value: '5-1'"],
    ["*/0 * * * *", "TypeError", "CronPattern: Syntax error, illegal stepping: 0"],
    ["0 0 * * 5#6", "TypeError", "CronPattern: nth weekday out of range, should be 1-5 or L. Value: 6, Type: string"],
  ];
  for (const [expr, name, words] of faults) {
    test(`says what is wrong with '${expr}' as each generation does`, async () => {
      await using older = await open(3);
      assert.deepEqual((await older.add({ expr })).error, { code: "UNAVAILABLE", message: `${name}: ${words}` });
      await using newer = await open(4);
      const message = `invalid cron.add params: ${words}`;
      assert.deepEqual((await newer.add({ expr })).error, { code: "INVALID_REQUEST", message });
    });
  }

  test("says what is wrong with a zone, protocol 3 no more than it has room for", async () => {
    const zoned = { expr: "* * * * *", tz: "Mars/Olympus" };
    const words =
      "CronDate: Failed to convert date to timezone 'Mars/Olympus'. This may happen with invalid timezone " +
      "names or dates. Original error: toTZ: Invalid timezone 'Mars/Olympus' or date. Please provide a valid IANA " +
      "timezone (e.g., 'Americ";
    await using older = await open(3);
    assert.equal((await older.add(zoned)).error?.message, `TypeError: ${words}...`);
    await using newer = await open(4);
    const { code, message } = (await newer.add(zoned)).error ?? {};
    assert.equal(code, "INVALID_REQUEST");
    assert.ok(message?.startsWith(`invalid cron.add params: ${words}`), message);
    assert.ok(message?.endsWith("Original error: Invalid time zone specified: Mars/Olympus"), message);
  });

  test("reads the expression of a job that is off on protocol 4 only; on 3 switching on brings it to light", async () => {
    await using newer = await open(4);
    assert.equal((await newer.add({ expr: "nope" }, { enabled: false })).ok, false);
    await using older = await open(3);
    const { ok, payload } = await older.add({ expr: "nope" }, { enabled: false });
    assert.ok(ok);
    const { id } = payload as { id: string };
    const error = await older.admin.refused("cron.update", { id, patch: { enabled: true } });
    assert.deepEqual([error.code, error.message.slice(0, 22)], ["UNAVAILABLE", "TypeError: CronPattern"]);
  });

  test("takes an expression that never fires on protocol 3, and refuses it on 4", async () => {
    for (const expr of ["0 0 31 2 *", "0 0 0 1 1 * 2020"]) {
      await using older = await open(3);
      const { payload } = await older.add({ expr });
      assert.deepEqual((payload as { state: object }).state, {});
      await using newer = await open(4);
      const message =
        `invalid cron.add params: cron expression "${expr}" has no upcoming run time and would never fire`;
      assert.deepEqual((await newer.add({ expr })).error, { code: "INVALID_REQUEST", message });
    }
  });

  test("takes what croner takes", async () => {
    await using newer = await open(4);
    for (const expr of ["@daily", "0 0 15W * *", "0 0 * * 5L", "*/3 * * * * *", " 0  9 * * MON-fri "]) {
      assert.ok((await newer.add({ expr })).ok, expr);
    }
  });
});
