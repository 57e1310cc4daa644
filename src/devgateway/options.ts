/**
 * What a dev gateway is told when it starts, and what each of its decisions may look at. Next: `gateway.ts`.
 */
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/world.ts";
import type { CronJob, ProtocolVersion } from "../protocol/mod.ts";
import type { Generation } from "./generation.ts";
import type { GatewayLogLine } from "./log.ts";
import type { Memory } from "./memory.ts";
import type { Locality, PeerFacts } from "./peer.ts";

/** The shared secret, and in which field it is expected. */
export interface AuthOptions {
  readonly mode: "token" | "password" | "none";
  /** Ignored in mode `none`. */
  readonly secret: string;
}

/** What a heartbeat run ends with; a real gateway without a model provider gives `skipped` or `failed`. */
export interface HeartbeatOutcome {
  readonly status: "sent" | "ok-empty" | "ok-token" | "skipped" | "failed";
  readonly reason?: string;
}

/** What a cron run comes to; no agent works here. */
export interface CronRunOutcome {
  readonly status: "ok" | "error" | "skipped";
  /** The gateway's words for why it failed or was skipped. */
  readonly error?: string;
  /** How long the job shows as running. Default: 40. */
  readonly durationMs?: number;
  /** Default: `not-requested`. */
  readonly deliveryStatus?: string;
}

export interface DevGatewayOptions {
  /** The generation it plays: 3 is 2026.3.13, 4 is 2026.9.6. */
  readonly protocol: ProtocolVersion;
  readonly auth: AuthOptions;
  /** `auto` approves devices on loopback without asking, as real gateways do; `manual` asks always. */
  readonly pairing: "auto" | "manual";
  /** How long a client may take to connect. Default: 3 s (protocol 3) or 15 s (4). */
  readonly handshakeTimeoutMs?: number;
  /** Whether 127.0.0.1 counts as a trusted proxy, whose forwarded headers are believed. Default: no. */
  readonly trustsProxy?: boolean;
  /** How heartbeat runs end. Default `ok-empty`; "none": no run ever takes place. */
  readonly heartbeat?: HeartbeatOutcome | "none";
  /** What cron runs come to, asked as each begins. Default: ok, unless heartbeats fail. */
  readonly cronRun?: CronRunOutcome | ((job: CronJob) => CronRunOutcome);
  /** IANA zone for cron expressions that name none. Default: the machine's. */
  readonly zone?: string;
  /** Where jobs and runs are kept over a restart. Default: nowhere. */
  readonly stateDirectory?: string;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log?: (line: GatewayLogLine) => void;
}

/** What every decision may look at; it changes nothing here but `memory`. */
export interface GatewayContext {
  readonly options: DevGatewayOptions;
  readonly generation: Generation;
  readonly memory: Memory;
}

/** What one step of one session may look at besides. */
export interface StepContext extends GatewayContext {
  readonly connId: string;
  /** This connection's challenge. */
  readonly nonce: string;
  readonly peer: PeerFacts;
  readonly locality: Locality;
  /** Whether any live connection belongs to the device. */
  isConnected(deviceId: string): boolean;
}
