import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as z from "zod/mini";
import { connectSchema } from "../../src/devgateway/accepted.ts";
import { complaintsOf } from "../../src/devgateway/complaints.ts";
import type { ProtocolVersion } from "../../src/protocol/mod.ts";

const good = {
  minProtocol: 3,
  maxProtocol: 4,
  client: { id: "cli", mode: "cli", version: "1", platform: "linux" },
};

function about(value: object, protocol: ProtocolVersion): string | undefined {
  return complaintsOf(connectSchema(protocol), { ...good, ...value }, protocol);
}

describe("complaintsOf() speaks as the recorded gateways", () => {
  test("nothing is wrong with good params", () => {
    assert.equal(about({}, 3), undefined);
    assert.equal(about({}, 4), undefined);
  });

  /** Transcripts 07b, 08g, 13a, 13c, 13d and 13f of 2026.3.13. */
  const recorded: readonly (readonly [object, string])[] = [
    [
      { client: { ...good.client, id: "claw" } },
      "at /client/id: must be equal to constant; at /client/id: must match a schema in anyOf",
    ],
    [{ client: { id: "cli", mode: "cli", platform: "linux" } }, "at /client: must have required property 'version'"],
    [{ bogus: 1 }, "at root: unexpected property 'bogus'"],
    [{ auth: { token: "x", foo: "x" } }, "at /auth: unexpected property 'foo'"],
    [{ minProtocol: 0, maxProtocol: 0 }, "at /minProtocol: must be >= 1; at /maxProtocol: must be >= 1"],
    [
      { device: { id: "x", publicKey: "x", signature: "x", signedAt: 1 } },
      "at /device: must have required property 'nonce'",
    ],
  ];
  for (const [value, words] of recorded) {
    test(words, () => assert.equal(about(value, 3), words));
  }

  test("protocol 3 lists every missing property, protocol 4 the first", () => {
    const schema = z.strictObject({ mode: z.string(), text: z.string() });
    const both = "must have required property 'mode'; must have required property 'text'";
    assert.equal(complaintsOf(schema, {}, 3), both);
    assert.equal(complaintsOf(schema, {}, 4), "must have required property 'mode'");
  });

  test("wrong types and lengths are named with their path", () => {
    assert.equal(about({ minProtocol: 3.5 }, 4), "at /minProtocol: must be integer");
    assert.equal(about({ scopes: ["a", 5] }, 4), "at /scopes/1: must be string");
    assert.equal(
      about({ client: { ...good.client, version: "" } }, 4),
      "at /client/version: must NOT have fewer than 1 characters",
    );
    assert.equal(complaintsOf(connectSchema(4), 5, 4), "must be object");
  });
});
