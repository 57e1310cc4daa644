import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { faultText, parseFault, valueText } from "../../src/devgateway/fault_text.ts";
import { type Fault, faultNames, faultOf, triedCloseCodes } from "../../src/devgateway/faults.ts";

const rows = faultNames.map((name): [string, Fault] => [name, faultOf(name)]);

describe("parseFault()", () => {
  it("fills in the preset value, and writes it back", () => {
    for (const [name, { value }] of rows) {
      const chosen = parseFault(name);
      assert.equal(chosen.value, value?.preset, name);
      assert.deepEqual(parseFault(faultText(chosen)), chosen);
    }
  });

  it("takes every choice, and every close code that a frame may carry", () => {
    for (const [name, { value }] of rows) {
      if (value?.kind !== "choice") continue;
      for (const choice of value.choices) assert.equal(parseFault(`${name}=${choice}`).value, choice);
    }
    for (const code of [...triedCloseCodes, 1014, 3000, 4001, 4008, 4999]) {
      assert.equal(parseFault(`close-after-hello=${code}`).value, code);
    }
  });

  it("keeps what happens to requests to one method", () => {
    const chosen = parseFault("close-after-request=1006@cron.run");
    assert.deepEqual([chosen.value, chosen.method], [1006, "cron.run"]);
    assert.equal(faultText(chosen), "close-after-request=1006@cron.run");
    assert.deepEqual(parseFault("duplicated-responses@wake").method, "wake");
  });

  it("reads times with units, also behind now", () => {
    const read = ["1", "2ms", "3s", "4m", "5h"].map((text) => parseFault(`late-challenge=${text}`).value);
    assert.deepEqual(read, [1, 2, 3_000, 240_000, 18_000_000]);
    assert.equal(parseFault("clock-skew=-5m").value, -300_000);
  });

  for (
    const text of [
      "",
      "nothing",
      "constructor",
      "no-challenge=1",
      "http=418",
      "http=",
      "close-after-hello=1004",
      "close-after-hello=1005",
      "close-after-hello=999",
      "close-after-hello=2000",
      "close-after-hello=5000",
      "close-after-hello=1000ms",
      "late-challenge=-1",
      "late-challenge=soon",
      "late-challenge=1.5s",
      "late-challenge=48h",
      "flood=0",
      "flood=1e3",
      "pairing-required=because",
      "no-challenge@wake",
      "close-after-request@",
    ]
  ) {
    it(`refuses ${JSON.stringify(text)} and names the list`, () => {
      assert.throws(() => parseFault(text), { code: "usage/bad-flag", hint: /gateway dev --fault list/ });
    });
  }
});

describe("valueText()", () => {
  it("says what a value is, with its preset", () => {
    assert.equal(valueText(faultOf("no-challenge")), "");
    assert.equal(valueText(faultOf("close-after-hello")), "CODE (1000)");
    assert.equal(valueText(faultOf("half-frame")), "challenge|hello|answer");
  });
});
