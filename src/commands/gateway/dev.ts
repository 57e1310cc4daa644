/**
 * `claw gateway dev`: the embedded gateway, for tests, demos and authors of other clients. Loopback only; it tells line
 * by line what each client did, and what a real gateway objects to. With its neighbours the only command
 * that may see `src/devgateway`.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { type Shown, stream, type View } from "../../cli/outcome.ts";
import type { KeyedCertificate } from "../../devgateway/certificate.ts";
import { type FaultPlan, skewClock } from "../../devgateway/fault_plan.ts";
import { Explainer, type Explanation, explanationLines } from "../../devgateway/explainer.ts";
import { DevGateway, type DevGatewayOptions } from "../../devgateway/gateway.ts";
import { listen } from "../../devgateway/listen.ts";
import { formatLogLine, type GatewayLogLine } from "../../devgateway/log.ts";
import { ClawError } from "../../errors.ts";
import { listWord, planFrom, showFaults } from "./faults.ts";

/** The port that OpenClaw's own development profile uses. */
const devPort = 19001;
const devToken = "claw-dev-token";

export const gatewayDev = defineCommand({
  isReadOnly: true,
  flags: {
    protocol: { type: "string", value: "version", choices: ["3", "4"], summary: "generation to play (default: 4)" },
    pairing: {
      type: "string",
      value: "how",
      choices: ["auto", "manual"],
      summary: "approve new devices (default: auto)",
    },
    tls: { type: "boolean", summary: "speak wss:// only, with a self-signed certificate made at the start" },
    state: { type: "string", value: "dir", summary: "keep cron jobs and their runs there" },
    explain: { type: "boolean", summary: "tell what each client did, frame by frame, and what is wrong with it" },
    fault: { type: "list", value: "name[=value]", summary: "misbehave so (repeatable); list: show all; or a script" },
  },
  examples: [
    { line: "claw gateway dev --port 18790", does: "listen on 127.0.0.1:18790 until interrupted" },
    { line: "claw gateway dev --state ./jobs", does: "find the cron jobs of the last time again" },
    { line: "claw gateway dev --tls", does: "and print the SHA-256 to give to --tls-fingerprint" },
    { line: "claw gateway dev --explain", does: "look over the shoulder of a client that you write" },
    { line: "claw gateway dev --fault close-before-challenge=1000", does: "drop every handshake" },
    { line: "claw gateway dev --fault list", does: "show every fault, and the reports it comes from" },
    { line: "claw gateway dev --port 0 --protocol 3 --json", does: "any free port, like 2026.3.13, a JSON line each" },
  ],
  notes: [
    `Its token is the one that --token or CLAW_TOKEN gives, else ${devToken}; its port is --port, else\n${devPort}.`,
    "It fires cron jobs as the real ones do; expressions without a zone are read in this machine's. No\nagent works in it: a run is over after 40 ms, and ok. With --state, jobs and runs are there again at\nthe next start, and what was missed is made up for; all else is kept in memory.",
    "With --explain, challenge and hello-ok are held for 50 ms each: a client that does not wait for them\nshows it. No secret and no params are shown, only their names.",
    'A fault meets every connection. A script, a file that ends with .json5 or .json, counts connections:\n[{ connections: 2, faults: ["close-before-challenge=1000"] }] drops the first two, the third is well.\nWhat happens to requests may be kept to one method: --fault close-after-request=1006@cron.run.\nThe reports that --fault list names are issues of openclaw/openclaw, where no other repository stands;\nwhat no user met yet, but a client must bear, has none.',
  ],
  async run(options, _operands, context) {
    const { pairing = "auto", state, tls, fault, explain } = options;
    if (fault.includes(listWord)) return showFaults();
    if (state === "") throw new ClawError("usage/bad-flag", "--state needs a directory");
    const protocol = options.protocol === "3" ? 3 : 4;
    const kept = state === undefined ? {} : { stateDirectory: state };
    const plan = await planFrom(fault);
    return stream(serve({ protocol, pairing, ...kept }, { isTls: tls, isExplained: explain, plan }, context));
  },
});

