/**
 * A connection that is made anew whenever it is lost, for reading only: what is read does no harm when it is read twice.
 * Events that came meanwhile are lost; whoever waits for them looks at what the gateway wrote down. It never sends
 * anything that acts. Users: `follow_run.ts`, `watch_runs.ts`.
 */
import type { Connection } from "../client/connection.ts";
import { asClawError, type ClawError, type Fault, faults } from "../errors.ts";
import { type Clock, limitTime, unlessAborted } from "../platform/clock.ts";
import type { Ids } from "../platform/world.ts";
import { type CronEvent, payloadOf } from "../protocol/mod.ts";

export interface LineOptions {
  readonly clock: Clock;
  readonly ids: Pick<Ids, "random">;
  /** Makes another connection. */
  readonly dial: () => Promise<Connection>;
  /** Told when a connection is lost (`isNew`), and of each attempt that does not make another. */
  readonly onLost: (error: ClawError, isNew: boolean) => void;
}

/** Without an answer for this long, a connection counts as lost: no close tells of a cable that was pulled. */
const answerMs = 15_000;
/** A gateway that is busy may take its time for a handshake (2026.9.6: 15 s). */
const dialMs = 30_000;
const backoff = { baseMs: 250, capMs: 5_000 };

export class Line {
  readonly #options: LineOptions;
  readonly #listeners = new Set<(event: CronEvent) => void>();
  #connection: Connection | undefined;
  #hangUp = () => {};
  #failures = 0;

  constructor(connection: Connection, options: LineOptions) {
    this.#options = options;
    this.#attach(connection);
  }

  /** Hears the cron events of every connection until the returned function is called. */
  listen(listener: (event: CronEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * What the work reads, on a new connection if need be.
   * @throws ClawError what a new attempt would not mend: `auth/*`, `protocol/*` and the like; the signal's reason
   */
  async read<T>(work: (connection: Connection, signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T> {
    for (;;) {
      signal.throwIfAborted();
      try {
        const connection = this.#connection ?? await this.#dial(signal);
        using limit = limitTime(signal, this.#options.clock, answerMs);
        const result = await work(connection, limit.signal);
        this.#failures = 0;
        return result;
      } catch (thrown) {
        signal.throwIfAborted();
        await this.#recover(asClawError(thrown), signal);
      }
    }
  }

  #drop(): void {
    this.#hangUp();
    if (this.#connection !== undefined) this.#close(this.#connection);
    this.#connection = undefined;
  }

  /** Nobody waits for it: it may be one that has fallen silent. */
  #close(connection: Connection): void {
    void connection.close(this.#options.clock.sleep);
  }

  async #dial(signal: AbortSignal): Promise<Connection> {
    using limit = limitTime(signal, this.#options.clock, dialMs);
    const dialling = this.#options.dial();
    try {
      const connection = await unlessAborted(dialling, limit.signal);
      this.#attach(connection);
      return connection;
    } catch (thrown) {
      // One that comes too late is nobody's.
      void dialling.then((late) => this.#close(late), () => {});
      throw thrown;
    }
  }

  #attach(connection: Connection): void {
    this.#connection = connection;
    this.#hangUp = connection.listen((frame) => {
      const event = payloadOf("cron", frame);
      if (event !== undefined) { for (const listener of this.#listeners) listener(event); }
    });
  }

  /** Waits before the next attempt. @throws ClawError when there is no point in one */
  async #recover(error: ClawError, signal: AbortSignal): Promise<void> {
    const isLost = error.code === "net/unanswered" || (faults[error.code] as Fault).retry === "reconnect";
    if (!isLost) throw error;
    this.#options.onLost(error, this.#connection !== undefined);
    this.#drop();
    const { clock, ids } = this.#options;
    const bound = Math.min(backoff.capMs, backoff.baseMs * 2 ** this.#failures++);
    await clock.sleep(Math.round(bound / 2 + ids.random() * bound / 2), signal);
  }
}
