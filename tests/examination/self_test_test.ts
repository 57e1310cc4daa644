import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { realClock } from "../../src/platform/clock.ts";
import { testSelf } from "../../src/examination/self_test.ts";
import { randomIds } from "../support/dev_gateway.ts";

const never = new AbortController().signal;

describe("testSelf()", () => {
  it("passes, on both protocols, and leaves nothing running", async () => {
    const { failure, protocols, ms } = await testSelf({ clock: realClock, ids: randomIds, os: "linux" }, never);
    assert.equal(failure, undefined);
    assert.equal(protocols, "protocol 3 and 4");
    assert.ok(ms >= 0);
  });

  it("tells a failure as a finding, not as an error", async () => {
    // Without a secret the embedded gateway refuses: as good a failure as any.
    const ids = { ...randomIds, bytes: () => new Uint8Array(0) };
    const { failure } = await testSelf({ clock: realClock, ids, os: "linux" }, never);
    assert.ok(failure !== undefined);
    assert.match(failure.code, /^auth\//);
  });

  it("ends with the run", async () => {
    const interrupted = new AbortController();
    const { ClawError } = await import("../../src/errors.ts");
    interrupted.abort(new ClawError("interrupted", "interrupted"));
    await assert.rejects(testSelf({ clock: realClock, ids: randomIds, os: "linux" }, interrupted.signal), {
      code: "interrupted",
    });
  });
});
