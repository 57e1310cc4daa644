/**
 * `claw check`: the gateway in one line for a monitoring system, with the exit numbers that plugins have
 * (monitoring-plugins.org): 0 ok, 1 warning, 2 critical, 3 unknown, whatever happens. The one exception to claw's own.
 */
import { defineCommand } from "../../cli/command.ts";
import { monitor, type MonitorExit, type Outcome } from "../../cli/outcome.ts";
import type { Way } from "../../doctor/evidence.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { parseDuration } from "../../settings/duration.ts";
import { failureIn, type RoundTimes, timesOf } from "./round_trip.ts";

const words = ["OK", "WARNING", "CRITICAL", "UNKNOWN"] as const;

interface Thresholds {
  readonly warningMs: number;
  readonly criticalMs: number;
}

export const check = defineCommand({
  isReadOnly: true,
  isForMonitor: true,
  flags: {
    warning: { type: "string", value: "duration", short: "w", summary: "warn when it takes longer (default: 1s)" },
    critical: { type: "string", value: "duration", short: "c", summary: "critical when it takes longer (default: 5s)" },
  },
  examples: [
    { line: "claw check", does: "one line and its exit number, for Nagios, Icinga and their like" },
    { line: "claw check -w 200ms -c 2s --context home", does: "with limits of one's own, for one of several gateways" },
  ],
  notes: [
    "Its exit numbers are those of monitoring plugins, and no others: 0 ok, 1 warning (slow, or the gateway says that it\n" +
    "is not well), 2 critical (not reached, refused, too slow), 3 unknown (a wrong command line, a wrong setting). What is\n" +
    "measured is one connection with its handshake and one read call; behind the bar it is split up.",
  ],
  async run({ warning, critical }, _operands, context): Promise<Outcome> {
    try {
      const thresholds = thresholdsOf(warning ?? "1s", critical ?? "5s");
      const { endpoint } = await context.settings();
      const way = await (await context.doctor()).go({ isQuick: true });
      const error = failureIn(way);
      if (error !== undefined) return failing(error);
      return measured(way, thresholds, endpoint.value.url);
    } catch (thrown) {
      return failing(asClawError(thrown));
    }
  },
});

/** @throws ClawError `usage/bad-flag` */
function thresholdsOf(warning: string, critical: string): Thresholds {
  const warningMs = parseDuration(warning, { kind: "flag", name: "--warning" });
  const criticalMs = parseDuration(critical, { kind: "flag", name: "--critical" });
  // The warning would never be given.
  if (warningMs > criticalMs) {
    throw new ClawError("usage/bad-flag", `--warning ${warning} is longer than --critical ${critical}`);
  }
  return { warningMs, criticalMs };
}

function measured(way: Way, { warningMs, criticalMs }: Thresholds, url: string): Outcome {
  const times = timesOf(way);
  const totalMs = Math.round((times.tcpMs + (times.tlsMs ?? 0) + times.handshakeMs + times.callMs) * 10) / 10;
  const troubles = [
    ...(way.report?.isOk === false ? ["it says that it is not ok"] : []),
    ...(way.report?.isLoopDegraded ? ["its event loop is degraded"] : []),
  ];
  const exit = totalMs > criticalMs ? 2 : totalMs > warningMs || troubles.length > 0 ? 1 : 0;
  const version = way.hello?.version ?? "";
  const said = [`gateway ${version} at ${url} answered in ${totalMs} ms`, ...troubles].join(", ");
  return verdict(exit, said, perfdata(times, totalMs, { warningMs, criticalMs }), { totalMs, ...times, version });
}

/** A setting that is wrong says nothing of the gateway. */
function failing(error: ClawError): Outcome {
  const isOurs = ["usage/", "config/", "store/", "input/"].some((area) => error.code.startsWith(area)) ||
    error.code === "internal" || error.code === "interrupted";
  return verdict(isOurs ? 3 : 2, error.message, "", { error: { code: error.code, message: error.message } });
}

/** What stands behind the bar is for programs: the text before it may hold none. */
function verdict(exit: MonitorExit, said: string, performance: string, facts: object): Outcome {
  const status = words[exit];
  const line = `CLAW ${status} - ${said.replaceAll("|", "/").replaceAll("\n", " ")}`;
  const text = performance === "" ? line : `${line} | ${performance}`;
  return monitor(exit, { status: status.toLowerCase(), exit, ...facts }, { kind: "line", text });
}

/** `label=value;warn;crit;min`, in ms. */
function perfdata(
  { tcpMs, tlsMs, handshakeMs, callMs }: RoundTimes,
  totalMs: number,
  { warningMs, criticalMs }: Thresholds,
): string {
  const parts = { tcp: tcpMs, tls: tlsMs, handshake: handshakeMs, call: callMs };
  const rest = Object.entries(parts).flatMap(([name, ms]) => ms === undefined ? [] : [`${name}=${ms}ms;;;0`]);
  return [`time=${totalMs}ms;${warningMs};${criticalMs};0`, ...rest].join(" ");
}
