/**
 * Everything the dev gateway remembers, in one place a test or a person can look into: devices, presence, wakes, events
 * that were emitted, heartbeats, cron jobs and runs. Nothing is kept on disk.
 */
import { toBase64url, toHex } from "../identity/keypair.ts";
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/world.ts";
import type { Heartbeat, WakeParams } from "../protocol/mod.ts";
import { CronBook } from "./cron_book.ts";
import type { Generation } from "./generation.ts";
import { formatLogLine, type GatewayLogLine } from "./log.ts";
import { Pairings } from "./pairings.ts";
import { Presence } from "./presence.ts";
import { SetupCodes } from "./setup_codes.ts";

/** A wake that was accepted. */
export interface RecordedWake extends WakeParams {
  readonly at: number;
  readonly connId: string;
}

/** An event that was sent to whoever may see it. */
export interface EmittedEvent {
  readonly at: number;
  readonly event: string;
  readonly payload: unknown;
}

/** The list of emitted events is cut to this length, oldest first. */
export const maxEmitted = 1_000;

export class Memory {
  readonly startedAt: number;
  readonly pairings: Pairings;
  readonly presence: Presence;
  readonly setupCodes: SetupCodes;
  readonly cron: CronBook;
  readonly wakes: RecordedWake[] = [];
  readonly emitted: EmittedEvent[] = [];
  lastHeartbeat: Heartbeat | null = null;
  heartbeatsEnabled = true;
  /** A heartbeat is due: further wakes join it. */
  heartbeatPending = false;
  /** Grows with every health refresh; part of `stateVersion`. */
  healthVersion = 1;
  /** Lines that `logs.tail` shows; cut like `emitted`. */
  readonly logLines: string[] = [];
  /** The gateway's own device, which signs nothing here. */
  readonly identity: { readonly deviceId: string; readonly publicKey: string };
  /** Names this process: a restart gives another (protocol 4). */
  readonly instanceId: string;
  readonly #writes = new Map<string, { startedAt: number; calls: number }>();

  constructor(generation: Generation, clock: Clock, ids: Ids) {
    this.startedAt = clock.now();
    this.pairings = new Pairings(generation.protocol, clock, ids);
    this.setupCodes = new SetupCodes(generation.protocol, clock, ids);
    this.presence = new Presence(clock, generation.version);
    this.cron = new CronBook(generation.protocol, clock, ids);
    this.instanceId = ids.uuid();
    this.identity = { deviceId: toHex(ids.bytes(32)), publicKey: toBase64url(ids.bytes(32)) };
  }

  noteLog(line: GatewayLogLine): void {
    this.logLines.push(formatLogLine(line));
    if (this.logLines.length > maxEmitted) this.logLines.shift();
  }

  noteEmitted(emitted: EmittedEvent): void {
    this.emitted.push(emitted);
    if (this.emitted.length > maxEmitted) this.emitted.shift();
  }

  /** Counts one call in a fixed window. @returns 0, or the milliseconds until the next call is allowed */
  countWrite(key: string, calls: number, windowMs: number, now: number): number {
    const window = this.#writes.get(key);
    if (window === undefined || now - window.startedAt >= windowMs) {
      this.#writes.set(key, { startedAt: now, calls: 1 });
      return 0;
    }
    window.calls += 1;
    return window.calls > calls ? window.startedAt + windowMs - now : 0;
  }

  get stateVersion(): { presence: number; health: number } {
    return { presence: this.presence.version, health: this.healthVersion };
  }
}
