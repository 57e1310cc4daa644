import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as limits from "../../src/protocol/limits.ts";
import { readRecordings } from "../support/recordings.ts";

const recordings = readRecordings();

function recording(name: string) {
  return recordings.find((one) => one.name === name) ?? assert.fail(`no recording ${name}`);
}

describe("limits", () => {
  it("agree with what every recorded hello-ok says of itself", () => {
    let count = 0;
    for (const { moments } of recordings) {
      for (const moment of moments) {
        if (moment.kind !== "in") continue;
        const { policy } = (moment.frame["payload"] ?? {}) as { policy?: Record<string, unknown> };
        if (policy === undefined) continue;
        assert.equal(policy["maxPayload"], limits.maxPayloadBytes);
        assert.equal(policy["tickIntervalMs"], limits.tickIntervalMs);
        count++;
      }
    }
    assert.ok(count > 80);
  });

  it("have the handshake times after which both gateways were recorded to hang up", () => {
    for (const [name, protocol] of [["2026.3.13", 3], ["2026.9.6", 4]] as const) {
      const { moments } = recording(`${name}/09-no-connect-frame-handshake-timeout`);
      const close = moments.find(({ kind }) => kind === "close") ?? assert.fail("no close");
      assert.ok(close.kind === "close" && close.by === "gateway" && close.code === limits.closeCodes.normal);
      const late = close.atMs - limits.handshakeTimeoutMs[protocol];
      assert.ok(late >= 0 && late < 100, `${name} hung up after ${close.atMs} ms`);
    }
  });

  it("name the close codes that were recorded", () => {
    const known = new Set<number>(Object.values(limits.closeCodes));
    for (const { name, moments } of recordings) {
      for (const moment of moments) {
        if (moment.kind === "close") assert.ok(known.has(moment.code), `${name} ${moment.code}`);
      }
    }
  });
});
