/**
 * `claw ping`: how long the way to the gateway takes, round by round, and in three numbers. Each round is a connection
 * of its own and one call. What is wrong with the way, `claw doctor` tells.
 */
import { defineCommand } from "../../cli/command.ts";
import { parseCount } from "../../cli/count_flag.ts";
import type { Context } from "../../cli/context.ts";
import { type Shown, stream, type View } from "../../cli/outcome.ts";
import type { Doctor } from "../../cli/doctor.ts";
import { type Spread, spreadOf } from "../../doctor/statistics.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { parseDuration } from "../../settings/duration.ts";
import { failureIn, type RoundTimes, timesOf } from "./round_trip.ts";

const defaultRounds = 5;
const mostRounds = 10_000;

export const ping = defineCommand({
  isReadOnly: true,
  flags: {
    count: { type: "string", value: "n", short: "c", summary: `rounds (default: ${defaultRounds})` },
    interval: { type: "string", value: "duration", short: "i", summary: "time between two rounds (default: 1s)" },
  },
  examples: [
    { line: "claw ping", does: "five rounds, a second apart" },
    { line: "claw ping -c 100 -i 200ms --json", does: "a JSON line for each round, and one for all" },
  ],
  notes: [
    "A round is TCP, TLS, the handshake and one read call, over a connection of its own, each round at most --timeout. A\n" +
    "round that fails is counted as lost; the run ends with its error when all are, and at once when the gateway refuses\n" +
    "the credential, since each refusal brings a lockout nearer.",
  ],
  run({ count, interval }, _operands, context) {
    const rounds = count === undefined ? defaultRounds : parseCount(count, "--count", mostRounds);
    const intervalMs = parseDuration(interval ?? "1s", { kind: "flag", name: "--interval" });
    return Promise.resolve(stream(pingRounds(context, rounds, intervalMs)));
  },
});

async function* pingRounds(context: Context, rounds: number, intervalMs: number): AsyncGenerator<Shown> {
  const { endpoint } = await context.settings({ isThorough: true });
  const tally: Tally = { rounds: 0, answered: [], lost: undefined };
  try {
    yield* goRounds(context, tally, rounds, intervalMs);
  } catch (thrown) {
    // As ping does: what was measured until Ctrl-C is worth its three numbers.
    if (asClawError(thrown).code === "interrupted" && tally.rounds > 0) yield summaryOf(endpoint.value.url, tally);
    throw thrown;
  }
  yield summaryOf(endpoint.value.url, tally);
  if (tally.answered.length === 0 && tally.lost !== undefined) throw tally.lost;
}

/** What came of the rounds so far. */
interface Tally {
  rounds: number;
  readonly answered: RoundTimes[];
  lost: ClawError | undefined;
}

async function* goRounds(
  context: Context,
  tally: Tally,
  rounds: number,
  intervalMs: number,
): AsyncGenerator<Shown> {
  const doctor = await context.doctor();
  const { timeoutMs: { value: limitMs } } = await context.settings();
  for (let round = 1; round <= rounds; round++) {
    context.extendTime(limitMs + intervalMs);
    const times = await oneRound(doctor, limitMs);
    tally.rounds = round;
    if (times instanceof ClawError) {
      tally.lost = times;
      yield {
        data: { round, error: { code: times.code, message: times.message } },
        view: lineFor(round, times.message),
      };
    } else {
      tally.answered.push(times);
      yield { data: { round, ...times }, view: lineFor(round, wordsFor(times)) };
    }
    if (round < rounds) await context.clock.sleep(intervalMs, context.signal);
  }
}

/** @throws ClawError when the gateway refuses, and would again */
async function oneRound(doctor: Doctor, limitMs: number): Promise<RoundTimes | ClawError> {
  const way = await doctor.go({ isQuick: true, limitMs });
  const error = failureIn(way);
  if (error === undefined) return timesOf(way);
  if (!error.code.startsWith("net/") && error.code !== "protocol/no-challenge") throw error;
  return error;
}

function lineFor(round: number, text: string): View {
  return { kind: "line", text: `round ${round}: ${text}` };
}

function wordsFor({ tcpMs, tlsMs, handshakeMs, callMs }: RoundTimes): string {
  const tls = tlsMs === undefined ? "" : `, tls ${tlsMs} ms`;
  return `tcp ${tcpMs} ms${tls}, handshake ${handshakeMs} ms, call ${callMs} ms`;
}

const parts = [["tcp", "tcpMs"], ["tls", "tlsMs"], ["handshake", "handshakeMs"], ["call", "callMs"]] as const;

function summaryOf(url: string, { rounds, answered }: Tally): Shown {
  const spreads = parts.flatMap(([name, key]) => {
    const spread = spreadOf(answered.flatMap((times) => times[key] ?? []));
    return spread === undefined ? [] : [[name, spread] as const];
  });
  const line: View = { kind: "line", text: `${url}: ${answered.length} of ${rounds} rounds answered` };
  const data = { rounds, answered: answered.length, ...Object.fromEntries(spreads) };
  if (spreads.length === 0) return { data, view: line };
  return { data, view: { kind: "stack", isSpaced: true, views: [line, tableOf(spreads)] } };
}

function tableOf(spreads: readonly (readonly [string, Spread])[]): View {
  const columns = ["MS", "MIN", "MEDIAN", "P95"].map((label, at) =>
    at === 0 ? { label } : { label, align: "right" } as const
  );
  const rows = spreads.map(([name, { minMs, medianMs, p95Ms }]) => [
    name,
    ...[minMs, medianMs, p95Ms].map((ms) => ms.toFixed(1)),
  ]);
  return { kind: "table", columns, rows };
}
