/**
 * From a file and a gateway to a plan: read before anything is dialled, then all jobs, then what differs. Shared by
 * apply and diff; how it reads is `plan_words.ts`.
 */
import type { Context } from "../../cli/context.ts";
import type { Connection } from "../../client/connection.ts";
import type { JobDefinition } from "../../cron/definition.ts";
import { gatewayNow } from "../../cron/gateway_clock.ts";
import { listJobs } from "../../cron/jobs.ts";
import { makePlan, type Plan } from "../../cron/plan.ts";
import { ClawError } from "../../errors.ts";
import { nameList } from "./name_list.ts";
import { zonelessNames } from "./plan_words.ts";

/** What both verbs say about the file, below their flags. */
export const fileNotes = [
  "The file is YAML or JSON: one job, a list of jobs, or {version: 1, jobs: [...]}, as `claw cron export` prints it. A\n" +
  "job is found by its declarationKey on gateways of protocol 4, else by its exact name; jobs built into the gateway are\n" +
  "never touched.",
  "A file must mean the same everywhere: an expression without tz is sent without one, so that the gateway's own zone\n" +
  "counts (claw warns), and an instant needs an offset. A member that is left out goes back to what the gateway fills in;\n" +
  "only `enabled` then stays as it is.",
];

/** The jobs of a file or of standard input. @throws ClawError `usage/missing-argument`, `input/invalid` */
export async function readDefinitions(path: string | undefined, context: Context): Promise<readonly JobDefinition[]> {
  if (path === undefined || path === "") {
    throw new ClawError("usage/missing-argument", "no file: say which jobs with -f FILE, or -f - for standard input", {
      hint: "print one to begin with by `claw cron export`",
    });
  }
  const text = await context.readInput(path);
  const { parseJobs } = await import("../../cron/jobs_file.ts");
  const definitions = parseJobs(text, path === "-" ? "standard input" : path);
  const zoneless = zonelessNames(definitions);
  if (zoneless.length > 0) {
    const names = nameList(zoneless.map((name) => `'${name}'`));
    context.warn(`no tz in the schedule of ${names}: the gateway's own zone counts; name one, like tz: Europe/Berlin`);
  }
  return definitions;
}

/** What must be done for the gateway's jobs to be those definitions. */
export async function planFor(
  definitions: readonly JobDefinition[],
  connection: Connection,
  prunes: boolean,
  context: Context,
): Promise<Plan> {
  const { protocol, hello } = connection.handshake;
  const gatewayVersion = hello.server.version;
  if (protocol === 3 && definitions.some(({ declarationKey }) => declarationKey !== undefined)) {
    context.warn(`gateway ${gatewayVersion} knows no declarationKey: there the name decides which job is meant`);
  }
  const jobs = await listJobs(connection, {}, context.signal);
  return makePlan(jobs, definitions, {
    protocol,
    gatewayVersion,
    nowMs: gatewayNow(connection, context.clock),
    prunes,
  });
}

/** What a plan cannot do, as an error: the first of the refusals. */
export function refusalOf({ steps }: Plan): ClawError | undefined {
  const refused = steps.flatMap((step) => step.kind === "refused" ? [step] : []);
  const [first] = refused;
  if (first === undefined) return undefined;
  const { code, message, hint, details } = first.error;
  const others = refused.length > 1 ? ` (and ${refused.length - 1} more)` : "";
  return new ClawError(code, `'${first.name}' cannot be applied${others}: ${message}`, {
    ...(hint === undefined ? {} : { hint }),
    details,
  });
}
