import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { PresenceBook } from "../../src/watch/presence.ts";

const gateway = { host: "vm", ip: "192.0.2.2", mode: "gateway", reason: "self", instanceId: "g", ts: 1 };
const laptop = { host: "laptop", mode: "webchat", deviceId: "d1", instanceId: "d1", reason: "connect", ts: 2 };

function moves(...lists: readonly unknown[]): readonly string[] {
  const book = new PresenceBook();
  return lists.map((list) => {
    const { joined, left } = book.update(list);
    return [...joined.map(({ host, text }) => `+${host ?? text}`), ...left.map(({ host, text }) => `-${host ?? text}`)]
      .join(" ");
  });
}

describe("PresenceBook.update()", () => {
  it("tells nobody at first, then who joined and who left", () => {
    assert.deepEqual(moves([gateway], [laptop, gateway], [gateway]), ["", "+laptop", "-laptop"]);
  });

  it("takes who disconnected for one that left, though the list still has him, and who is back for one that joined", () => {
    const gone = { ...laptop, reason: "disconnect", ts: 3 };
    assert.deepEqual(moves([gateway, laptop], [gateway, gone], [gateway, gone], [gateway, laptop]), [
      "",
      "-laptop",
      "",
      "+laptop",
    ]);
  });

  it("sees no movement in what only grows older, nor in a second connection of the same", () => {
    assert.deepEqual(moves([laptop], [{ ...laptop, ts: 9, text: "x" }], [laptop, { ...laptop, ts: 10 }], [laptop]), [
      "",
      "",
      "",
      "",
    ]);
  });

  it("tells beacons apart by their text, and those without a name by what is known", () => {
    const beacon = { text: "backup begins", ts: 1 };
    const nameless = { clientId: "test", mode: "test", host: "test", reason: "connect" };
    assert.deepEqual(moves([], [beacon], [beacon, nameless], []), [
      "",
      "+backup begins",
      "+test",
      "-backup begins -test",
    ]);
  });

  it("bears lists of any shape, and keeps what it knew", () => {
    assert.deepEqual(moves([laptop], undefined, "x", [null, 3, laptop]), ["", "", "", ""]);
  });
});
