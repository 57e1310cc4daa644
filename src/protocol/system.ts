/**
 * The system family: wake (what `claw event` sends), health, status, presence, heartbeats, log tail, gateway identity.
 * Params are closed, results are open, as on every method. Schemas that `claw event` does not use are lazy: zod takes
 * some 25 µs for each part of a schema, which would double the time to the first frame. Next: `methods.ts`.
 */
import * as z from "zod/mini";
import { optionalNonEmpty, text, truth } from "./leaves.ts";

/** `now` starts a heartbeat run at once; `next-heartbeat` waits for the next one. */
export const wakeModes = ["now", "next-heartbeat"] as const;
export type WakeMode = (typeof wakeModes)[number];

/** `sessionKey` and `agentId` are known to protocol 4 only (2026.3.13 refuses them: transcript 20). */
export const WakeParams = z.strictObject({
  mode: z.enum(wakeModes),
  text,
  sessionKey: optionalNonEmpty,
  agentId: optionalNonEmpty,
});
export type WakeParams = z.infer<typeof WakeParams>;

/** `ok: false` inside a successful response means: refused, because the text is blank (transcript 14). */
export const WakeResult = z.looseObject({ ok: truth });
export type WakeResult = z.infer<typeof WakeResult>;

export const NoParams = z.lazy(() => z.optional(z.strictObject({})));

export const HealthParams = z.lazy(() => z.optional(z.strictObject({ probe: z.optional(z.boolean()) })));
/** Up to a minute old. Needs no scope, so it proves nothing about credentials. */
export const HealthResult = z.lazy(() => z.looseObject({ ok: z.boolean(), ts: z.number() }));

export const StatusResult = z.lazy(() => z.looseObject({}));

/** `sent` and the `ok-…` kinds mean that a run took place; `ts` is the gateway's clock, epoch ms. */
export const Heartbeat = z.lazy(() =>
  z.looseObject({
    ts: z.number(),
    status: z.string(),
    reason: z.optional(z.string()),
    preview: z.optional(z.string()),
    durationMs: z.optional(z.number()),
  })
);
export type Heartbeat = z.infer<typeof Heartbeat>;

/** null before the first heartbeat after a start. */
export const LastHeartbeatResult = z.lazy(() => z.nullable(Heartbeat));

export const SetHeartbeatsParams = z.lazy(() => z.strictObject({ enabled: z.boolean() }));
export const SetHeartbeatsResult = z.lazy(() => z.looseObject({ ok: z.boolean(), enabled: z.boolean() }));

/** One line of who is there. Clients named cli/cli are not listed. */
export const PresenceEntry = z.lazy(() =>
  z.looseObject({
    host: z.optional(z.string()),
    mode: z.optional(z.string()),
    reason: z.optional(z.string()),
    text: z.optional(z.string()),
    ts: z.number(),
  })
);
export type PresenceEntry = z.infer<typeof PresenceEntry>;
export const SystemPresenceResult = z.lazy(() => z.array(PresenceEntry));

/** A presence beacon, not a wake-up. `sessionKey` and `wake` are known to protocol 4 only. */
export const SystemEventParams = z.lazy(() => {
  const text = z.optional(z.string());
  const texts = z.optional(z.array(z.string()));
  return z.strictObject({
    text: z.string(),
    deviceId: text,
    instanceId: text,
    host: text,
    ip: text,
    mode: text,
    version: text,
    platform: text,
    deviceFamily: text,
    modelIdentifier: text,
    lastInputSeconds: z.optional(z.number()),
    reason: text,
    roles: texts,
    scopes: texts,
    tags: texts,
    sessionKey: text,
    wake: z.optional(z.literal(true)),
  });
});
export const SystemEventResult = z.lazy(() => z.looseObject({ ok: z.boolean() }));

export const GatewayIdentityResult = z.lazy(() => z.looseObject({ deviceId: z.string(), publicKey: z.string() }));

export const LogsTailParams = z.lazy(() =>
  z.optional(z.strictObject({
    cursor: z.optional(z.int().check(z.minimum(0))),
    limit: z.optional(z.int().check(z.minimum(1), z.maximum(5000))),
    maxBytes: z.optional(z.int().check(z.minimum(1), z.maximum(1_000_000))),
  }))
);
export const LogsTailResult = z.lazy(() =>
  z.looseObject({
    file: z.string(),
    /** What the next look begins with: a place in the file, in bytes. */
    cursor: z.int().check(z.minimum(0)),
    size: z.number(),
    lines: z.array(z.string()),
  })
);
