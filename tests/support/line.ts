/**
 * Claw's own connections to a dev gateway in memory, which a test may cut, and the line that makes them anew.
 */
import { Connection } from "../../src/client/connection.ts";
import type { Credentials } from "../../src/client/credentials.ts";
import { handshake } from "../../src/client/handshake.ts";
import { Line } from "../../src/cron/line.ts";
import type { ClawError } from "../../src/errors.ts";
import type { Clock } from "../../src/platform/clock.ts";
import { HelloOk } from "../../src/protocol/mod.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { allScopes } from "./dev_client.ts";
import { type MemoryGateway, testSecret } from "./dev_gateway.ts";
import { createCredentials, createPeer, helloOk, type Peer } from "./wire.ts";

export interface TestLine {
  readonly line: Line;
  /** The first connection. */
  readonly connection: Connection;
  /** Every loss and failed attempt, by its code. */
  readonly losses: readonly string[];
  /** How many connections were made in all. */
  readonly dialled: number;
  /** Cuts the current connection. */
  cut(): void;
  /** Resolves when nobody dials: signatures take real time, of which a manual clock knows nothing. */
  idle(): Promise<void>;
  /** From now on dialling fails so; undefined: it works again. */
  fail(error: ClawError | undefined): void;
}

const never = new AbortController().signal;

export async function openLine(gateway: MemoryGateway): Promise<TestLine> {
  const dialler = await createDialler(gateway);
  const losses: string[] = [];
  const connection = await dialler.dial();
  const line = new Line(connection, {
    clock: gateway.clock,
    ids: { random: () => 0.5 },
    dial: dialler.dial,
    onLost: ({ code }) => losses.push(code),
  });
  return {
    line,
    connection,
    losses,
    get dialled() {
      return dialler.dialled;
    },
    idle: () => dialler.idle(),
    cut: () => dialler.cut(),
    fail: (error) => dialler.fail(error),
  };
}

/** A line to a gateway of protocol 4 that answers each call as the test says; what is thrown closes the connection. */
export function openScriptedLine(clock: Clock, answer: (method: string, params: unknown) => unknown) {
  const hello = HelloOk.parse(helloOk("connect", { scopes: ["operator.read"] }).payload);
  const dial = () => {
    const peer = createPeer();
    const challengedAt = { gatewayMs: clock.now(), localMs: clock.now(), elapsedMs: clock.elapsed() };
    void serve(peer, answer);
    const handshake = { hello, protocol: 4, challengedAt, challengeMs: 0, helloMs: 0 } as const;
    return { peer, connection: new Connection(peer.transport, handshake, 0) };
  };
  const { peer, connection } = dial();
  const line = new Line(connection, {
    clock,
    ids: { random: () => 0.5 },
    dial: () => Promise.resolve(dial().connection),
    onLost: () => {},
  });
  return { line, connection, peer };
}

async function serve(peer: Peer, answer: (method: string, params: unknown) => unknown): Promise<void> {
  try {
    for (;;) {
      const { id, method, params } = await peer.hear();
      peer.say({ type: "res", id, ok: true, payload: answer(method, params) });
    }
  } catch {
    peer.close(1006);
  }
}

async function createDialler({ clock, connect }: MemoryGateway) {
  const secret = { kind: "token", value: testSecret } as const;
  const credentials: Credentials = { ...await createCredentials(allScopes), secret };
  let transport: Transport | undefined;
  let failure: ClawError | undefined;
  let dialling: Promise<unknown> = Promise.resolve();
  let dialled = 0;
  const open = async () => {
    if (failure !== undefined) throw failure;
    dialled += 1;
    transport = connect();
    return new Connection(transport, await handshake(transport, credentials, { clock, os: "linux", signal: never }), 0);
  };
  return {
    dial: () => {
      const opening = open();
      dialling = opening.catch(() => {});
      return opening;
    },
    get dialled() {
      return dialled;
    },
    idle: async () => void (await dialling),
    cut: () => transport?.close(1000),
    fail: (error: ClawError | undefined) => void (failure = error),
  };
}
