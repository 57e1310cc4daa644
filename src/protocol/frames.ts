/**
 * The three envelopes of the wire. Requests are closed objects (both generations refuse an unknown member);
 * responses and events may grow, so they are open. Text and JSON are `codec.ts`'s concern.
 */
import * as z from "zod/mini";
import { anything, nonEmpty, number, optionalNonEmpty, optionalNumber, text, truth } from "./leaves.ts";

/** Client to gateway. `traceparent` and `expectedProfileId` are known to protocol 4 only; claw sends neither. */
export const RequestFrame = z.strictObject({
  type: z.literal("req"),
  id: nonEmpty,
  method: nonEmpty,
  params: anything,
  traceparent: z.optional(z.string().check(z.maxLength(128))),
  expectedProfileId: optionalNonEmpty,
});
export type RequestFrame = z.infer<typeof RequestFrame>;

/** The error member of a refused response. The truth is in `details.code`; `message` is prose for people. */
export const WireError = z.looseObject({
  code: text,
  message: text,
  details: anything,
  retryable: z.optional(truth),
  retryAfterMs: optionalNumber,
});
export type WireError = z.infer<typeof WireError>;

/** Gateway to client, in answer to the request with the same id. */
export const ResponseFrame = z.looseObject({
  type: z.literal("res"),
  id: nonEmpty,
  ok: truth,
  payload: anything,
  error: z.optional(WireError),
});
export type ResponseFrame = z.infer<typeof ResponseFrame>;

/** Gateway to client, unasked. `seq` counts per gateway on protocol 3 (gaps are normal), per connection on 4. */
export const EventFrame = z.looseObject({
  type: z.literal("event"),
  event: nonEmpty,
  payload: anything,
  seq: optionalNumber,
  stateVersion: z.optional(z.looseObject({ presence: number, health: number })),
});
export type EventFrame = z.infer<typeof EventFrame>;

export const Frame = z.discriminatedUnion("type", [RequestFrame, ResponseFrame, EventFrame]);
export type Frame = z.infer<typeof Frame>;
