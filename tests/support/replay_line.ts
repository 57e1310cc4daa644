/**
 * The client's end of a replayed connection: what the gateway sent is kept, and whoever delivers a message learns when
 * the gateway has dealt with it. Unlike `transport/pair.ts` it carries binary messages.
 */
import { type Message, parseJson } from "../../src/protocol/mod.ts";
import { Inbox } from "../../src/transport/inbox.ts";
import type { Closed, Transport } from "../../src/transport/transport.ts";

export type Json = Readonly<Record<string, unknown>>;

export interface Line {
  /** By the gateway's clock, epoch ms. */
  readonly openedAt: number;
  /** All that the gateway sent. */
  readonly frames: Json[];
  /** The gateway's end. */
  readonly gatewayEnd: Transport;
  /** How it ended, once it has. */
  closed: Closed | undefined;
  /** Delivers a message and resolves when the gateway has dealt with it and waits for the next. */
  put(message: Message): Promise<void>;
  /** The client closes. */
  hangUp(code: number): void;
}

export function createLine(openedAt: number): Line {
  const inbox = new Inbox();
  const reading = countReads(inbox);
  let end: (closed: Closed) => void = () => {};
  const closed = new Promise<Closed>((resolve) => (end = resolve));
  const finish = (how: Closed) => {
    if (line.closed !== undefined) return;
    line.closed = how;
    inbox.end();
    end(how);
    reading.release();
  };
  const line: Line = {
    openedAt,
    frames: [],
    closed: undefined,
    put: (message) => line.closed === undefined ? reading.put(message) : Promise.resolve(),
    hangUp: (code) => finish({ code, reason: "" }),
    gatewayEnd: {
      send: (text) => void (line.closed ?? line.frames.push(parseJson(text) as Json)),
      receive: reading.take,
      close: (code = 1000, reason = "") => finish({ code, reason }),
      closed,
    },
  };
  return line;
}

/** A reader asks for the next message when it has dealt with the one before: that is when `put` resolves. */
function countReads(inbox: Inbox) {
  let unread = 0;
  const waiting: (() => void)[] = [];
  const release = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  return {
    release,
    put(message: Message): Promise<void> {
      unread += 1;
      inbox.put(message);
      return new Promise((resolve) => waiting.push(resolve));
    },
    async take(signal?: AbortSignal): Promise<Message | undefined> {
      if (unread === 0) release();
      const message = await inbox.take(signal);
      unread -= 1;
      return message;
    },
  };
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
