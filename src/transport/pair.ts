/**
 * Two transports back to back in memory: what one sends, the other receives. For tests, and for running this binary's
 * client against its own dev gateway without a network.
 */
import type { Closed, Transport } from "./transport.ts";
import { Inbox } from "./inbox.ts";

/** Joined ends; either may close, and both then end with the same code and reason. */
export function createTransportPair(): [Transport, Transport] {
  const left = new Inbox();
  const right = new Inbox();
  let isOpen = true;
  let end: (closed: Closed) => void = () => {};
  const closed = new Promise<Closed>((resolve) => (end = resolve));
  const close = (code = 1000, reason = "") => {
    if (!isOpen) return;
    isOpen = false;
    left.end();
    right.end();
    end({ code, reason });
  };
  const join = (mine: Inbox, theirs: Inbox): Transport => ({
    send: (text) => theirs.put(text),
    receive: (signal) => mine.take(signal),
    close,
    closed,
  });
  return [join(left, right), join(right, left)];
}
