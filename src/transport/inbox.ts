/**
 * The receiving half that every transport shares: messages wait in order until the one reader takes them.
 */
import type { Message } from "../protocol/mod.ts";

export class Inbox {
  readonly #messages: Message[] = [];
  #ended = false;
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

  /** The next message, or undefined after the end. @throws the signal's reason when it is aborted first */
  async take(signal?: AbortSignal): Promise<Message | undefined> {
    while (this.#messages.length === 0 && !this.#ended) {
      signal?.throwIfAborted();
      await this.#changed(signal);
    }
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
