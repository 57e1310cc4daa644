/**
 * What is sent to and comes back from the methods of the cron family, and its event. What jobs, schedules and runs are
 * stands in `cron.ts`; all schemas are lazy, as in `system.ts`. Next: `methods.ts`.
 */
import * as z from "zod/mini";
import { CronJob, CronPatch, CronRun } from "./cron.ts";

const nonEmpty = () => z.string().check(z.minLength(1));
const text = () => z.optional(z.string());
const flag = () => z.optional(z.boolean());
const count = () => z.optional(z.int().check(z.minimum(0)));

const page = () => ({
  total: z.number(),
  offset: z.number(),
  limit: z.number(),
  hasMore: z.boolean(),
  nextOffset: z.nullable(z.number()),
});
const paging = () => ({
  limit: z.optional(z.int().check(z.minimum(1), z.maximum(200))),
  offset: count(),
  query: text(),
  sortDir: z.optional(z.enum(["asc", "desc"])),
});

/** From `agentId` on: protocol 4 only. */
export const CronListParams = z.lazy(() =>
  z.strictObject({
    includeDisabled: flag(),
    ...paging(),
    enabled: z.optional(z.enum(["all", "enabled", "disabled"])),
    sortBy: z.optional(z.enum(["nextRunAtMs", "updatedAtMs", "name"])),
    agentId: z.optional(nonEmpty()),
    scheduleKind: z.optional(z.enum(["all", "at", "every", "cron", "on-exit", "stream"])),
    lastRunStatus: z.optional(z.enum(["all", "ok", "error", "skipped", "unknown"])),
    trigger: z.optional(z.enum(["all", "conditional", "unconditional"])),
    compact: flag(),
    includeDeliveryPreviews: flag(),
  })
);
export const CronListResult = z.lazy(() => z.looseObject({ jobs: z.array(CronJob), ...page() }));

export const CronStatusResult = z.lazy(() =>
  z.looseObject({
    enabled: z.boolean(),
    jobs: z.number(),
    nextWakeAtMs: z.optional(z.nullable(z.number())),
  })
);

export const CronRef = z.lazy(() => z.strictObject({ id: nonEmpty() }));
/** The job itself, or with a `declarationKey` what became of it. */
export const CronAddResult = z.lazy(() => z.union([CronJob, z.looseObject({ created: z.boolean(), job: CronJob })]));
/** `expectedConfigRevision`: protocol 4 only. */
export const CronUpdateParams = z.lazy(() =>
  z.strictObject({ id: nonEmpty(), patch: CronPatch, expectedConfigRevision: text() })
);
/** An unknown id is `removed: false` on protocol 3, an error on 4. */
export const CronRemoveResult = z.lazy(() => z.looseObject({ ok: z.boolean(), removed: z.boolean() }));
/** Default `force`. `if-enabled` and `expectedProcessInstanceId`: protocol 4 only. */
export const CronRunParams = z.lazy(() =>
  z.strictObject({
    id: nonEmpty(),
    mode: z.optional(z.enum(["due", "force", "if-enabled"])),
    expectedProcessInstanceId: z.optional(nonEmpty()),
  })
);
/** `enqueued` with a run id, or `ran: false` with the reason (not-due, already-running, disabled …). */
export const CronRunResult = z.lazy(() =>
  z.looseObject({ ok: z.boolean(), enqueued: flag(), runId: text(), ran: flag(), reason: text() })
);

const runStatuses = ["ok", "error", "skipped"] as const;
const deliveryStatuses = ["delivered", "not-delivered", "unknown", "not-requested"] as const;
/** `runId` and `agentId`: protocol 4 only. Without `id` the runs of all jobs are meant. */
export const CronRunsParams = z.lazy(() =>
  z.strictObject({
    scope: z.optional(z.enum(["job", "all"])),
    id: z.optional(nonEmpty().check(z.regex(/^[^/\\]+$/))),
    ...paging(),
    status: z.optional(z.enum(["all", ...runStatuses])),
    statuses: z.optional(z.array(z.enum(runStatuses)).check(z.minLength(1), z.maxLength(3))),
    deliveryStatus: z.optional(z.enum(deliveryStatuses)),
    deliveryStatuses: z.optional(z.array(z.enum(deliveryStatuses)).check(z.minLength(1), z.maxLength(4))),
    runId: z.optional(nonEmpty()),
    agentId: z.optional(nonEmpty()),
  })
);
/** Newest first unless `sortDir` says otherwise. */
export const CronRunsResult = z.lazy(() => z.looseObject({ entries: z.array(CronRun), ...page() }));

/** Protocol 4 sends the whole `job` along, and `runId` with started and finished. */
export const CronEvent = z.lazy(() =>
  z.looseObject({
    jobId: z.string(),
    action: z.string(),
    status: text(),
    error: text(),
    summary: text(),
    runAtMs: z.optional(z.number()),
    durationMs: z.optional(z.number()),
    nextRunAtMs: z.optional(z.number()),
    runId: text(),
    job: z.optional(CronJob),
  })
);
export type CronEvent = z.infer<typeof CronEvent>;
