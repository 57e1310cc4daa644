/**
 * A dev gateway for tests: in memory on a clock that the test moves, or on a real loopback socket. Clients meet it
 * through a transport, as they meet any gateway.
 */
import { Explainer, type Explanation } from "../../src/devgateway/explainer.ts";
import { planFaults, readFaultScript, skewClock } from "../../src/devgateway/fault_plan.ts";
import { parseFault } from "../../src/devgateway/fault_text.ts";
import { DevGateway, type DevGatewayOptions } from "../../src/devgateway/gateway.ts";
import { listen, type ServerCertificate } from "../../src/devgateway/listen.ts";
import type { GatewayLogLine } from "../../src/devgateway/log.ts";
import { loopbackPeer, type PeerFacts } from "../../src/devgateway/peer.ts";
import { type Clock, realClock } from "../../src/platform/clock.ts";
import type { Ids } from "../../src/platform/world.ts";
import { createTransportPair } from "../../src/transport/pair.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { createManualClock, type ManualClock } from "./clock.ts";

/** The shared secret of every test gateway that is given no other. */
export const testSecret = "dev-gateway-test-secret";

/** Random enough for tests that meet real sockets. */
export const randomIds: Ids = {
  uuid: () => crypto.randomUUID(),
  random: () => 0.5,
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

/** What a test may choose; all else is a token gateway of protocol 4 that pairs on its own. */
export type GatewayChoices = Partial<Omit<DevGatewayOptions, "clock" | "log">>;

/** What a test may choose of a listening one. */
export type SocketChoices =
  & GatewayChoices
  & {
    readonly clock?: Clock;
    readonly port?: number;
    readonly tls?: ServerCertificate;
    /** As after `--fault`. */
    readonly faults?: readonly string[];
    /** As in a script after `--fault`. */
    readonly faultScript?: unknown;
    /** As with `--explain`: told of each line. */
    readonly explain?: (explanation: Explanation) => void;
  };

export interface MemoryGateway {
  readonly gateway: DevGateway;
  readonly clock: ManualClock;
  readonly log: readonly GatewayLogLine[];
  /** A new connection; the client's end. */
  connect(peer?: PeerFacts): Transport;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A dev gateway in memory: no sockets, no waiting. `startMs`: epoch ms at which its clock begins. */
export function createMemoryGateway(choices: GatewayChoices & { readonly startMs?: number } = {}): MemoryGateway {
  const { startMs, ...options } = choices;
  const clock = createManualClock(startMs);
  const log: GatewayLogLine[] = [];
  const gateway = new DevGateway({ ...defaults, ...options, clock, log: (line) => void log.push(line) });
  gateway.start();
  return {
    gateway,
    clock,
    log,
    connect(peer = loopbackPeer) {
      const [client, server] = createTransportPair();
      void gateway.accept(server, peer);
      return client;
    },
    [Symbol.asyncDispose]: () => gateway.close(),
  };
}

export interface SocketGateway {
  readonly gateway: DevGateway;
  readonly url: string;
  readonly port: number;
  readonly secret: string;
  readonly log: readonly GatewayLogLine[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** A dev gateway on a free loopback port, with a real clock unless another is given. */
export async function openSocketGateway(wanted: SocketChoices = {}): Promise<SocketGateway> {
  const { port = 0, tls, faults, faultScript, explain, clock: given = realClock, ...choices } = wanted;
  const log: GatewayLogLine[] = [];
  const plan = (faults ?? faultScript) === undefined
    ? undefined
    : planFaults((faults ?? []).map(parseFault), readFaultScript(faultScript ?? [], "the test's script"));
  const clock = skewClock(given, plan?.clockSkewMs ?? 0);
  const keep = (line: GatewayLogLine) => {
    log.push(line);
    explainer?.hear(line);
  };
  const options = { ...defaults, clock, ...choices, log: keep };
  const { protocol, ids, auth: { secret } } = options;
  const explainer = explain === undefined
    ? undefined
    : new Explainer({ clock: given, ids, secret, hasFaults: plan !== undefined, tell: explain });
  const gateway = new DevGateway(options);
  const listening = await listen(explainer?.explain(gateway) ?? gateway, {
    port,
    ...(tls === undefined ? {} : { tls }),
    ...(plan === undefined ? {} : { faults: { plan, protocol, clock: given, ids } }),
  });
  return {
    gateway,
    url: listening.url,
    port: listening.port,
    secret: options.auth.secret,
    log,
    [Symbol.asyncDispose]: () => listening.close(),
  };
}

const defaults = {
  protocol: 4,
  auth: { mode: "token", secret: testSecret },
  pairing: "auto",
  zone: "UTC",
  ids: randomIds,
} as const;
