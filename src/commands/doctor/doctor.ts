/**
 * `claw doctor`: everything between claw and its gateway, phase by phase, and what is wrong with it. What is seen is
 * probed by `context.doctor()` and judged by `src/doctor`; the verbs that look at events and devices are beside.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { done, negative, type Outcome, type Shown, stream } from "../../cli/outcome.ts";
import { isWell } from "../../doctor/finding.ts";
import { ClawError } from "../../errors.ts";
import { look, type Looking, type Report, viewOf } from "./report.ts";

const pauseMs = 5_000;

export const doctor = defineCommand({
  isReadOnly: true,
  acrossContexts: { except: ["fix", "watch"] },
  flags: {
    asService: { type: "boolean", summary: "look also what a job would find: under cron, systemd, launchd or a task" },
    fix: { type: "boolean", summary: "give claw's own files the modes that they should have, first" },
    watch: { type: "boolean", summary: "look again every 5 s until nothing is wrong, or a login is refused" },
  },
  examples: [
    { line: "claw doctor", does: "what stands between claw and its gateway, and how to mend it" },
    { line: "claw doctor --watch", does: "wait until a gateway that restarts is well again" },
    { line: "claw doctor --as-service", does: "why the same command does something else in a crontab" },
    { line: "claw doctor --json", does: "the same for a program" },
  ],
  notes: [
    "It goes from the settings to the heartbeat and stops at the first phase that fails: what is above it is not blamed.\n" +
    "Each finding is a cause, one command, and where to run it. Exit 1 when one is an error, else 0.",
    "It changes nothing, though it remembers a lockout that it meets: without a stored grant for the gateway it connects\n" +
    "without this device, so that nothing is paired and nobody is asked; it makes no key, tries nothing twice, and shows\n" +
    "secrets as six digits only. --fix touches nothing but claw's own files. --watch ends with the error when a login is\n" +
    "refused, since each refusal brings a lockout nearer.",
  ],
  async run({ asService, fix, watch }, _operands, context) {
    const looking = { asService, fix };
    return watch ? stream(untilWell(context, looking)) : outcomeOf(await look(context, looking));
  },
});

function outcomeOf(report: Report): Outcome {
  return (report.healthy ? done : negative)(report, viewOf(report));
}

async function lookAnew(context: Context, looking: Looking): Promise<Report> {
  await using inner = context.within({});
  return await look(inner, looking);
}

/** A login was tried, and would be refused again. */
function isRefused({ errorCode, lastError }: Report): boolean {
  return errorCode?.startsWith("auth/") === true && lastError !== undefined;
}

/** Each look goes by the settings as they are then. */
async function* untilWell(context: Context, looking: Looking): AsyncGenerator<Shown> {
  for (;;) {
    const report = await lookAnew(context, looking);
    yield { data: report, view: viewOf(report) };
    if (isWell(report.findings)) return;
    if (isRefused(report)) {
      throw new ClawError("auth/rejected", "the gateway refuses this login, and each refusal brings a lockout nearer", {
        hint: "mend what was found first, then look again with `claw doctor`",
      });
    }
    context.extendTime(pauseMs);
    await context.clock.sleep(pauseMs, context.signal);
  }
}
