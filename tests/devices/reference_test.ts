import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { chooseDevice, chooseRequest, shortestPrefix } from "../../src/devices/reference.ts";
import type { Roster } from "../../src/devices/roster.ts";
import { asClawError } from "../../src/errors.ts";
import type { PairedDevice, PendingDevice } from "../../src/protocol/mod.ts";
import { fc } from "../support/property.ts";

const pending = (requestId: string, deviceId: string, rest: Partial<PendingDevice> = {}): PendingDevice => ({
  requestId,
  deviceId,
  ts: 0,
  ...rest,
});
const paired = (deviceId: string, rest: Partial<PairedDevice> = {}): PairedDevice => ({ deviceId, ...rest });

const roster: Roster = {
  pending: [
    pending("11111111-aaaa", "aaaaaaaa01", { displayName: "laptop" }),
    pending("22222222-bbbb", "bbbbbbbb02", { displayName: "aaaaaaaa01" }),
    pending("33333333-cccc", "aaaaaaaa03", { displayName: "22222222-bbbb" }),
  ],
  paired: [
    paired("bbbbbbbb02", { operatorLabel: "desk", displayName: "phone" }),
    paired("dddddddd04", { operatorLabel: "shed" }),
    paired("dddddddd05", { operatorLabel: "shed" }),
    paired("eeeeeeee06", { operatorLabel: "dddddd" }),
  ],
};

describe("chooseRequest()", () => {
  it("leads from a paired device's label or id to nobody who looks like it", () => {
    const lookalike = pending("44444444-dddd", "dddddddd99", { displayName: "shed" });
    const crowd = { ...roster, pending: [lookalike] };
    for (const reference of ["shed", "dddddddd04"]) {
      const error = thrownBy(() => chooseRequest(crowd, reference));
      assert.match(error.message, /is paired, and asks for nothing now$/);
      assert.ok(!`${error.hint}`.includes("4444"), error.hint);
    }
  });

  it("takes nothing for no label", () => {
    const blank = { pending: [pending("1", "a")], paired: [paired("a", { operatorLabel: "" })] };
    assert.equal(thrownBy(() => chooseRequest(blank, "")).code, "gateway/not-found");
    assert.equal(thrownBy(() => chooseDevice(blank, "")).code, "gateway/not-found");
  });

  for (
    const [reference, requestId] of [
      ["11111111-aaaa", "11111111-aaaa"],
      ["111111", "11111111-aaaa"],
      ["aaaaaaaa01", "11111111-aaaa"],
      ["aaaaaaaa0", undefined],
      ["aaaaaaaa03", "33333333-cccc"],
      ["desk", "22222222-bbbb"],
      ["bbbbbb", "22222222-bbbb"],
      // What a device calls itself: its own choice.
      ["laptop", undefined],
      ["phone", undefined],
      ["22222222-bbbb", "22222222-bbbb"],
      // Too short, nothing, not waiting, another's case.
      ["11111", undefined],
      ["", undefined],
      ["shed", undefined],
      ["dddddddd04", undefined],
      ["AAAAAAAA01", undefined],
    ] as const
  ) {
    it(`takes '${reference}' for ${requestId ?? "nothing"}`, () => {
      assert.equal(outcome(() => chooseRequest(roster, reference).requestId), requestId);
    });
  }
});

describe("chooseDevice()", () => {
  for (
    const [reference, deviceId] of [
      ["bbbbbbbb02", "bbbbbbbb02"],
      ["desk", "bbbbbbbb02"],
      ["eeeeee", "eeeeeeee06"],
      ["dddddddd0", undefined],
      // Two have that label.
      ["shed", undefined],
      // One's label, and the beginning of others' ids.
      ["dddddd", undefined],
      ["phone", undefined],
      ["aaaaaaaa01", undefined],
    ] as const
  ) {
    it(`takes '${reference}' for ${deviceId ?? "nothing"}`, () => {
      assert.equal(outcome(() => chooseDevice(roster, reference).deviceId), deviceId);
    });
  }

  it("names the candidates, ten at most", () => {
    const many: Roster = { pending: [], paired: Array.from({ length: 12 }, (_, at) => paired(`ffffff${10 + at}`)) };
    const error = errorOf(() => chooseDevice(many, "ffffff"));
    assert.equal(error.code, "input/invalid");
    assert.match(error.message, /^'ffffff' fits 12 devices: ffffff10, .*, ffffff19 and 2 more$/);
    assert.equal((error.details["candidates"] as unknown[]).length, 12);
  });

  it("suggests the one whose label or id is near, and more characters for too few", () => {
    assert.equal(errorOf(() => chooseDevice(roster, "des")).hint, "did you mean 'desk'?");
    assert.equal(errorOf(() => chooseDevice(roster, "eeeee")).hint, "give at least 6 characters of an id");
    assert.equal(errorOf(() => chooseDevice(roster, "eeeefff")).hint, "did you mean 'dddddd'?");
    assert.equal(errorOf(() => chooseDevice(roster, "zzzzzz")).hint, "see what there is with `claw device list`");
    assert.match(errorOf(() => chooseDevice(roster, "aaaaaaaa01")).message, /asks to be paired, and is not yet$/);
  });
});

describe("both", () => {
  it("never choose by the name that a device gave itself", () => {
    const id = fc.stringMatching(/^[0-9a-f]{8,12}$/);
    fc.assert(fc.property(id, id, fc.string(), (requestId, deviceId, displayName) => {
      const isId = [requestId, deviceId].some((one) => one.startsWith(displayName));
      fc.pre(displayName.length < shortestPrefix || !isId);
      const names = { displayName };
      const only = { pending: [pending(requestId, deviceId, names)], paired: [paired(deviceId, names)] };
      assert.equal(outcome(() => chooseRequest(only, displayName)), undefined);
      assert.equal(outcome(() => chooseDevice(only, displayName)), undefined);
    }));
  });
});

function outcome<T>(choose: () => T): T | undefined {
  try {
    return choose();
  } catch (thrown) {
    assert.ok(["input/invalid", "gateway/not-found"].includes(asClawError(thrown).code));
    return undefined;
  }
}

function errorOf(choose: () => unknown) {
  try {
    choose();
  } catch (thrown) {
    return asClawError(thrown);
  }
  throw new Error("it chose");
}

function thrownBy(action: () => unknown) {
  try {
    action();
  } catch (thrown) {
    return asClawError(thrown);
  }
  return assert.fail("nothing was thrown");
}
