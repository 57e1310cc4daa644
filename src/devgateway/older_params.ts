/**
 * Where 2026.3.13 is narrower than the schemas in `protocol/`, which take what 2026.9.6 takes: members it does not know,
 * and nulls, of which it minds all but a few (measured). Used by `accepted.ts`.
 */
import * as z from "zod/mini";
import { type Method, newerParamsIn } from "../protocol/mod.ts";
import { complaintsOf } from "./complaints.ts";

const any = z.optional(z.unknown());
const text = z.optional(z.string());
const textOrNull = z.optional(z.nullable(z.string()));

/** Times count as checked already, here and below: what is left is which members there may be, and where null may be. */
const Schedule = z.looseObject({ kind: z.enum(["at", "every", "cron"]) });

const Payload = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("systemEvent"), text }),
  z.strictObject({
    kind: z.literal("agentTurn"),
    message: text,
    model: textOrNull,
    fallbacks: z.optional(z.array(z.string())),
    thinking: textOrNull,
    timeoutSeconds: z.optional(z.nullable(z.number())),
    allowUnsafeExternalContent: any,
    lightContext: any,
    deliver: any,
    channel: any,
    to: any,
    bestEffortDeliver: any,
  }),
]);

const Delivery = z.strictObject({
  mode: any,
  channel: text,
  to: text,
  accountId: textOrNull,
  bestEffort: any,
  failureDestination: z.optional(z.strictObject({ mode: text, channel: text, to: text, accountId: text })),
});

const count = z.optional(z.number());
const FailureAlert = z.union([
  z.literal(false),
  z.strictObject({ after: count, channel: text, to: text, cooldownMs: count, mode: text, accountId: text }),
]);

const parts = {
  schedule: z.optional(Schedule),
  payload: z.optional(Payload),
  delivery: z.optional(Delivery),
  failureAlert: z.optional(FailureAlert),
};

const Patch = z.strictObject({
  ...parts,
  name: any,
  description: any,
  agentId: any,
  sessionKey: any,
  enabled: any,
  deleteAfterRun: any,
  sessionTarget: any,
  wakeMode: any,
});

const schemas: Partial<Record<Method, z.ZodMiniType>> = {
  "cron.add": z.looseObject(parts),
  "cron.update": z.looseObject({ patch: Patch }),
  "cron.run": z.looseObject({ mode: z.optional(z.enum(["due", "force"])) }),
};

/** What 2026.3.13 says against params that protocol 4 may take. */
export function olderComplaints(method: Method, given: unknown): readonly string[] {
  const unknown = newerParamsIn(method, given).map((name) => `at root: unexpected property '${name}'`);
  const schema = schemas[method];
  const complaints = schema === undefined ? undefined : complaintsOf(schema, given, 3);
  return complaints === undefined ? unknown : [...unknown, complaints];
}
