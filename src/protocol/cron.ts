/**
 * What cron jobs are made of: schedules, payloads, deliveries, jobs, runs. What claw sends is complete and closed; a
 * gateway fills in what is left out and knows older spellings, which is its own concern. All schemas are lazy, as in
 * `system.ts`. Next: `cron_calls.ts`.
 */
import * as z from "zod/mini";
import { wakeModes } from "./system.ts";

const nonEmpty = () => z.string().check(z.minLength(1));
const text = () => z.optional(z.string());
const flag = () => z.optional(z.boolean());
const count = () => z.optional(z.int().check(z.minimum(0)));
const texts = () => z.optional(z.array(z.string()));

/** When a job fires. `on-exit` and `stream` are known to protocol 4 only. */
export const CronSchedule = z.lazy(() =>
  z.discriminatedUnion("kind", [
    /** Once, at an ISO 8601 instant; one without an offset is read as UTC. */
    z.strictObject({ kind: z.literal("at"), at: nonEmpty() }),
    /** `anchorMs` (epoch ms) is filled in with the time of creation. */
    z.strictObject({ kind: z.literal("every"), everyMs: z.int().check(z.minimum(1)), anchorMs: count() }),
    /** Five to seven fields. Without `tz` the gateway's own zone counts. */
    z.strictObject({ kind: z.literal("cron"), expr: nonEmpty(), tz: text(), staggerMs: count() }),
    z.strictObject({ kind: z.literal("on-exit"), command: nonEmpty(), cwd: z.optional(nonEmpty()) }),
    z.strictObject({
      kind: z.literal("stream"),
      command: z.array(nonEmpty()).check(z.minLength(1)),
      cwd: z.optional(nonEmpty()),
      mode: z.optional(z.enum(["line", "match"])),
      match: text(),
      batchMs: z.optional(z.int()),
      maxBatchBytes: z.optional(z.int()),
    }),
  ])
);
export type CronSchedule = z.infer<typeof CronSchedule>;

const seconds = () => z.optional(z.number().check(z.minimum(0)));

/** What a job does. `command` and `script` are known to protocol 4 only, as is `toolsAllow`. */
export const CronPayload = z.lazy(() =>
  z.discriminatedUnion("kind", [
    /** text() for the main session; only with session target `main`. */
    z.strictObject({ kind: z.literal("systemEvent"), text: nonEmpty(), toolsAllow: texts() }),
    /** A turn of an agent; never with session target `main`. */
    z.strictObject({
      kind: z.literal("agentTurn"),
      message: nonEmpty(),
      model: text(),
      fallbacks: texts(),
      thinking: text(),
      timeoutSeconds: seconds(),
      allowUnsafeExternalContent: flag(),
      lightContext: flag(),
      toolsAllow: texts(),
    }),
    z.strictObject({
      kind: z.literal("command"),
      argv: z.array(nonEmpty()).check(z.minLength(1)),
      cwd: z.optional(nonEmpty()),
      env: z.optional(z.record(z.string(), z.string())),
      input: text(),
      timeoutSeconds: seconds(),
      noOutputTimeoutSeconds: seconds(),
      outputMaxBytes: count(),
      toolsAllow: texts(),
    }),
    z.strictObject({
      kind: z.literal("script"),
      script: nonEmpty(),
      timeoutSeconds: seconds(),
      toolBudget: count(),
      toolsAllow: texts(),
    }),
  ])
);
export type CronPayload = z.infer<typeof CronPayload>;

const destination = () =>
  z.strictObject({
    channel: z.optional(nonEmpty()),
    to: z.optional(nonEmpty()),
    accountId: z.optional(nonEmpty()),
    mode: z.optional(z.enum(["announce", "webhook"])),
  });

const destinationPatch = () =>
  z.strictObject({
    channel: z.optional(z.nullable(nonEmpty())),
    to: z.optional(z.nullable(nonEmpty())),
    accountId: z.optional(z.nullable(nonEmpty())),
    mode: z.optional(z.nullable(z.enum(["announce", "webhook"]))),
  });

const route = () => ({
  channel: z.optional(nonEmpty()),
  to: z.optional(nonEmpty()),
  accountId: z.optional(nonEmpty()),
  bestEffort: flag(),
  failureDestination: z.optional(destination()),
  threadId: z.optional(z.union([z.string(), z.number()])),
});
const completion = () => z.optional(z.strictObject({ mode: z.literal("webhook"), to: nonEmpty() }));

/** Where a run's answer goes. `threadId` and `completionDestination` are known to protocol 4 only. */
export const CronDelivery = z.lazy(() =>
  z.discriminatedUnion("mode", [
    z.strictObject({ mode: z.literal("none"), ...route() }),
    z.strictObject({ mode: z.literal("announce"), ...route(), completionDestination: completion() }),
    z.strictObject({ mode: z.literal("webhook"), ...route(), to: nonEmpty() }),
  ])
);
export type CronDelivery = z.infer<typeof CronDelivery>;

/** Who is told when a job keeps failing; `false` for nobody. `includeSkipped`: protocol 4 only. */
export const CronFailureAlert = z.lazy(() =>
  z.union([
    z.literal(false),
    z.strictObject({
      after: z.optional(z.int().check(z.minimum(1))),
      channel: z.optional(nonEmpty()),
      to: z.optional(nonEmpty()),
      cooldownMs: count(),
      mode: z.optional(z.enum(["announce", "webhook"])),
      accountId: z.optional(nonEmpty()),
      includeSkipped: flag(),
    }),
  ])
);

