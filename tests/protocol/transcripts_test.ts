import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { deviceIdOf, fromBase64url, verifySignature } from "../../src/identity/keypair.ts";
import {
  classify,
  ConnectParams,
  decodeFrame,
  encodeFrame,
  type EventFrame,
  events,
  failureOf,
  HelloOk,
  maxProofAgeMs,
  methods,
  payloadOf,
  proofText,
  type RequestFrame,
  type ResponseFrame,
} from "../../src/protocol/mod.ts";
import type { Recording } from "../support/recordings.ts";
import { badConnects, badParams, badProofs, noFrames } from "./deliberate_mistakes.ts";
import { type RefusalRow, refusalRows } from "./refusals.ts";
import { assertAllUsed, assertMistakes, recordings, rowFor, spoken, whyNoFrame } from "./spoken_frames.ts";

interface Issues {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly keys?: readonly string[] }[];
}

/** The first member that a schema refuses, e.g. `client.id`. */
function firstFault({ issues: [issue] }: Issues): string {
  return [...issue?.path ?? [], ...issue?.keys ?? []].join(".");
}

describe("decodeFrame()", () => {
  it("takes every recorded frame, and encodeFrame() gives the same JSON value back", () => {
    let count = 0;
    for (const frames of spoken.values()) {
      for (const { recorded } of frames) {
        const frame = decodeFrame(JSON.stringify(recorded));
        assert.deepEqual(frame, recorded);
        assert.deepEqual(JSON.parse(encodeFrame(frame)), recorded);
        count++;
      }
    }
    assert.ok(count > 1800, `${count} frames`);
  });

  it("refuses the recorded messages that are no frames, each with its reason", async () => {
    await assertMistakes(
      noFrames,
      ({ moments }) => moments.map(whyNoFrame).filter((why) => why !== undefined).map(String),
    );
  });
});

describe("classify()", () => {
  it("names every recorded refusal as the table does", () => {
    for (const recording of recordings) {
      const refusals: string[] = [];
      for (const { frame, request } of spoken.get(recording) ?? []) {
        if (frame.type !== "res" || frame.ok) continue;
        assert.ok(frame.error, recording.name);
        const refusal = `${methodNear(frame, request, recording)} → ${classify(frame.error)}`;
        if (refusals.at(-1) !== refusal) refusals.push(refusal);
      }
      assert.deepEqual(refusals, rowFor<RefusalRow>(refusalRows, recording)?.refusals ?? [], recording.name);
    }
    assertAllUsed(refusalRows);
  });
});

/** The method that a response answers; what was no frame has none, unless it had an id and a method all the same. */
function methodNear(frame: ResponseFrame, request: RequestFrame | undefined, { moments }: Recording): string {
  if (request !== undefined) return request.method;
  const sent = moments.map((moment) => moment.kind === "out" ? moment.frame : undefined)
    .find((sent) => (sent as { id?: unknown } | undefined)?.id === frame.id) as { method?: string } | undefined;
  return sent?.method ?? "(no request)";
}

describe("failureOf()", () => {
  it("keeps the gateway's own words of every recorded refusal, and reasons that a program can read", () => {
    for (const [{ name, protocol }, frames] of spoken) {
      for (const { frame, request } of frames) {
        if (frame.type !== "res" || frame.error === undefined) continue;
        const failure = failureOf(frame.error, request?.method ?? "?");
        if (failure.code === "protocol/mismatch") {
          assert.match(failure.message, new RegExp(`^claw speaks protocol 3 to 4, the gateway expects ${protocol}$`));
        } else {
          assert.ok(failure.message.endsWith(frame.error.message), name);
        }
        assert.equal(failure.details["wireCode"], frame.error.code);
        assert.equal(failure.details["retryAfterMs"], frame.error.retryAfterMs);
        if (failure.code === "auth/pairing-required") {
          const { requestId } = failure.details;
          assert.equal(failure.hint, `approve it on the gateway host: openclaw devices approve ${requestId}`);
        }
        // Both generations spell it alike, one in prose and the other in details too.
        if (/^missing scope: /.test(frame.error.message)) {
          assert.equal(`missing scope: ${failure.details["missingScope"]}`, frame.error.message);
        }
      }
    }
  });
});

describe("HelloOk", () => {
  it("fits every recorded hello-ok", () => {
    let count = 0;
    for (const [{ name, protocol }, frames] of spoken) {
      for (const { frame, request } of frames) {
        if (frame.type !== "res" || !frame.ok || request?.method !== "connect") continue;
        assert.equal(HelloOk.parse(frame.payload).protocol, protocol, name);
        count++;
      }
    }
    assert.ok(count > 80, `${count} handshakes`);
  });
});

