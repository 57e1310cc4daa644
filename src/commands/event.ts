/**
 * `claw event`: hands a text to the gateway's agent, at once or with its next heartbeat. On the wire it is a `wake`,
 * which has no idempotency key: nothing here ever sends it twice.
 */
import { defineCommand } from "../cli/command.ts";
import type { Context } from "../cli/context.ts";
import { blameAgent } from "../cli/default_agent.ts";
import { done, negative, type Outcome } from "../cli/outcome.ts";
import { type HeartbeatProof, watchHeartbeats } from "../client/heartbeat_proof.ts";
import { ClawError } from "../errors.ts";
import { scopes, type WakeMode, wakeModes, type WakeParams } from "../protocol/mod.ts";
import { parseDuration } from "../settings/duration.ts";
import { describePlace, placeOf } from "../settings/endpoint.ts";

interface EventOptions {
  readonly now: boolean;
  readonly mode: WakeMode | undefined;
  readonly sessionKey: string | undefined;
  readonly agent: string | undefined;
  readonly file: string | undefined;
  readonly verify: boolean;
  readonly verifyTimeout: string | undefined;
}

export const event = defineCommand({
  isReadOnly: false,
  acrossContexts: true,
  arguments: [{ name: "text", summary: "the text; - reads it from standard input", isVariadic: true }],
  flags: {
    now: { type: "boolean", summary: "start a heartbeat run at once: the same as --mode now" },
    mode: { type: "string", value: "mode", choices: wakeModes, summary: "when to run (default: next-heartbeat)" },
    sessionKey: { type: "string", value: "key", summary: "session to wake (gateways of protocol 4)" },
    agent: { type: "string", value: "id", summary: "agent to wake (gateways of protocol 4)" },
    file: { type: "string", value: "path", summary: "read the text from a file" },
    verify: { type: "boolean", summary: "wait for proof that a heartbeat ran; exit 1 without it" },
    verifyTimeout: { type: "string", value: "duration", summary: "how long to wait for that proof (default: 30s)" },
  },
  examples: [
    { line: 'claw event "backup finished" --now', does: "deliver and start a heartbeat run" },
    { line: "df -h | claw event - --mode next-heartbeat", does: "deliver the output of a command" },
    { line: 'claw event "deploy done" --now --verify', does: "deliver and wait until the agent has run" },
  ],
  notes: [
    "Exit 0 means that the gateway has the text, in its memory: a restart before the run loses it.",
    "Standard input and --file may take their time, unless --timeout is given: then reading them counts too.",
    "A gateway may run few heartbeats a minute (2026.9.6: five), so that --verify sees none within its time.",
    "Exit 79 means that no answer came after it was sent. There is no way to send it again without the risk of\n" +
    "delivering it twice, so claw does not. The last line feed of standard input or a file is not part of the text.",
  ],
  async run(options, operands, context) {
    const mode = modeOf(options);
    refuseEmpty("--session-key", options.sessionKey);
    refuseEmpty("--agent", options.agent);
    refuseEmpty("--file", options.file);
    const verifyMs = parseDuration(options.verifyTimeout ?? "30s", { kind: "flag", name: "--verify-timeout" });
    if (options.verify) context.extendTime(verifyMs);
    const text = await readText(options, operands, context);
    // The key of a session names its agent.
    const isOpen = options.agent === undefined && options.sessionKey === undefined;
    const byDefault = isOpen ? (await context.settings()).agent : undefined;
    const agentId = options.agent ?? byDefault?.value;
    const params: WakeParams = {
      mode,
      text,
      ...(options.sessionKey === undefined ? {} : { sessionKey: options.sessionKey }),
      ...(agentId === undefined ? {} : { agentId }),
    };
    return await deliver(params, options.verify ? verifyMs : undefined, context).catch((thrown: unknown) => {
      throw blameAgent(thrown, byDefault);
    });
  },
});

async function deliver(params: WakeParams, verifyMs: number | undefined, context: Context): Promise<Outcome> {
  const { connection } = await context.gateway(scopes.write);
  const watch = verifyMs === undefined ? undefined : watchHeartbeats(connection, context.clock, context.signal);
  const result = await connection.call("wake", params, context.signal);
  if (!result.ok) {
    throw new ClawError("gateway/rejected", "the gateway did not take the event", { details: { method: "wake" } });
  }
  const endpoint = (await context.settings()).endpoint.value;
  const { server } = connection.handshake.hello;
  const data = { status: "delivered", mode: params.mode, gateway: { ...placeOf(endpoint), version: server.version } };
  const when = params.mode === "now" ? "now" : "with the next heartbeat";
  const line = `delivered to gateway ${server.version} at ${describePlace(endpoint)}, to run ${when}`;
  if (watch === undefined || verifyMs === undefined) return done(data, { kind: "line", text: line });
  return proven(data, await watch.result(verifyMs));
}

function proven(delivered: object, proof: HeartbeatProof): Outcome {
  const { verdict, heartbeat, because } = proof;
  const data = { ...delivered, heartbeat: { ...heartbeat, verdict } };
  if (verdict === "ran") return done(data, { kind: "line", text: `heartbeat ran: ${heartbeat?.status}` });
  const reason = heartbeat?.reason ?? "no reason given";
  // With a preview the agent did answer, but the gateway had nowhere to send it: `target` is none unless configured.
  const skipped = heartbeat?.preview === undefined ? "the heartbeat was skipped" : "its answer was not delivered";
  const text = {
    failed: `accepted, but the heartbeat failed: ${reason}`,
    skipped: `accepted, but ${skipped}: ${reason}`,
    none: `accepted, but no heartbeat was seen${because === undefined ? " in time" : `: ${because}`}`,
  }[verdict];
  return negative(data, { kind: "line", text });
}

/** `--session-key "$UNSET"` must not quietly wake another session. */
function refuseEmpty(flag: string, value: string | undefined): void {
  if (value === "") throw new ClawError("usage/bad-flag", `${flag}: the value is empty`);
}

function modeOf({ now, mode }: EventOptions): WakeMode {
  if (now && mode === "next-heartbeat") {
    throw new ClawError("usage/bad-flag", "--now and --mode next-heartbeat contradict each other", {
      hint: "leave one of them out: see `claw help event`",
    });
  }
  return now ? "now" : mode ?? "next-heartbeat";
}

async function readText(options: EventOptions, operands: readonly string[], context: Context): Promise<string> {
  const isStdin = operands.length === 1 && operands[0] === "-";
  if (options.file !== undefined && operands.length > 0) {
    throw new ClawError("usage/bad-flag", "the text comes either from --file or from the command line", {
      hint: "leave one of them out: see `claw help event`",
    });
  }
  const source = options.file ?? (isStdin ? "-" : undefined);
  const text = source === undefined ? operands.join(" ") : (await context.readInput(source)).replace(/\r?\n$/, "");
  if (text.trim() !== "") return text;
  const where = source === undefined ? "" : source === "-" ? " on standard input" : ` in ${source}`;
  throw new ClawError("usage/missing-argument", `no text${where}: an event needs some`, {
    hint: 'write it like `claw event "text" --now`',
  });
}
