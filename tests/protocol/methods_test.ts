import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Method, type MethodRow, methods, newerParamsIn, scopes } from "../../src/protocol/mod.ts";

const names = Object.keys(methods) as Method[];

/** What a method does when it is called twice, by its last word. */
const reads = /(^|[.-])(list|status|get|runs|presence|heartbeat|health|tail)$/;

describe("methods", () => {
  it("ask for the least scope: reading needs no more than read", () => {
    for (const method of names) {
      const { scope }: MethodRow = methods[method];
      if (!reads.test(method)) assert.notEqual(scope, scopes.read, method);
      else assert.ok(scope !== scopes.admin && scope !== scopes.write, `${method} asks for ${scope}`);
    }
  });

  it("may be sent twice when they only read, and `wake` never", () => {
    for (const method of names.filter((name) => reads.test(name))) assert.equal(methods[method].resend, "safe", method);
    for (const method of ["wake", "cron.add", "cron.run", "system-event"] as const) {
      assert.equal(methods[method].resend, "unsafe");
    }
  });

  it("refuse params that they do not know", () => {
    for (const method of names) {
      const { error } = methods[method].params.safeParse({ bogus: 1 });
      assert.ok(error?.issues.some(({ code }) => code === "unrecognized_keys"), method);
    }
  });

  it("name as newer only params that they have", () => {
    for (const method of names) {
      const { newerParams = [], params }: MethodRow = methods[method];
      for (const name of newerParams) {
        const unknown = params.safeParse({ [name]: Symbol() }).error?.issues
          .some((issue) => issue.code === "unrecognized_keys" && issue.keys.includes(name));
        assert.ok(!unknown, `${method} has no ${name}`);
      }
    }
  });
});

describe("newerParamsIn()", () => {
  it("names what protocol 3 would refuse, and only what is really there", () => {
    const wake = { mode: "now", text: "x" } as const;
    assert.deepEqual(newerParamsIn("wake", wake), []);
    assert.deepEqual(newerParamsIn("wake", { ...wake, sessionKey: "s" }), ["sessionKey"]);
    assert.deepEqual(newerParamsIn("wake", { ...wake, agentId: "a", sessionKey: "s" }), ["sessionKey", "agentId"]);
    assert.deepEqual(newerParamsIn("wake", { ...wake, sessionKey: undefined }), []);
    assert.deepEqual(newerParamsIn("system-event", { text: "x", wake: true }), ["wake"]);
    assert.deepEqual(newerParamsIn("status", { anything: 1 }), []);
    for (const params of [undefined, null, "text", []]) assert.deepEqual(newerParamsIn("wake", params), []);
  });
});