describe("ConnectParams", () => {
  it("fits every recorded connect but the deliberately wrong ones", async () => {
    await assertMistakes(badConnects, (recording) =>
      (spoken.get(recording) ?? []).flatMap(({ frame }) => {
        if (frame.type !== "req" || frame.method !== "connect") return [];
        const { success, error } = ConnectParams.safeParse(frame.params);
        return success ? [] : [firstFault(error)];
      }));
  });
});

describe("methods", () => {
  it("have params that fit every recorded request but the deliberately wrong ones", async () => {
    await assertMistakes(badParams, (recording) =>
      (spoken.get(recording) ?? []).flatMap(({ frame }) => {
        const row = frame.type === "req" ? rowOf(frame.method) : undefined;
        if (frame.type !== "req" || row === undefined) return [];
        const { success, error } = row.params.safeParse(frame.params);
        return success ? [] : [`${frame.method} ${firstFault(error)}`];
      }));
  });

  it("have results that fit every recorded answer", () => {
    const seen = new Set<string>();
    for (const [{ name }, frames] of spoken) {
      for (const { frame, request } of frames) {
        const row = rowOf(request?.method ?? "");
        if (frame.type !== "res" || !frame.ok || row === undefined) continue;
        assert.ok(row.result.safeParse(frame.payload).success, `${name}: ${request?.method} ${frame.id}`);
        seen.add(request?.method ?? "");
      }
    }
    for (const method of ["wake", "health", "status", "last-heartbeat", "system-presence"]) assert.ok(seen.has(method));
  });
});

function rowOf(method: string) {
  return Object.hasOwn(methods, method) ? methods[method as keyof typeof methods] : undefined;
}

describe("payloadOf()", () => {
  it("finds every recorded event of a known name in the shape that is known", () => {
    const seen = new Set<string>();
    for (const [{ name }, frames] of spoken) {
      for (const { frame } of frames) {
        if (frame.type !== "event" || !isKnown(frame)) continue;
        assert.equal(payloadOf(frame.event, frame), frame.payload, `${name}: ${frame.event}`);
        seen.add(frame.event);
      }
    }
    for (const event of ["connect.challenge", "tick", "heartbeat", "presence"]) assert.ok(seen.has(event), event);
  });
});

function isKnown(frame: EventFrame): frame is EventFrame & { event: keyof typeof events } {
  return Object.hasOwn(events, frame.event);
}

describe("proofText()", () => {
  it("is what every recorded device signed, over its own challenge, but for the deliberately wrong ones", async () => {
    const counts = { v3: 0, v2: 0, none: 0 };
    await assertMistakes(badProofs, async (recording) => {
      const wrong: string[] = [];
      for (const { frame, challenge } of spoken.get(recording) ?? []) {
        if (frame.type !== "req" || frame.method !== "connect") continue;
        const params = frame.params as ConnectParams;
        if (params.device === undefined) continue;
        const version = await versionOf(params);
        counts[version]++;
        if (version === "none") wrong.push("signature");
        if (params.device.id !== await idOf(params.device.publicKey)) wrong.push("id");
        if (params.device.nonce !== challenge?.nonce) wrong.push("nonce");
        if (Math.abs(params.device.signedAt - (challenge?.ts ?? 0)) > maxProofAgeMs) wrong.push("signedAt");
      }
      return wrong;
    });
    assert.deepEqual(counts, { v3: 150, v2: 2, none: 12 });
  });
});

/** The version of the text that was signed. */
async function versionOf(params: ConnectParams): Promise<"v3" | "v2" | "none"> {
  const { client, role = "operator", scopes = [], auth = {}, device } = params;
  if (device === undefined) return "none";
  const fields = {
    deviceId: device.id,
    clientId: client.id,
    clientMode: client.mode,
    role,
    scopes,
    signedAt: device.signedAt,
    token: auth.token ?? auth.deviceToken ?? auth.bootstrapToken ?? "",
    nonce: device.nonce,
    platform: client.platform,
    deviceFamily: client.deviceFamily,
  };
  for (const version of ["v3", "v2"] as const) {
    if (await verifySignature(device.publicKey, proofText(fields, version), device.signature)) return version;
  }
  return "none";
}

async function idOf(publicKey: string): Promise<string | undefined> {
  try {
    return await deviceIdOf(fromBase64url(publicKey));
  } catch {
    return undefined;
  }
}
