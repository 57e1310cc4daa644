/**
 * What can be looked at without changing anything: the door that `src/doctor_probe.ts` builds and the verbs use. Types
 * only; what is seen is `evidence.ts`.
 */
import type { Connection } from "../client/connection.ts";
import type { Surroundings, Way } from "./evidence.ts";
import type { SelfTest } from "./self_test_result.ts";

/** How to go the way. */
export interface Going {
  /** Scopes to ask for, as far as this device was granted them before. Default: `operator.read`. */
  readonly wanted?: readonly string[];
  /** What to do with the connection once it stands, after the read calls. Its failure is thrown on. */
  readonly use?: (connection: Connection) => Promise<void>;
  /** Told of every frame, with its secrets in it: what comes of it must be redacted. */
  readonly onFrame?: (entry: FrameEntry) => void;
}

/** A frame that passed, `t` ms after the opening. */
export interface FrameEntry {
  readonly t: number;
  readonly dir: "in" | "out";
  readonly frame?: unknown;
  readonly close?: { readonly code: number; readonly reason: string };
}

export interface Doctor {
  /** Runs this program's client against its own gateway, in memory. */
  selfTest(): Promise<SelfTest>;
  /** Settings, key, tokens, files. Creates nothing. @throws ClawError `usage/bad-flag`, `interrupted` */
  surroundings(): Promise<Surroundings>;
  /**
   * Goes the way to the gateway, once, without retries. A device that has no grant there is not shown, so that nothing
   * is paired and nobody is asked; what cannot succeed is not sent.
   * @throws ClawError `interrupted`, `config/*` when the settings are not sound, and what `use` throws
   */
  go(going?: Going): Promise<Way>;
}
