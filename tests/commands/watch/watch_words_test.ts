import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createStyle, renderView } from "../../../src/cli/human.ts";
import { viewEvent } from "../../../src/commands/watch/watch_words.ts";
import type { FeedItem } from "../../../src/watch/feed.ts";

const at = Date.UTC(2026, 10, 21, 9, 5, 7);
const render = (item: Omit<FeedItem, "at">) => renderView(viewEvent({ at, ...item }, "UTC"), createStyle(false));

describe("viewEvent()", () => {
  const lines: readonly (readonly [item: Omit<FeedItem, "at">, line: string])[] = [
    [{ event: "tick", payload: { ts: 1 } }, "tick"],
    [{ event: "health", payload: { ok: false } }, "health  not ok"],
    [{ event: "heartbeat", payload: { ts: 1, status: "sent", preview: "all well" } }, "heartbeat  sent  all well"],
    [
      { event: "cron", payload: { action: "finished", jobId: "j", status: "error", error: "x", durationMs: 1_500 } },
      "cron  j  finished  error  after 1.5 s  x",
    ],
    [{ event: "cron", payload: { action: "added", jobId: "j", job: { name: "beat" } } }, "cron  beat  added"],
    [{ event: "cron", payload: { jobId: 7 } }, 'cron  {"jobId":7}'],
    [
      { event: "shutdown", payload: { reason: "update", restartExpectedMs: 1_500 } },
      "shutdown  update  back in about 1.5 s",
    ],
    [
      {
        event: "device.pair.requested",
        payload: { requestId: "r1", deviceId: "0123456789", scopes: ["operator.read"] },
      },
      "device.pair.requested  request r1  device 01234567  asks for operator.read",
    ],
    [
      { event: "device.pair.resolved", payload: { requestId: "r1", decision: "rejected" } },
      "device.pair.resolved  request r1  rejected",
    ],
    [
      {
        event: "presence",
        payload: {},
        joined: [{ host: "desk", mode: "ui", platform: "darwin" }, { text: "a beacon" }],
        left: [{ deviceId: "0123456789" }, {}],
      },
      "presence  joined: desk (ui, darwin), a beacon; left: 01234567, somebody",
    ],
    [
      { event: "claw.gap", payload: { expected: 2, received: 5, missed: 3 } },
      "claw.gap  3 events are missing before event 5",
    ],
    [
      { event: "claw.gap", payload: { expected: 5, received: 2, missed: 0 } },
      "claw.gap  event 2 came again or out of order (event 5 was due)",
    ],
    [
      { event: "claw.dropped", payload: { count: 1 } },
      "claw.dropped  an event was dropped: they came faster than they were read",
    ],
    [{ event: "claw.disconnected", payload: { message: "gone" } }, "claw.disconnected  gone"],
    [
      {
        event: "claw.connected",
        payload: { server: { version: "2026.9.6" }, protocol: 4, presence: [{ host: "vm" }, 3] },
      },
      "claw.connected  gateway 2026.9.6 (protocol 4)  there: vm, somebody",
    ],
    [{ event: "new.thing", payload: { a: [1] } }, 'new.thing  {"a":[1]}'],
    [{ event: "new.thing", payload: undefined }, "new.thing"],
  ];
  for (const [item, line] of lines) {
    it(`says: ${line}`, async () => assert.equal(await render(item), `2026-11-21 09:05:07  ${line}\n`));
  }

  it("says nothing of a list of who is there that has not changed", async () => {
    assert.equal(await render({ event: "presence", payload: { presence: [] }, joined: [], left: [] }), "");
  });

  it("cuts what is long, and escapes what could move the cursor", async () => {
    const long = await render({ event: "x", payload: { text: "y".repeat(5_000) } });
    assert.ok(long.length < 250 && long.endsWith("…\n"), long);
    assert.ok((await render({ event: "x".repeat(5_000), payload: 1 })).length < 250);
    assert.match(
      await render({ event: "x\x1b[2J", payload: { a: "\u202e" } }),
      /x\\u\{1b\}\[2J {2}\{"a":"\\u\{202e\}"\}/,
    );
  });

  it("bears events that are called like members of every object", async () => {
    for (const event of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
      assert.equal(await render({ event, payload: { a: 1 } }), `2026-11-21 09:05:07  ${event}  {"a":1}\n`);
    }
  });

  it("bears payloads of any shape for the events that it knows", async () => {
    for (const payload of [null, 3, "text", [], {}, { ok: 1, status: {}, action: [], reason: 0, presence: "x" }]) {
      for (const [{ event }] of lines) assert.match(await render({ event, payload }), /^(2026|$)/);
    }
  });
});
