/**
 * The verbs that meet every fault: a line each. To add one: its command line, what it does to a gateway when it works,
 * and how long it may take.
 */
import type { SocketGateway } from "../support/dev_gateway.ts";

export interface Verb {
  readonly name: string;
  /** Besides `--timeout`. */
  readonly args: readonly string[];
  /** The call that counts: faults of the phase `request` are kept to it, where the verb makes others before. */
  readonly method?: string;
  /** How often the gateway has acted on it; undefined: there is nothing to act on. */
  readonly acted?: (gateway: SocketGateway) => number;
  /** What it says on stdout: a result when it works (the default), a report in any case, or whatever comes by. */
  readonly says?: "report" | "stream";
  /** Whether this device was let in before, when all was well. */
  readonly isPaired?: true;
  /** How long it may take beyond its `--timeout`: for looking at what became of a lost answer. */
  readonly extraMs?: number;
}

/** The job that `cron run` runs. */
export const job = {
  name: "hourly",
  schedule: { kind: "every", everyMs: 3_600_000 },
  sessionTarget: "main",
  wakeMode: "next-heartbeat",
  payload: { kind: "systemEvent", text: "hello" },
} as const;

export const verbs: readonly Verb[] = [
  { name: "event", args: ["event", "hello"], acted: ({ gateway }) => gateway.memory.wakes.length },
  {
    name: "cron run",
    args: ["cron", "run", job.name],
    method: "cron.run",
    acted: ({ gateway }) =>
      gateway.memory.emitted.filter(({ event, payload }) => event === "cron" && isStart(payload)).length,
    extraMs: 15_000,
  },
  { name: "device list", args: ["device", "list"] },
  { name: "watch", args: ["watch", "--until", "4s"], says: "stream" },
  { name: "doctor", args: ["doctor", "--json"], says: "report", isPaired: true, extraMs: 5_000 },
];

function isStart(payload: unknown): boolean {
  return (payload as { action?: unknown }).action === "started";
}
