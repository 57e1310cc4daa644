/**
 * What became of every fault, as a table that a person can read: `verdicts.txt`. Ports, ids and the runtimes' own words
 * are left out, and what two orders of events make of one fault stands as one verdict.
 */
import type { ProtocolVersion } from "../../src/protocol/mod.ts";
import type { Played } from "./play.ts";
import type { Verb } from "./verbs.ts";

const head = [
  "Fault, and how claw ends with it: the exit number, then how often the gateway acted where that is not once.",
  "The words are those of all verbs to the left, or of one by its number; behind > stands what to do. Written by",
  "    CLAW_TEST_WRITE=1 bun test ./tests/matrix/",
  "which is to be done, and read, whenever a verdict is meant to change.",
];

const olderHead = [
  "The same from a gateway of protocol 3, where it is not the same. Played to it: what concerns connect, hello-ok,",
  "requests and events.",
];

/** The table's text. */
export function verdictTable(verbs: readonly Verb[], played: readonly Played[]): string {
  const faults = [...new Set(played.map(({ fault }) => fault))];
  const wide = Math.max(...faults.map((fault) => fault.length)) + 2;
  const columns = verbs.map(({ name }, at) => `${at + 1} ${name}`.padEnd(15));
  const rowsIn = (protocol: ProtocolVersion) => {
    const runs = played.filter((run) => run.protocol === protocol);
    return [...new Set(runs.map(({ fault }) => fault))].map((fault) => rowsOf(fault, verbs, runs, wide).join("\n"));
  };
  const newer = rowsIn(4);
  const older = rowsIn(3).filter((rows) => !newer.includes(rows)).map((rows) => `3: ${rows}`);
  const heading = `${"".padEnd(wide)}${columns.join("")}`;
  const lines = [...head, "", heading, ...newer, "", ...olderHead, "", `   ${heading}`, ...older, ""];
  return lines.join("\n").split("\n").map((line) => line.trimEnd()).join("\n");
}

function rowsOf(fault: string, verbs: readonly Verb[], played: readonly Played[], wide: number): readonly string[] {
  const runs = verbs.map((verb) => played.find((one) => one.fault === fault && one.verb === verb));
  const cells = runs.map((run) => (run === undefined ? "" : cellOf(run)).padEnd(15)).join("");
  const words = runs.map((run) => run === undefined ? "" : wordsOf(run));
  const said = [...new Set(words)].map((word) => {
    const numbers = words.flatMap((one, at) => one === word ? [at + 1] : []);
    return new Set(words).size === 1 ? word : `${numbers.join(",")}: ${word}`;
  });
  return [`${fault.padEnd(wide)}${cells}`, ...said.map((word) => `    ${word}`)];
}

function cellOf(run: Played): string {
  const { exit, acted, verb } = run;
  if (isRace(run)) return "69 or 79";
  const usual = verb.acted === undefined || acted === 1 ? "" : ` (${acted} times)`;
  return exit === 0 || exit === 79 ? `${exit}${usual}` : String(exit);
}

/** The close and the request pass each other on the wire: either may be first. */
export function isRace({ fault, exit }: Pick<Played, "fault" | "exit">): boolean {
  return /^(close|reset)-after-hello/.test(fault) && (exit === 69 || exit === 79);
}

function wordsOf(run: Played): string {
  if (run.verb.says === "report") return findingsIn(run);
  if (run.verb.says === "stream" && run.exit === 0) return "goes on until the end";
  if (isRace(run)) return "the connection was closed, before or after the request was sent";
  const [, error = "works", hint] = /^claw: error: (.*)\nclaw: hint: (.*)$/m.exec(run.stderr) ?? [];
  return hint === undefined ? error : `${plain(error)}\n        > ${plain(hint)}`;
}

/** As `claw doctor --json` has it. */
interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly cause: string;
  readonly command: string;
  readonly where: string;
}

/** What `--json` has found: ids and causes, and what to do where. */
function findingsIn({ fault, stdout }: Played): string {
  const { data: { findings } } = JSON.parse(stdout) as { readonly data: { readonly findings: readonly Finding[] } };
  // How fast a busy machine is counts where slowness is played.
  const isNoise = (id: string) => id === "LAT-1" && !["late-challenge=2100", "slow-frames=50"].includes(fault);
  const told = findings.filter(({ id, severity }) => severity !== "info" && !isNoise(id));
  const said = told.map(({ id, cause, command, where }) =>
    `${id} ${plain(cause)}\n        > ${where}: ${plain(command)}`
  );
  return said.length === 0 ? "finds nothing" : said.join("\n       ");
}

/** Without what differs from run to run, verb to verb, and runtime to runtime. */
function plain(text: string): string {
  return text
    .replace(/127\.0\.0\.1:\d+/g, "HOST")
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID")
    .replace(/\bpresented [0-9a-f]{6}\b/g, "presented …")
    .replace(/\b\d+(\.\d+)? (ms|s)\b/g, "… $2")
    .replace(/\b(wake|cron\.(run|list|runs|get)|device\.pair\.list)\b/g, "METHOD")
    .replace(/(broke the WebSocket protocol): .*?(?=: the gateway may|, after|$)/, "$1: …")
    // A busy machine may be too slow to ask.
    .replace(/; \/healthz says .*$/, "; /healthz says …")
    // Those of the gateway itself among them.
    .replace(/\b\d+ events came/, "… events came")
    // How often it was tried, and in which attempt the time was over, is chance on a busy machine.
    .replace(/^.* \(the attempt before: (.*)\)$/, "$1")
    .replace(/^the gateway dropped the handshake \d+ times: /, "");
}
