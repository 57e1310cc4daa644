import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fc } from "../support/property.ts";
import { mask, redact } from "../../src/protocol/mod.ts";
import { readRecordings, recordedSecret } from "../support/recordings.ts";

describe("redact()", () => {
  it("masks by name, at any depth, and leaves the rest as it is", () => {
    const value = {
      auth: { token: "a", password: "b", deviceToken: "c", bootstrapToken: "d", scopes: ["operator.read"] },
      device: { id: "1", signature: "e", publicKey: "2" },
      list: [{ setupCode: "f", tokens: ["g", "h"] }, null, 3],
      tokens: [{ role: "operator", token: "i" }],
      gatewayTokenOfNextYear: "j",
      provider: {
        apiKey: "k",
        api_key: "l",
        "x-api-key": "m",
        passphrase: "n",
        credentials: { id: 1 },
        sessionKey: "s",
      },
    };
    assert.deepEqual(redact(value), {
      auth: { token: mask, password: mask, deviceToken: mask, bootstrapToken: mask, scopes: ["operator.read"] },
      device: { id: "1", signature: mask, publicKey: "2" },
      list: [{ setupCode: mask, tokens: [mask, mask] }, null, 3],
      tokens: [{ role: "operator", token: mask }],
      gatewayTokenOfNextYear: mask,
      provider: {
        apiKey: mask,
        api_key: mask,
        "x-api-key": mask,
        passphrase: mask,
        credentials: { id: 1 },
        sessionKey: "s",
      },
    });
    assert.equal(value.auth.token, "a");
  });

  it("leaves what only sounds like a secret", () => {
    const value = { tokenDelivery: "in-band", canRetryWithDeviceToken: true, tokenExpiresAtMs: 1 };
    assert.deepEqual(redact(value), value);
  });

  it("lets no secret of a recorded client through, nor any signature", () => {
    let count = 0;
    for (const { name, moments } of readRecordings()) {
      for (const moment of moments) {
        if (moment.kind !== "out" || typeof moment.frame !== "object" || moment.frame === null) continue;
        const shown = JSON.stringify(redact(moment.frame));
        const { params } = moment.frame as { params?: { device?: { signature?: string } } };
        assert.ok(!shown.includes(recordedSecret), name);
        const signature = params?.device?.signature;
        assert.ok(signature === undefined || !shown.includes(signature), name);
        count++;
      }
    }
    assert.ok(count > 600);
  });

  it("bears any JSON value, and never changes its shape", () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => {
      assert.equal(JSON.stringify(redact(value)).length > 0, true);
      assert.deepEqual(redact(redact(value)), redact(value));
    }));
  });
});