type Play = Pick<DevGatewayOptions, "protocol" | "pairing" | "stateDirectory">;

interface Lab {
  readonly isTls: boolean;
  readonly isExplained: boolean;
  readonly plan: FaultPlan | undefined;
}

async function* serve(play: Play, lab: Lab, context: Context): AsyncGenerator<Shown> {
  const { port = devPort, token: givenToken } = context.listenSettings();
  const { protocol } = play;
  const { clock, ids } = context;
  const { plan } = lab;
  const lines = new Lines();
  const secret = givenToken ?? devToken;
  const options = { clock, ids, secret, hasFaults: plan !== undefined, tell: lines.explain };
  const explainer = lab.isExplained ? new Explainer(options) : undefined;
  const gateway = new DevGateway({
    ...play,
    ...(context.zone === undefined ? {} : { zone: context.zone }),
    auth: { mode: "token", secret },
    clock: skewClock(clock, plan?.clockSkewMs ?? 0),
    ids,
    log: explainer === undefined ? lines.log : (line) => explainer.hear(line),
  });
  const certificate = lab.isTls ? await makeOwnCertificate(context) : undefined;
  const listening = await listen(explainer?.explain(gateway) ?? gateway, {
    port,
    ...(certificate === undefined ? {} : { tls: certificate }),
    ...(plan === undefined ? {} : { faults: { plan, protocol, clock, ids } }),
  });
  try {
    const token = givenToken === undefined ? devToken : "(as given)";
    yield greeting({ event: "listening", url: listening.url, port: listening.port, protocol, token }, certificate);
    yield* lines.until(context.signal);
  } finally {
    await listening.close();
  }
}

/** Lines that wait to be shown. */
class Lines {
  readonly #waiting: Shown[] = [];
  #wake = () => {};

  readonly log = (line: GatewayLogLine): void => this.#add(line, formatLogLine(line).split("\n"));

  readonly explain = (explanation: Explanation): void => this.#add(explanation, explanationLines(explanation));

  /** Shows them as they come. @throws the signal's reason */
  async *until(signal: AbortSignal): AsyncGenerator<Shown> {
    signal.addEventListener("abort", () => this.#wake(), { once: true });
    while (!signal.aborted) {
      for (let line = this.#waiting.shift(); line !== undefined; line = this.#waiting.shift()) yield line;
      if (!signal.aborted) await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    throw signal.reason;
  }

  #add(data: unknown, texts: readonly string[]): void {
    const views = texts.map((text): View => ({ kind: "line", text }));
    this.#waiting.push({ data, view: { kind: "stack", views } });
    this.#wake();
  }
}

function greeting(
  facts: { event: "listening"; url: string; port: number; protocol: number; token: string },
  certificate: KeyedCertificate | undefined,
): Shown {
  const text = `listening on ${facts.url} as protocol ${facts.protocol}, token ${facts.token}`;
  if (certificate === undefined) return { data: facts, view: { kind: "line", text } };
  const { fingerprint } = certificate;
  const data = { ...facts, tlsFingerprint: fingerprint };
  return { data, view: { kind: "line", text: `${text}, certificate SHA-256 ${fingerprint}` } };
}

/** Valid a day before and a year after its start: a new one is made each time. */
async function makeOwnCertificate({ clock, ids }: Context): Promise<KeyedCertificate> {
  const { makeCertificate } = await import("../../devgateway/certificate.ts");
  const dayMs = 86_400_000;
  const now = clock.now();
  return await makeCertificate({
    commonName: "claw-dev-gateway",
    names: ["localhost"],
    addresses: ["127.0.0.1"],
    validFromMs: now - dayMs,
    validToMs: now + 365 * dayMs,
    serial: ids.bytes(16),
  });
}
