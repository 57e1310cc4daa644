/**
 * A transport that tells what passes, and when: it reads ahead of the gateway, so that what a client sends before it was
 * asked is seen as that. Therefore it holds the challenge, and the answer to connect, for a moment. Next: `explainer.ts`.
 */
import type { Clock } from "../platform/clock.ts";
import type { Message } from "../protocol/mod.ts";
import { Inbox } from "../transport/inbox.ts";
import type { Closed, Transport } from "../transport/transport.ts";

/** Who is told, at once and in order. */
export interface Listener {
  /** @returns whether the gateway's text is one to hold */
  isHeld(text: string): boolean;
  client(message: Message): void;
  /** When it is sent, not when it was decided. */
  gateway(text: string): void;
  /** @param by who closed */
  end(closed: Closed, by: "client" | "gateway"): void;
}

/** Longer than a hasty client needs for its next message on loopback, shorter than anybody minds. */
const heldMs = 50;

/** The same transport, for who accepts it. */
export function tap(transport: Transport, clock: Clock, listener: Listener): Transport {
  const inbox = new Inbox();
  let isOpen = true;
  let isClosedHere = false;
  let work: Promise<void> = Promise.resolve();
  let release = () => {};
  const isChallenged = new Promise<void>((resolve) => (release = resolve));
  const inOrder = (deed: () => void | Promise<void>) => (work = work.then(deed));
  const reading = pump(transport, inbox, listener);
  const closed = transport.closed.then(async (how) => {
    isOpen = false;
    release();
    await reading;
    listener.end(how, isClosedHere ? "gateway" : "client");
    return how;
  });
  return {
    send: (text) =>
      void inOrder(async () => {
        if (listener.isHeld(text)) await new Promise<void>((resolve) => void clock.after(heldMs, resolve));
        if (isOpen) listener.gateway(text);
        transport.send(text);
        release();
      }),
    receive: (signal) => isChallenged.then(() => inbox.take(signal)),
    close: (code, reason) =>
      void inOrder(() => {
        isClosedHere = isOpen;
        transport.close(code, reason);
      }),
    closed,
  };
}

/** Reads to the end, and never fails: how it ended, `closed` tells. */
async function pump(transport: Transport, inbox: Inbox, listener: Listener): Promise<void> {
  try {
    for (let message = await transport.receive(); message !== undefined; message = await transport.receive()) {
      listener.client(message);
      inbox.put(message);
    }
  } catch {
    // A client that broke WebSocket itself: the transport has ended.
  }
  inbox.end();
}
