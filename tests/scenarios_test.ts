/**
 * Runs `tests/scenarios/*.txt`: whole sessions against the dev gateway, each for a report of somebody who met the like.
 */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, it } from "node:test";
import { certificateFor } from "./support/certificate.ts";
import { createDevice } from "./support/dev_client.ts";
import { openSocketGateway, type SocketChoices, type SocketGateway } from "./support/dev_gateway.ts";
import { matches, parseScenario, type Scenario, type ScenarioCommand } from "./support/scenario.ts";
import { createTestHome, type TestHome } from "./support/world.ts";

const folder = join(import.meta.dirname ?? ".", "scenarios");

describe("scenario", () => {
  const names = readdirSync(folder).filter((name) => name.endsWith(".txt")).sort();
  it("files are found", () => assert.ok(names.length >= 8, names.join()));

  for (const name of names) {
    const scenario = parseScenario(readFileSync(join(folder, name), "utf8"));
    it(`${name.replace(".txt", "").replaceAll("_", " ")} (${scenario.guards.join(", ")})`, async () => {
      assert.ok(scenario.guards.length > 0, "it cites no report");
      await using stage = await setUp(scenario);
      for (const command of scenario.commands) await play(command, stage);
    });
  }
});

const hourly = {
  schedule: { kind: "every", everyMs: 3_600_000 },
  sessionTarget: "main",
  wakeMode: "next-heartbeat",
  payload: { kind: "systemEvent", text: "good morning" },
} as const;

interface Stage extends AsyncDisposable {
  readonly home: TestHome;
  /** Puts facts in the place of their names. */
  fill(text: string): string;
}

async function play(command: ScenarioCommand, { home, fill }: Stage): Promise<void> {
  for (const { path, content } of command.files) {
    mkdirSync(dirname(join(home.path, path)), { recursive: true });
    writeFileSync(join(home.path, path), fill(content), { mode: 0o600 });
  }
  const env = Object.fromEntries(Object.entries(command.env).map(([name, value]) => [name, fill(value)]));
  const { exit, stdout, stderr } = await home.claw(command.args.map(fill), {
    env,
    stdin: command.stdin,
    ...(env["TZ"] === undefined ? {} : { zone: env["TZ"] }),
  });
  const said = `${command.line}\n${stdout}${stderr.replace(/^(?=.)/gm, "! ")}[exit ${exit}]`;
  assert.equal(exit, command.exit, said);
  assert.ok(matches(stdout, command.stdout.map(fill)), said);
  assert.ok(matches(stderr, command.stderr.map(fill)), said);
  assert.ok(!(stdout + stderr).includes(fill("$SECRET")), "no output shows the gateway's secret");
}

async function setUp({ gateway: options }: Scenario): Promise<Stage> {
  const home = createTestHome();
  const gateway = options === undefined ? undefined : await openGateway(options);
  const facts: Readonly<Record<string, string>> = { HOME: home.path, ...gateway?.facts };
  return {
    home,
    fill: (text) => text.replace(/\$(\w+)/g, (whole, name: string) => facts[name] ?? whole),
    async [Symbol.asyncDispose]() {
      await gateway?.[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    },
  };
}

/**
 * `fault=NAME=VALUE` is one of `claw gateway dev --fault`.
 * `drops=N` cuts the first N connections when they present themselves; `loses=answer` cuts at the first answer, and
 * `loses=run` at that to `cron.run`, `loses=add` at that to `cron.add`. `job=NAME` is a cron job, whose runs end with `run=STATUS` after `runMs=N`.
 * `asks=NAME` is a device that calls itself so and waits for approval to read ($REQUEST, $DEVICE); with `grows=yes` it
 * asked for admin since. `tls=yes` speaks TLS by a certificate that nobody signed ($FINGERPRINT).
 */
async function openGateway(options: Readonly<Record<string, string>>) {
  const status = options["run"] === "error" ? "error" : "ok";
  const certificate = options["tls"] === undefined ? undefined : await certificateFor();
  const gateway = await openSocketGateway({
    ...(certificate === undefined ? {} : { tls: certificate }),
    protocol: options["protocol"] === "3" ? 3 : 4,
    pairing: options["pairing"] === "manual" ? "manual" : "auto",
    ...faultsFor(options),
    ...(options["heartbeat"] === "none" ? { heartbeat: "none" } : {}),
    ...(options["job"] === undefined ? {} : {
      cronRun: {
        status,
        durationMs: Number(options["runMs"] ?? 40),
        ...(status === "ok" ? {} : { error: "no model" }),
      },
    }),
  });
  if (options["job"] !== undefined) gateway.gateway.memory.cron.add({ ...hourly, name: options["job"] });
  const asking = options["asks"] === undefined
    ? {}
    : await askToPair(gateway, options["asks"], options["grows"] === "yes");
  return {
    facts: {
      PORT: String(gateway.port),
      URL: gateway.url,
      SECRET: gateway.secret,
      FINGERPRINT: certificate?.fingerprint ?? "",
      ...asking,
    },
    [Symbol.asyncDispose]: () => gateway[Symbol.asyncDispose](),
  };
}

/** The faults that a scenario's options ask for. */
function faultsFor({ drops, loses, fault }: Readonly<Record<string, string>>): SocketChoices {
  if (fault !== undefined) return { faults: [fault] };
  if (drops !== undefined) {
    return { faultScript: [{ connections: Number(drops), faults: ["close-after-connect=1006"] }] };
  }
  if (loses === undefined) return {};
  const method = { run: "@cron.run", add: "@cron.add" }[loses] ?? "";
  return { faults: [`close-after-request=1006${method}`] };
}

async function askToPair({ gateway }: SocketGateway, displayName: string, grows: boolean) {
  const { deviceId, publicKey } = await createDevice();
  const client = { platform: "linux", clientId: "cli", clientMode: "cli", role: "operator" };
  const claim = { deviceId, publicKey, displayName, ...client, remoteIp: "203.0.113.9" };
  const { pairings } = gateway.memory;
  const { requestId } = pairings.request({ ...claim, scopes: ["operator.read"] }, false).request;
  if (grows) pairings.request({ ...claim, scopes: ["operator.admin"] }, false);
  return { REQUEST: requestId, DEVICE: deviceId, DEVICE_START: deviceId.slice(0, 8) };
}
