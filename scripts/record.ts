/**
 * Records a conversation with a real gateway in the form of `tests/transcripts`: handshake, then the given calls one
 * after the other, then what comes unasked for a while. Tokens, passwords and signatures are masked; look it over all
 * the same before it is committed, since names of the host and its people may stand in results.
 *
 *     deno task record --url ws://127.0.0.1:18789 --token-file FILE --out FILE.jsonl [METHOD [PARAMS]]…
 *     deno task record … health wake '{"mode":"now","text":"hi"}' status
 */
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import process from "node:process";
import { parseArgs } from "node:util";
import type { PresentedSecret } from "../src/client/credentials.ts";
import { type Handshake, handshake } from "../src/client/handshake.ts";
import { traceTransport } from "../src/client/trace.ts";
import { generateKey, importIdentity } from "../src/identity/keypair.ts";
import { type Clock, realClock } from "../src/platform/clock.ts";
import type { Os } from "../src/platform/world.ts";
import { decodeFrame, encodeFrame } from "../src/protocol/mod.ts";
import type { Transport } from "../src/transport/transport.ts";
import { openWebSocket } from "../src/transport/web_socket.ts";
import { version } from "../src/version.ts";

/** One request to make. */
export interface RecordedCall {
  readonly method: string;
  readonly params: unknown;
}

export interface RecordOptions {
  readonly secret: PresentedSecret;
  readonly scopes: readonly string[];
  readonly calls: readonly RecordedCall[];
  /** How long to go on listening after the last answer, in ms. */
  readonly listenMs: number;
  readonly clock: Clock;
  readonly os: Os;
  readonly signal: AbortSignal;
  /** Gets one JSON text a call, without a line end. */
  readonly write: (line: string) => void;
}

/**
 * Talks to the gateway at the other end as a new device, and writes down every frame.
 * @throws ClawError as `handshake` does, or when the gateway hangs up before it answered a call; what was said until
 * then is written
 */
export async function record(transport: Transport, options: RecordOptions): Promise<void> {
  const { secret, scopes, calls, clock, signal, write } = options;
  const traced = traceTransport(transport, clock, write);
  const device = await importIdentity(await generateKey());
  const { hello, protocol } = await handshake(traced, { device, secret, scopes }, options);
  write(noteOf(hello, protocol, clock));
  for (const [index, { method, params }] of calls.entries()) {
    const id = `r${index + 1}`;
    traced.send(encodeFrame({ type: "req", id, method, params }));
    await answerTo(id, traced, signal);
  }
  await listen(traced, options);
  traced.close();
  await traced.closed;
}

/** Reads `METHOD [PARAMS]…`: a word that starts with `{` belongs to the method before it. @throws SyntaxError */
export function parseCalls(words: readonly string[]): RecordedCall[] {
  const calls: RecordedCall[] = [];
  for (const word of words) {
    const last = calls.at(-1);
    if (!word.startsWith("{")) calls.push({ method: word, params: {} });
    else if (last === undefined) throw new SyntaxError(`params without a method: ${word}`);
    else calls.splice(-1, 1, { method: last.method, params: JSON.parse(word) });
  }
  return calls;
}

function noteOf(hello: Handshake["hello"], protocol: number, clock: Clock): string {
  const day = new Date(clock.now()).toISOString().slice(0, 10);
  return JSON.stringify({ note: `gateway ${hello.server.version}, protocol ${protocol}, by claw ${version}, ${day}` });
}

async function answerTo(id: string, transport: Transport, signal: AbortSignal): Promise<void> {
  for (;;) {
    const message = await transport.receive(signal);
    if (message === undefined) throw new Error(`the gateway hung up before it answered ${id}`);
    const frame = decodeFrame(message);
    if (frame.type === "res" && frame.id === id) return;
  }
}

/** Takes what comes until the time is over or the gateway hangs up. */
async function listen(transport: Transport, { clock, listenMs }: RecordOptions): Promise<void> {
  const over = new AbortController();
  const cancel = clock.after(listenMs, () => over.abort());
  while (await transport.receive(over.signal).catch(() => undefined) !== undefined);
  cancel();
}

function readSecret(token: string | undefined, password: string | undefined): PresentedSecret {
  if (token !== undefined) return { kind: "token", value: readFileSync(token, "utf8").trim() };
  if (password !== undefined) return { kind: "password", value: readFileSync(password, "utf8").trim() };
  return { kind: "none", value: "" };
}

async function main(args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      "url": { type: "string", default: "ws://127.0.0.1:18789" },
      "token-file": { type: "string" },
      "password-file": { type: "string" },
      "out": { type: "string" },
      "scopes": { type: "string", default: "operator.read,operator.write" },
      "listen-ms": { type: "string", default: "500" },
    },
  });
  const { out } = values;
  if (out === undefined) throw new Error("name the file to write with --out FILE");
  const signal = AbortSignal.timeout(60_000 + Number(values["listen-ms"]));
  const transport = await openWebSocket(new URL(values.url), signal);
  writeFileSync(out, "");
  await record(transport, {
    secret: readSecret(values["token-file"], values["password-file"]),
    scopes: values.scopes.split(","),
    calls: parseCalls(positionals),
    listenMs: Number(values["listen-ms"]),
    clock: realClock,
    os: process.platform === "win32" ? "windows" : process.platform === "darwin" ? "darwin" : "linux",
    signal,
    write: (line) => appendFileSync(out, `${line}\n`),
  });
  console.log(`${readFileSync(out, "utf8").split("\n").length - 1} lines in ${out}`);
}

if (import.meta.main) await main(process.argv.slice(2));
