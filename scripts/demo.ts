/**
 * `deno task demo`: the main job in one go, on this machine alone. It starts the embedded gateway on a free loopback
 * port, makes a device key that nobody keeps, sends an event over a real socket and shows what both ends saw.
 */
import process from "node:process";
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

async function demo(say: (line: string) => void): Promise<void> {
  const { ids, os, interrupted } = createRealWorld();
  const gateway = new DevGateway({
    protocol: 4,
    auth: { mode: "token", secret: token },
    pairing: "auto",
    clock,
    ids,
    log: (line) => say(`  gateway │ ${formatLogLine(line)}`),
  });
  const listening = await listen(gateway, { port: 0 });
  using limit = createTimeLimit(clock, () => new ClawError("net/timeout", "the time is over"), interrupted);
  limit.set(10_000);
  const device = await importIdentity(await generateKey());
  say(`gateway   ${listening.url}, embedded, protocol 4`);
  say(`device    ${device.deviceId.slice(0, 16)}…, made for this demo`);

  const credentials = { device, secret: { kind: "token", value: token } as const, scopes: ["operator.write"] };
  const connection = await dial(
    { first: () => Promise.resolve(credentials), afterRefusal: () => Promise.resolve(undefined) },
    {
      clock,
      ids,
      os,
      signal: limit.signal,
      retryMs: 0,
      open: (signal) => openWebSocket(new URL(listening.url), signal),
    },
  );
  const startedAt = clock.elapsed();
  const { ok } = await connection.call("wake", { mode: "now", text }, limit.signal);
  const callMs = clock.elapsed() - startedAt;
  const { openMs, challengeMs, helloMs } = connection.timings;
  for (
    const [phase, ms] of Object.entries({
      "open": openMs,
      "challenge": challengeMs,
      "hello-ok": helloMs,
      "wake": callMs,
    })
  ) {
    say(`${phase.padEnd(9)} ${ms.toFixed(1).padStart(6)} ms`);
  }
  say(`answer    ok: ${ok}, granted ${connection.grantedScopes.join(", ")}`);
  await connection.close(clock.sleep);
  say(`recorded  ${JSON.stringify(gateway.memory.wakes[0])}`);
  await listening.close();
  if (!ok || gateway.memory.wakes[0]?.text !== text) {
    throw new ClawError("internal", "the gateway did not record the event");
  }
}

const { stdout } = createRealWorld();
await demo((line) => stdout.write(`${line}\n`));
process.exit(0);
