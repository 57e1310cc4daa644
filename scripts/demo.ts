/**
 * `deno task demo`: the main job in one go, on this machine alone. It starts the embedded gateway on a free loopback
 * port, makes a device key that nobody keeps, sends an event over a real socket and shows what both ends saw.
 */
import process from "node:process";
import type { Connection } from "../src/client/connection.ts";
import { dial } from "../src/client/dial.ts";
import { DevGateway } from "../src/devgateway/gateway.ts";
import { listen } from "../src/devgateway/listen.ts";
import { formatLogLine } from "../src/devgateway/log.ts";
import { ClawError } from "../src/errors.ts";
import { generateKey, importIdentity } from "../src/identity/keypair.ts";
import { createTimeLimit, realClock as clock } from "../src/platform/clock.ts";
import { createRealWorld } from "../src/platform/real_world.ts";
import { openWebSocket } from "../src/transport/web_socket.ts";

const token = "claw-demo-token";
const text = "hello from the demo";
const { ids, os, interrupted, stdout } = createRealWorld();
const say = (line: string) => stdout.write(`${line}\n`);

async function demo(): Promise<void> {
  const gateway = new DevGateway({
    protocol: 4,
    auth: { mode: "token", secret: token },
    pairing: "auto",
    clock,
    ids,
    log: (line) => say(`  gateway │ ${formatLogLine(line)}`),
  });
  const listening = await listen(gateway, { port: 0 });
  say(`gateway   ${listening.url}, embedded, protocol 4`);
  using limit = createTimeLimit(clock, () => new ClawError("net/timeout", "the time is over"), interrupted);
  limit.set(10_000);
  const connection = await connect(new URL(listening.url), limit.signal);
  const startedAt = clock.elapsed();
  const { ok } = await connection.call("wake", { mode: "now", text }, limit.signal);
  report(connection, clock.elapsed() - startedAt, ok);
  await connection.close(clock.sleep);
  const [wake] = gateway.memory.wakes;
  say(`recorded  ${JSON.stringify(wake)}`);
  await listening.close();
  if (!ok || wake?.text !== text) throw new ClawError("internal", "the gateway did not record the event");
}

/** The whole handshake, with a device of this moment. */
async function connect(url: URL, signal: AbortSignal): Promise<Connection> {
  const device = await importIdentity(await generateKey());
  say(`device    ${device.deviceId.slice(0, 16)}…, made for this demo`);
  const credentials = { device, secret: { kind: "token", value: token } as const, scopes: ["operator.write"] };
  const source = { first: () => Promise.resolve(credentials), afterRefusal: () => Promise.resolve(undefined) };
  return await dial(source, { clock, ids, os, signal, retryMs: 0, open: (ending) => openWebSocket(url, ending) });
}

function report({ timings, grantedScopes }: Connection, callMs: number, ok: boolean): void {
  const { openMs, challengeMs, helloMs } = timings;
  for (
    const [phase, ms] of Object.entries({ open: openMs, challenge: challengeMs, "hello-ok": helloMs, wake: callMs })
  ) {
    say(`${phase.padEnd(9)} ${ms.toFixed(1).padStart(6)} ms`);
  }
  say(`answer    ok: ${ok}, granted ${grantedScopes.join(", ")}`);
}

await demo();
process.exit(0);
