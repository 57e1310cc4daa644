/**
 * What claw says, held against the protocol that OpenClaw publishes (npm `@openclaw/gateway-protocol`, protocol 4).
 * Protocol 3 was never published; the recordings speak for it.
 */
import { ConnectErrorDetailCodes } from "@openclaw/gateway-protocol/connect-error-details";
import { PROTOCOL_VERSION } from "@openclaw/gateway-protocol/version";
import { Ajv, type ValidateFunction } from "ajv";
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { fc, runs } from "../support/property.ts";
import { Connection } from "../../src/client/connection.ts";
import { handshake } from "../../src/client/handshake.ts";
import {
  classify,
  clientIds,
  clientModes,
  type ConnectParams,
  failureOf,
  maxProtocol,
  type Method,
  type MethodRow,
  methods,
  minProtocol,
  newerClientIds,
  newerClientModes,
  type RequestFrame,
} from "../../src/protocol/mod.ts";
import { createManualClock } from "../support/clock.ts";
import { paramsOf } from "../support/params_arbitrary.ts";
import { challenge, createCredentials, createPeer, helloOk } from "../support/wire.ts";

interface Published {
  readonly methods: Readonly<Record<string, { readonly scope: string; readonly since: string }>>;
  readonly definitions: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const published = JSON.parse(
  readFileSync(new URL("../../node_modules/@openclaw/gateway-protocol/protocol.schema.json", import.meta.url), "utf8"),
) as Published;

/** Where claw's scope differs from the published one. */
const otherScopes: Partial<Record<Method, string>> = {
  "health": "both gateways answer it to connections without any scope (recordings 03a and 03c)",
  "device.scopes.requestUpgrade": "2026.9.6 hears it from an operator's connection without any scope (measured)",
  "device.scopes.waitUpgrade": "2026.9.6 hears it from an operator's connection without any scope (measured)",
};

/** Methods of which the package publishes the scope, but no params. */
const withoutParams: readonly Method[] = [
  "health",
  "status",
  "last-heartbeat",
  "set-heartbeats",
  "system-presence",
  "system-event",
  "gateway.identity.get",
];

/** Members that are not compared. */
const notCompared: Partial<Record<Method, { readonly members: readonly string[]; readonly reason: string }>> = {
  "cron.update": {
    members: ["patch.payload"],
    reason: "a patch names its kind and what differs: claw leaves the rest to the gateway. See the examples below.",
  },
};

const ajv = new Ajv({ strict: false });
const validators = new Map<string, ValidateFunction>();

/** What the published definition of that name says against a value; "" for nothing. */
function objection(definition: string, value: unknown): string {
  const schema = published.definitions[definition] ?? assert.fail(`no definition ${definition}`);
  const validate = validators.get(definition) ?? ajv.compile(schema);
  validators.set(definition, validate);
  return validate(value) ? "" : `${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`;
}

/** Definitions that are called otherwise. */
const otherDefinitions: Partial<Record<Method, string>> = {
  "device.scopes.requestUpgrade": "ScopeUpgradeRequest",
  "device.scopes.waitUpgrade": "ScopeUpgradeWait",
};

/** `cron.list` is CronListParams, `last-heartbeat` would be LastHeartbeatParams. */
function definitionOf(method: Method): string {
  const other = otherDefinitions[method];
  if (other !== undefined) return other;
  const words = method.split(/[.-]/).map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
  return `${words.join("")}Params`;
}

const names = Object.keys(methods) as Method[];

describe("methods", () => {
  it("are all published, with claw's scope or a reason for another", () => {
    for (const method of names) {
      const { scope } = published.methods[method] ?? assert.fail(`${method} is not published`);
      const row: MethodRow = methods[method];
      if (otherScopes[method] === undefined) assert.equal(row.scope, scope, method);
      else assert.notEqual(row.scope, scope, `${method} needs no exception any more`);
    }
  });

  for (const method of names) {
    const definition = definitionOf(method);
    if (withoutParams.includes(method)) {
      it(`have params for ${method} that are not published`, () => {
        assert.equal(published.definitions[definition], undefined, `${definition} is published by now: compare it`);
      });
      continue;
    }
    it(`have params for ${method} that the published schema accepts, whatever they are`, () => {
      const params = paramsOf(methods[method].params, notCompared[method]?.members);
      fc.assert(fc.property(params, (value) => assert.equal(objection(definition, value), "")), { numRuns: runs(300) });
    });
  }

  it("have patches of payloads that the published schema accepts", () => {
    for (
      const payload of [
        { kind: "systemEvent" },
        { kind: "systemEvent", text: "x" },
        { kind: "agentTurn" },
        { kind: "agentTurn", message: "x", model: "m", timeoutSeconds: 60 },
        { kind: "command", argv: ["true"] },
        { kind: "script", script: "x" },
      ]
    ) {
      const params = { id: "x", patch: { payload } };
      assert.ok(methods["cron.update"].params.safeParse(params).success);
      assert.equal(objection("CronUpdateParams", params), "");
    }
  });

  it("would be told apart from what the published schema refuses", () => {
    assert.match(objection("CronListParams", { bogus: 1 }), /additional properties/);
    assert.match(objection("WakeParams", { mode: "soon", text: "x" }), /mode/);
    assert.match(objection("ConnectParams", {}), /minProtocol/);
  });
});

describe("handshake()", () => {
  for (const kind of ["token", "device-token", "password", "none"] as const) {
    for (const os of ["linux", "darwin", "windows"] as const) {
      it(`sends a connect that the published schema accepts, with ${kind} on ${os}`, async () => {
        const [connect, wake] = await sentBy(kind, os);
        for (const frame of [connect, wake]) assert.equal(objection("RequestFrame", frame), "");
        assert.equal(objection("ConnectParams", connect.params), "");
        assert.equal(objection("WakeParams", wake.params), "");
        const params = connect.params as ConnectParams;
        assert.deepEqual([params.minProtocol, params.maxProtocol], [3, 4]);
        assert.deepEqual([params.client.id, params.client.mode, params.role], ["cli", "cli", "operator"]);
      });
    }
  }
});

/** The frames of a client that connects and wakes. */
async function sentBy(kind: "token" | "device-token" | "password" | "none", os: "linux" | "darwin" | "windows") {
  const peer = createPeer();
  const credentials = { ...await createCredentials(), secret: { kind, value: kind === "none" ? "" : "secret" } };
  const { signal } = new AbortController();
  const shaking = handshake(peer.transport, credentials, { clock: createManualClock(), os, signal });
  peer.say(challenge);
  const connect: RequestFrame = await peer.hear();
  peer.say(helloOk(connect.id));
  const call = new Connection(peer.transport, await shaking, 0).call("wake", { mode: "now", text: "x" }, signal);
  const wake: RequestFrame = await peer.hear();
  peer.say({ type: "res", id: wake.id, ok: true, payload: { ok: true } });
  await call;
  return [connect, wake] as const;
}

describe("clientIds", () => {
  it("are the published ones, with those that protocol 4 added, and so are the modes", () => {
    const { client } = (published.definitions["ConnectParams"] as {
      properties: { client: { properties: { id: { enum: string[] }; mode: { enum: string[] } } } };
    }).properties;
    assert.deepEqual([...clientIds, ...newerClientIds].sort(), [...client.properties.id.enum].sort());
    assert.deepEqual([...clientModes, ...newerClientModes].sort(), [...client.properties.mode.enum].sort());
    assert.ok(clientIds.includes("cli") && clientModes.includes("cli"));
  });
});

describe("maxProtocol", () => {
  it("is the published version", () => {
    assert.equal(maxProtocol, PROTOCOL_VERSION);
    assert.ok(minProtocol < PROTOCOL_VERSION);
  });
});

describe("classify()", () => {
  it("knows every published code of a refused connect, and has a next step for it", () => {
    for (const code of Object.values(ConnectErrorDetailCodes)) {
      const refusal = { code: "INVALID_REQUEST", message: "refused", details: { code } };
      assert.notEqual(classify(refusal), "gateway/rejected", code);
      assert.ok(failureOf(refusal, "connect").hint, code);
    }
  });
});
