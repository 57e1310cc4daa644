/**
 * A dev gateway in memory whose cron jobs fire by a clock that the test moves, and an administrator who hears of it.
 */
import { allScopes, connectTo, type DevClient } from "./dev_client.ts";
import { createMemoryGateway, type GatewayChoices } from "./dev_gateway.ts";

/** A job but for its schedule. */
export const reminder = {
  name: "soon",
  sessionTarget: "main",
  wakeMode: "next-heartbeat",
  payload: { kind: "systemEvent", text: "hello" },
};
/** A job for the main session, every hour from when it is made. */
export const hourly = { ...reminder, name: "hourly", schedule: { kind: "every", everyMs: 3_600_000 } };
/** In ms. */
export const hour = 3_600_000;

/** A gateway without heartbeats, unless they are chosen, and an administrator there. */
export async function openCronGateway(choices: GatewayChoices & { startMs?: number } = {}) {
  const gateway = createMemoryGateway({ heartbeat: "none", ...choices });
  const admin = await connectTo(gateway, { scopes: allScopes });
  return {
    gateway,
    admin,
    clock: gateway.clock,
    jobNamed: async (name: string) =>
      (await admin.call("cron.list", { enabled: "all" })).jobs.find((job: { name: string }) => job.name === name),
    runsOf: async (id: string) => (await admin.call("cron.runs", { id, limit: 200 })).entries,
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

/** The events of the test's own jobs: protocol 4 has one more, which fires every half hour. */
export function ownEvents({ events }: DevClient): Record<string, unknown>[] {
  return events.filter(({ event }) => event === "cron").map(({ payload }) => payload as Record<string, unknown>)
    .filter(({ job }) => (job as { declarationKey?: string } | undefined)?.declarationKey === undefined);
}

/** What the events told: the action, and which of these members were there. */
export function told(client: DevClient, ...members: string[]): string[] {
  return ownEvents(client).map((facts) =>
    [facts["action"], ...members.filter((member) => facts[member] !== undefined)].join(" ")
  );
}
