/**
 * Cron jobs as a gateway shows them, for tests that need no gateway.
 */
import type { CronJob } from "../../src/protocol/mod.ts";

/** A job of the main session every minute; anything may be replaced. */
export function jobOf(members: Readonly<Record<string, unknown>>): CronJob {
  return {
    id: "0c0b7a5e-0000-4000-8000-000000000001",
    name: "job",
    enabled: true,
    createdAtMs: 1,
    updatedAtMs: 1,
    schedule: { kind: "every", everyMs: 60_000, anchorMs: 1 },
    sessionTarget: "main",
    wakeMode: "now",
    payload: { kind: "systemEvent", text: "x" },
    state: {},
    ...members,
  };
}
