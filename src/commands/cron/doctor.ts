/**
 * `claw cron doctor`: what is wrong with the gateway's jobs, each finding with the one command that mends it. The
 * judgement is `src/cron/findings.ts`, its words are `finding_words.ts`.
 */
import { defineCommand } from "../../cli/command.ts";
import { done, negative, type View } from "../../cli/outcome.ts";
import { type Evidence, findFaults, type Finding } from "../../cron/findings.ts";
import { gatewayNow } from "../../cron/gateway_clock.ts";
import { defaultAgentOf, shortIds } from "../../cron/job_status.ts";
import { listJobs } from "../../cron/jobs.ts";
import { scopes } from "../../protocol/mod.ts";
import { type Advice, adviceFor } from "./finding_words.ts";
import { zoneOf } from "./job_words.ts";

/** The most that a gateway gives at once; older runs prove nothing about today. */
const newestRuns = 200;

export const cronDoctor = defineCommand({
  isReadOnly: true,
  acrossContexts: true,
  flags: {},
  examples: [
    { line: "claw cron doctor", does: "each finding with the command that mends it" },
    { line: "claw cron doctor --quiet", does: "for a monitor: silent with exit 0 while there is no error" },
  ],
  notes: [
    "Exit 1 when a finding is an error, 0 when all is well or there are only warnings. It changes nothing. What is late\n" +
    "is told by the gateway's clock, not by this machine's.",
  ],
  async run(_options, _operands, context) {
    const { connection } = await context.gateway(scopes.read);
    const { enabled } = await connection.call("cron.status", {}, context.signal);
    const jobs = await listJobs(connection, {}, context.signal);
    const runs = await connection.call(
      "cron.runs",
      { scope: "all", limit: newestRuns, sortDir: "desc" },
      context.signal,
    );
    const nowMs = gatewayNow(connection, context.clock);
    const evidence: Evidence = {
      isSchedulerOn: enabled,
      jobs,
      runs: runs.entries,
      nowMs,
      zone: context.zone,
      protocol: connection.handshake.protocol,
    };
    const ids = shortIds(jobs);
    const defaultAgent = defaultAgentOf(connection) ?? "main";
    const zone = zoneOf(context);
    const told = findFaults(evidence).map((finding) => {
      const id = finding.job === undefined ? "" : ids.get(finding.job.id) ?? finding.job.id;
      return { finding, ...adviceFor(finding, { nowMs, zone, id, defaultAgent }) };
    });
    const isHealthy = told.every(({ finding }) => finding.severity !== "error");
    const data = { healthy: isHealthy, jobs: jobs.length, gatewayTimeMs: nowMs, findings: told.map(dataOf) };
    return (isHealthy ? done : negative)(data, viewOf(told, jobs.length));
  },
});

type Told = Advice & { readonly finding: Finding };

function dataOf({ finding: { job, ...facts }, sentence, command }: Told) {
  return { ...facts, jobId: job?.id, jobName: job?.name, sentence, command };
}

function viewOf(told: readonly Told[], jobs: number): View {
  const noun = jobs === 1 ? "job" : "jobs";
  if (told.length === 0) {
    return { kind: "line", text: `healthy: the scheduler is on, and nothing is wrong with ${jobs} ${noun}` };
  }
  const views = told.map(({ finding, sentence, command }): View => ({
    kind: "pairs",
    pairs: [[finding.severity, sentence], ["  mend", command]],
  }));
  return { kind: "stack", isSpaced: true, views };
}
