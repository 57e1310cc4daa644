/**
 * Everything the dev gateway remembers, in one place a test or a person can look into: devices, presence, wakes, events
 * that were emitted, heartbeats, cron jobs and runs. Only the last are kept on disk, and only if asked: `cron_store.ts`.
 */
import { toBase64url, toHex } from "../identity/keypair.ts";
import type { Heartbeat, WakeParams } from "../protocol/mod.ts";
import { CronBook, type CronRecords } from "./cron_book.ts";
import type { Generation } from "./generation.ts";
import type { GatewayLogLine } from "./log.ts";
import { LogFile } from "./log_file.ts";
import type { DevGatewayOptions } from "./options.ts";
import { Pairings } from "./pairings.ts";
import { Presence } from "./presence.ts";
import { SetupCodes } from "./setup_codes.ts";
import { Upgrades } from "./upgrades.ts";

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
  readonly upgrades = new Upgrades();
  readonly cron: CronBook;
  readonly wakes: RecordedWake[] = [];
  readonly emitted: EmittedEvent[] = [];
  lastHeartbeat: Heartbeat | null = null;
  heartbeatsEnabled = true;
  /** A heartbeat is due: further wakes join it. */
  heartbeatPending = false;
  /** Grows with every health refresh; part of `stateVersion`. */
  healthVersion = 1;
  /** What its report on itself says beyond the usual. */
  health: Readonly<Record<string, unknown>> = {};
  /** What `logs.tail` reads. */
  readonly logFile: LogFile;
  /** The gateway's own device, which signs nothing here. */
  readonly identity: { readonly deviceId: string; readonly publicKey: string };
  /** Names this process: a restart gives another (protocol 4). */
  readonly instanceId: string;
  #namedRuns = 0;
  readonly #writes = new Map<string, { startedAt: number; calls: number }>();

  /** @param cron what is known of jobs and runs from before */
  constructor(generation: Generation, { clock, ids, zone }: DevGatewayOptions, cron?: CronRecords) {
    this.startedAt = clock.now();
    this.logFile = new LogFile(generation.protocol, clock.now());
    this.pairings = new Pairings(generation.protocol, clock, ids);
    this.setupCodes = new SetupCodes(generation.protocol, clock, ids);
    this.presence = new Presence(clock, generation.version);
    this.cron = new CronBook({ protocol: generation.protocol, zone: zone ?? machineZone() }, clock, ids, cron);
    this.instanceId = ids.uuid();
    this.identity = { deviceId: toHex(ids.bytes(32)), publicKey: toBase64url(ids.bytes(32)) };
  }

  /** A name for a cron run that was asked for by hand. */
  nameRun(jobId: string, now: number): string {
    this.#namedRuns += 1;
    return `manual:${jobId}:${now}:${this.#namedRuns}`;
  }

  noteLog(line: GatewayLogLine): void {
    this.logFile.write(line);
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

/** UTC where the system names none. */
function machineZone(): string {
  const zone: string | undefined = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return zone === undefined || zone === "Etc/Unknown" ? "UTC" : zone;
}
