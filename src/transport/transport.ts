/**
 * A pipe for text between two ends: what the client and the dev gateway see of a socket. `web_socket.ts` makes one
 * from a WHATWG WebSocket, `pair.ts` makes two that are joined in memory.
 */
import type { Message } from "../protocol/mod.ts";

/** How a pipe ended. `code` is 1006 when no close frame came. */
export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export interface Transport {
  /** Queues one text message. After the end it does nothing. */
  send(text: string): void;
  /**
   * The next message, or undefined when the pipe has ended and all that came before is read. One reader at a time.
   * @throws ClawError `protocol/bad-frame` when the other end broke the WebSocket protocol; the signal's reason when it
   * is aborted first
   */
  receive(signal?: AbortSignal): Promise<Message | undefined>;
  /** Starts the closing handshake; further calls do nothing. */
  close(code?: number, reason?: string): void;
  /** Resolves when the pipe has ended; never rejects. */
  readonly closed: Promise<Closed>;
}
