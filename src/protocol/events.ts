/**
 * Events by name. A known name has a typed payload; an unknown one is passed on as it came, never an error: every
 * release adds some. On protocol 4 most need `operator.read`; heartbeat, health, tick and shutdown need nothing.
 */
import * as z from "zod/mini";
import { Challenge } from "./connect.ts";
import { CronEvent } from "./cron_calls.ts";
import { DevicePairResolved, PendingDevice } from "./device.ts";
import type { EventFrame } from "./frames.ts";
import { Heartbeat, PresenceEntry } from "./system.ts";

export const events = {
  "connect.challenge": Challenge,
  "tick": z.lazy(() => z.looseObject({ ts: z.number() })),
  "heartbeat": Heartbeat,
  "presence": z.lazy(() => z.looseObject({ presence: z.array(PresenceEntry) })),
  "cron": CronEvent,
  "device.pair.requested": PendingDevice,
  "device.pair.resolved": DevicePairResolved,
  "shutdown": z.lazy(() =>
    z.looseObject({ reason: z.string(), restartExpectedMs: z.optional(z.nullable(z.number())) })
  ),
} as const satisfies Record<string, z.ZodMiniType>;

export type EventName = keyof typeof events;
export type PayloadOf<E extends EventName> = z.infer<(typeof events)[E]>;

/** The payload of an event of this name, or undefined if the frame is another event or does not fit its schema. */
export function payloadOf<E extends EventName>(name: E, frame: EventFrame): PayloadOf<E> | undefined {
  if (frame.event !== name) return undefined;
  const schema: z.ZodMiniType = events[name];
  return schema.safeParse(frame.payload).success ? frame.payload as PayloadOf<E> : undefined;
}