/** The same as a patch: members that are not named stay as they are. */
const CronFailureAlertPatch = z.lazy(() =>
  z.union([
    z.literal(false),
    z.strictObject({
      after: z.optional(z.nullable(z.int().check(z.minimum(1)))),
      channel: z.optional(z.nullable(nonEmpty())),
      to: z.optional(z.nullable(nonEmpty())),
      cooldownMs: z.optional(z.nullable(z.int().check(z.minimum(0)))),
      mode: z.optional(z.nullable(z.enum(["announce", "webhook"]))),
      accountId: z.optional(z.nullable(nonEmpty())),
      includeSkipped: z.optional(z.nullable(z.boolean())),
    }),
  ])
);

/** In which session a job runs. `current` and `session:<key>` are known to protocol 4 only. */
export const CronSessionTarget = z.lazy(() =>
  z.union([
    z.enum(["main", "isolated", "current"]),
    z.string().check(z.regex(/^session:.+/)),
  ])
);

/** Bounds of a cadence that the agent chooses itself, like `1h`; protocol 4 only, as is `trigger`. */
const pacing = () => z.strictObject({ min: z.optional(nonEmpty()), max: z.optional(nonEmpty()) });
/** A script that decides whether a fire becomes a run. */
const trigger = () => z.strictObject({ script: nonEmpty(), once: flag() });

const jobMembers = () => ({
  name: nonEmpty(),
  description: text(),
  agentId: z.optional(z.nullable(nonEmpty())),
  sessionKey: z.optional(z.nullable(nonEmpty())),
  enabled: flag(),
  deleteAfterRun: flag(),
  schedule: CronSchedule,
  sessionTarget: CronSessionTarget,
  wakeMode: z.enum(wakeModes),
  payload: CronPayload,
  delivery: z.optional(CronDelivery),
  failureAlert: z.optional(CronFailureAlert),
});

/** `declarationKey` (protocol 4) makes adding idempotent: the same key updates the job that has it. */
export const CronAddParams = z.lazy(() =>
  z.strictObject({
    ...jobMembers(),
    declarationKey: z.optional(nonEmpty()),
    displayName: z.optional(nonEmpty()),
    pacing: z.optional(pacing()),
    trigger: z.optional(trigger()),
  })
);
export type CronAddParams = z.infer<typeof CronAddParams>;

/**
 * What `cron.update` may change. The payload may be given in part: its `kind` and what differs. `null` takes a member
 * away: `agentId` and `sessionKey` in both generations, all others on protocol 4 only; `description` goes with "".
 */
export const CronPatch = z.lazy(() =>
  z.strictObject({
    ...z.partial(z.strictObject(jobMembers())).def.shape,
    payload: z.optional(z.looseObject({ kind: z.string() })),
    delivery: z.optional(z.strictObject({
      mode: z.optional(z.enum(["none", "announce", "webhook"])),
      ...route(),
      channel: z.optional(z.nullable(nonEmpty())),
      to: z.optional(z.nullable(nonEmpty())),
      accountId: z.optional(z.nullable(nonEmpty())),
      threadId: z.optional(z.nullable(z.union([z.string(), z.number()]))),
      failureDestination: z.optional(z.nullable(destinationPatch())),
      completionDestination: z.optional(z.nullable(z.strictObject({ mode: z.literal("webhook"), to: nonEmpty() }))),
    })),
    failureAlert: z.optional(z.nullable(CronFailureAlertPatch)),
    displayName: z.optional(z.nullable(nonEmpty())),
    pacing: z.optional(z.nullable(pacing())),
    trigger: z.optional(z.nullable(trigger())),
  })
);
export type CronPatch = z.infer<typeof CronPatch>;

export const CronJobState = z.lazy(() =>
  z.looseObject({
    nextRunAtMs: z.optional(z.number()),
    runningAtMs: z.optional(z.number()),
    lastRunAtMs: z.optional(z.number()),
    lastRunStatus: text(),
    lastError: text(),
    lastDurationMs: z.optional(z.number()),
    lastDeliveryStatus: text(),
    consecutiveErrors: z.optional(z.number()),
  })
);
export type CronJobState = z.infer<typeof CronJobState>;

/** A job as a gateway shows it. Protocol 4 also lists built-in jobs, which have a `declarationKey`. */
export const CronJob = z.lazy(() =>
  z.looseObject({
    id: nonEmpty(),
    name: z.string(),
    description: text(),
    agentId: z.optional(z.nullable(z.string())),
    sessionKey: z.optional(z.nullable(z.string())),
    enabled: z.boolean(),
    deleteAfterRun: flag(),
    createdAtMs: z.number(),
    updatedAtMs: z.optional(z.number()),
    schedule: z.looseObject({ kind: z.string() }),
    sessionTarget: z.string(),
    wakeMode: z.string(),
    payload: z.looseObject({ kind: z.string() }),
    delivery: z.optional(z.looseObject({ mode: text() })),
    state: CronJobState,
    declarationKey: text(),
    /** Protocol 4: changes with every change of the definition; for `expectedConfigRevision`. */
    configRevision: text(),
  })
);
export type CronJob = z.infer<typeof CronJob>;

/** One finished run. `runId` and `completionStatus` (succeeded, failed, unknown) are protocol 4's. */
export const CronRun = z.lazy(() =>
  z.looseObject({
    ts: z.number(),
    jobId: z.string(),
    action: z.literal("finished"),
    status: text(),
    error: text(),
    summary: text(),
    runAtMs: z.optional(z.number()),
    durationMs: z.optional(z.number()),
    nextRunAtMs: z.optional(z.number()),
    deliveryStatus: text(),
    jobName: text(),
    runId: text(),
    completionStatus: text(),
  })
);
export type CronRun = z.infer<typeof CronRun>;
