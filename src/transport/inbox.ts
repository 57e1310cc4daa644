/**
 * The receiving half that every transport shares: messages wait in order until the one reader takes them.
 */
import type { Message } from "../protocol/mod.ts";

export class Inbox {
  readonly #messages: Message[] = [];
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  /** Adds a message; after `end` it is dropped. */
  put(message: Message): void {
    if (this.#ended) return;
    this.#messages.push(message);
    this.#wake?.();
  }

  /** No more messages will come; what waits can still be taken. */
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  /** Like `end`, but who takes past the last message is thrown this. */
  fail(failure: Error): void {
    this.#failure ??= failure;
    this.end();
  }

  /** The next message, or undefined after the end. @throws what `fail` was given, or the signal's reason when it is aborted first */
  async take(signal?: AbortSignal): Promise<Message | undefined> {
    while (this.#messages.length === 0 && !this.#ended) {
      signal?.throwIfAborted();
      await this.#changed(signal);
    }
    if (this.#messages.length === 0 && this.#failure !== undefined) throw this.#failure;
    return this.#messages.shift();
  }

  #changed(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const stop = () => {
        this.#wake = undefined;
        reject(signal?.reason);
      };
      this.#wake = () => {
        this.#wake = undefined;
        signal?.removeEventListener("abort", stop);
        resolve();
      };
      signal?.addEventListener("abort", stop, { once: true });
    });
  }
}
