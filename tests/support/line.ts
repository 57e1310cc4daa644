/**
 * Claw's own connections to a dev gateway in memory, which a test may cut, and the line that makes them anew.
 */
import { Connection } from "../../src/client/connection.ts";
import type { Credentials } from "../../src/client/credentials.ts";
import { handshake } from "../../src/client/handshake.ts";
import { Line } from "../../src/cron/line.ts";
import type { ClawError } from "../../src/errors.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { allScopes } from "./dev_client.ts";
import { type MemoryGateway, testSecret } from "./dev_gateway.ts";
import { createCredentials } from "./wire.ts";

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
