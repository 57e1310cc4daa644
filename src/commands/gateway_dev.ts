/**
 * `claw gateway dev`: the embedded gateway, for tests, demos and authors of other clients. Loopback only; it tells line
 * by line what each client did, and what a real gateway objects to. The one command that may see `src/devgateway`.
 */
import { defineCommand } from "../cli/command.ts";
import type { Context } from "../cli/context.ts";
import { type Shown, stream } from "../cli/outcome.ts";
import { DevGateway, type DevGatewayOptions } from "../devgateway/gateway.ts";
import { listen } from "../devgateway/listen.ts";
import { formatLogLine, type GatewayLogLine } from "../devgateway/log.ts";
import { ClawError } from "../errors.ts";

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
    state: { type: "string", value: "dir", summary: "keep cron jobs and their runs there" },
  },
  examples: [
    { line: "claw gateway dev --port 18790", does: "listen on 127.0.0.1:18790 until interrupted" },
    { line: "claw gateway dev --state ./jobs", does: "find the cron jobs of the last time again" },
    { line: "claw gateway dev --port 0 --protocol 3 --json", does: "any free port, like 2026.3.13, a JSON line each" },
  ],
  notes: [
    `Its token is the one that --token or CLAW_TOKEN gives, else ${devToken}; its port is --port, else\n${devPort}.`,
    "It fires cron jobs as the real ones do; expressions without a zone are read in this machine's. No\nagent works in it: a run is over after 40 ms, and ok. With --state, jobs and runs are there again at\nthe next start, and what was missed is made up for; all else is kept in memory.",
  ],
  run(options, _operands, context) {
    const { pairing = "auto", state } = options;
    if (state === "") throw new ClawError("usage/bad-flag", "--state needs a directory");
    const protocol = options.protocol === "3" ? 3 : 4;
    const kept = state === undefined ? {} : { stateDirectory: state };
    return Promise.resolve(stream(serve({ protocol, pairing, ...kept }, context)));
  },
});

type Play = Pick<DevGatewayOptions, "protocol" | "pairing" | "stateDirectory">;

async function* serve(play: Play, context: Context): AsyncGenerator<Shown> {
  const { port = devPort, token: givenToken } = context.listenSettings();
  const lines: GatewayLogLine[] = [];
  let wake = () => {};
  const { protocol } = play;
  const gateway = new DevGateway({
    ...play,
    ...(context.zone === undefined ? {} : { zone: context.zone }),
    auth: { mode: "token", secret: givenToken ?? devToken },
    clock: context.clock,
    ids: context.ids,
    log: (line) => {
      lines.push(line);
      wake();
    },
  });
  const listening = await listen(gateway, { port });
  try {
    const token = givenToken === undefined ? devToken : "(as given)";
    yield {
      data: { event: "listening", url: listening.url, port: listening.port, protocol, token },
      view: { kind: "line", text: `listening on ${listening.url} as protocol ${protocol}, token ${token}` },
    };
    context.signal.addEventListener("abort", () => wake(), { once: true });
    while (!context.signal.aborted) {
      while (lines.length > 0) {
        const line = lines.shift() as GatewayLogLine;
        yield { data: line, view: { kind: "line", text: formatLogLine(line) } };
      }
      await new Promise<void>((resolve) => (wake = resolve));
    }
    throw context.signal.reason ?? new ClawError("interrupted", "interrupted");
  } finally {
    await gateway.close();
    await listening.close();
  }
}
