/**
 * Reading that outlives its connection: whenever one is lost, or does not answer, the next one is asked the same again.
 * For what only reads; nothing that acts may be sent this way. Where the connections come from: `reconnect.ts`.
 */
import { asClawError, ClawError, type Fault, faults } from "../errors.ts";
import { type Clock, limitTime } from "../platform/clock.ts";
import { closeCodes } from "../protocol/mod.ts";
import type { Connection } from "./connection.ts";

export interface ReaderOptions {
  /** Connection after connection; the first may be one that stands already. */
  readonly links: AsyncIterable<{ readonly connection: Connection }>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Without an answer for this long, a connection counts as lost; a gateway that reads a long log may take seconds. */
const answerMs = 30_000;

export class Reader {
  readonly #options: ReaderOptions;
  readonly #links: AsyncIterator<{ readonly connection: Connection }>;
  #connection: Connection | undefined;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#links = options.links[Symbol.asyncIterator]();
  }

  /**
   * What the work comes to, on another connection if need be.
   * @throws ClawError what the gateway refuses for good, and what `reconnect` throws; the signal's reason
   */
  async read<T>(work: (connection: Connection, signal: AbortSignal) => Promise<T>): Promise<T> {
    const { signal, clock } = this.#options;
    for (;;) {
      const connection = this.#connection ??= await this.#next();
      using limit = limitTime(signal, clock, answerMs);
      try {
        return await work(connection, limit.signal);
      } catch (thrown) {
        signal.throwIfAborted();
        this.#drop(connection, asClawError(thrown));
      }
    }
  }

  async #next(): Promise<Connection> {
    const { done, value } = await this.#links.next();
    if (done !== true) return value.connection;
    throw new ClawError("net/closed", "there is no further connection");
  }

  /** @throws ClawError where another connection would hear the same */
  #drop(connection: Connection, error: ClawError): void {
    const fault: Fault = faults[error.code];
    if (error.code !== "net/unanswered" && fault.retry === "never") throw error;
    // What was asked is asked again: that it was sent already does not matter here.
    const lost = error.code === "net/unanswered" ? new ClawError("net/closed", error.message, { cause: error }) : error;
    connection.abandon(lost, closeCodes.normal, "");
    this.#connection = undefined;
  }
}
