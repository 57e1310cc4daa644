/**
 * Measures claw beside what it can be compared with, all in one interleaved run, and prints the README's table. Needs
 * Bun (the task runs it so), a Linux or macOS machine, and npm for the real gateway.
 *
 *     deno task bench [--runs 30] [--official-runs 3] [--without-real]
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, release, tmpdir, type } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { parseArgs } from "node:util";
import { version } from "../src/version.ts";
import { compile } from "./build.ts";
import { labNode, officialCli, type RunningGateway, startDevGateway, startRealGateway } from "./bench/gateways.ts";
import { pairDevice } from "./bench/login.ts";
import { median, type Program, time, type Usage, watchPeakBytes } from "./bench/measure.ts";
import { type Aim, renderAims, renderTable, type Row } from "./bench/table.ts";

const gatewayVersion = "2026.9.6";
const binaries = { hello: ".cache/bench/hello", bare: ".cache/bench/bare_client", claw: "dist/claw" } as const;

interface Contestant extends Program {
  readonly name: string;
  readonly against?: Row["against"];
  /** Left out: as many as the others. */
  readonly runs?: number;
}

const names = {
  hello: "compiled hello",
  version: "`claw --version`",
  bareDev: "bare client → dev gateway",
  eventDev: "`claw event --now` → dev gateway",
  bareReal: `bare client → ${gatewayVersion}`,
  eventReal: `\`claw event --now\` → ${gatewayVersion}`,
  reference: `Node 24 with @openclaw/gateway-client → ${gatewayVersion}`,
  official: `\`openclaw system event\` → ${gatewayVersion}`,
} as const;

const wallRatio: Aim["of"] = (row, other) => row.wallMs / (other?.wallMs ?? NaN);
const aims: readonly Aim[] = [
  { row: names.version, what: "wall × hello", most: 1.5, of: wallRatio },
  ...[names.eventDev, names.eventReal].flatMap((row): Aim[] => [
    { row, what: "wall × bare client", most: 1.3, of: wallRatio },
    { row, what: "CPU ms", most: 12, of: ({ cpuMs }) => cpuMs },
    { row, what: "peak MiB", most: 36, of: ({ peakMiB }) => peakMiB },
  ]),
];

/** The bare client and `claw event` against one gateway, both known to it as devices already. */
async function duel(gateway: RunningGateway, folder: string, bare: string, event: string): Promise<Contestant[]> {
  mkdirSync(folder, { recursive: true });
  const login = join(folder, "login.json");
  await pairDevice(gateway.url, gateway.token, login);
  const env = { HOME: folder, CLAW_CONFIG_DIR: join(folder, "config"), CLAW_STATE_DIR: join(folder, "state") };
  const command = [binaries.claw, "event", "hello", "--now", "--url", gateway.url];
  writeFileSync(join(folder, "token"), gateway.token, { mode: 0o600 });
  // The first contact pairs and stores the device token; what is measured are the runs after it.
  time({ command, env: { ...env, CLAW_TOKEN_FILE: join(folder, "token") } });
  return [
    { name: bare, command: [binaries.bare, login] },
    { name: event, command, env, against: { name: bare, as: "bare client" } },
  ];
}

async function gather(stack: AsyncDisposableStack, folder: string, withReal: boolean, officialRuns: number) {
  const dev = stack.use(await startDevGateway(binaries.claw));
  const contestants: Contestant[] = [
    { name: names.hello, command: [binaries.hello] },
    { name: names.version, command: [binaries.claw, "--version"], against: { name: names.hello, as: "hello" } },
    ...await duel(dev, join(folder, "dev"), names.bareDev, names.eventDev),
  ];
  if (!withReal) return contestants;
  const home = join(folder, "gateway");
  const real = stack.use(await startRealGateway(gatewayVersion, home));
  const duelists = await duel(real, join(folder, "real"), names.bareReal, names.eventReal);
  const against = { name: names.eventReal, as: "`claw event`" };
  const reference = [labNode(), "scripts/bench/reference_client.mjs", join(folder, "real", "login.json")];
  const official = officialCli(gatewayVersion, home, "system", "event", "--text", "hello", "--mode", "now");
  time({ command: official });
  return [
    ...contestants,
    ...duelists,
    { name: names.reference, command: reference, against },
    { name: names.official, command: official, runs: officialRuns, against },
  ];
}

/** Each program once a round, so that what disturbs the machine disturbs them all. */
async function measure(contestants: readonly Contestant[], rounds: number): Promise<Row[]> {
  const tallies = contestants.map((contestant) => ({ contestant, usages: [] as Usage[], peakBytes: 0 }));
  for (let round = 0; round < rounds; round++) {
    for (const tally of tallies) {
      const { contestant } = tally;
      if (round >= (contestant.runs ?? rounds)) continue;
      tally.usages.push(time(contestant));
      tally.peakBytes = Math.max(tally.peakBytes, await watchPeakBytes(contestant));
    }
  }
  return tallies.map(({ contestant: { name, against }, usages, peakBytes }) => ({
    name,
    wallMs: median(usages.map(({ wallMs }) => wallMs)),
    cpuMs: median(usages.map(({ cpuMs }) => cpuMs)),
    peakMiB: peakBytes / 2 ** 20,
    runs: usages.length,
    ...(against === undefined ? {} : { against }),
  }));
}

function describeMachine(): string {
  const processors = cpus();
  const day = new Date().toISOString().slice(0, 10);
  return `claw ${version}, ${day}, ${processors.length} × ${processors[0]?.model.trim()}, ${type()} ${release()}`;
}

async function main(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      "runs": { type: "string", default: "30" },
      "official-runs": { type: "string", default: "3" },
      "without-real": { type: "boolean", default: false },
    },
  });
  compile({ entry: "scripts/bench/hello.ts", outfile: binaries.hello });
  compile({ entry: "scripts/bench/bare_client.ts", outfile: binaries.bare });
  compile({ entry: "main.ts", outfile: binaries.claw });
  const folder = mkdtempSync(join(tmpdir(), "claw-bench-"));
  try {
    await using stack = new AsyncDisposableStack();
    const contestants = await gather(stack, folder, !values["without-real"], Number(values["official-runs"]));
    const rows = await measure(contestants, Number(values.runs));
    console.log(`${describeMachine()}. Medians; the highest peak.\n\n${renderTable(rows)}\n${renderAims(aims, rows)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (import.meta.main) await main(process.argv.slice(2));
