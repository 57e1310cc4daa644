/**
 * What can be looked at without changing anything: the door that `src/examination/probe.ts` builds and the verbs use. Types
 * only; what is seen is `evidence.ts`.
 */
import type { Connection } from "../client/connection.ts";
import type { Os } from "../platform/world.ts";
import type { Surroundings, Way } from "../doctor/evidence.ts";
import type { SelfTest } from "../doctor/self_test_result.ts";
import type { ServiceSight } from "../doctor/service_environment.ts";

/** How to go the way. */
export interface Going {
  /** Scopes to ask for, as far as this device was granted them before. Default: `operator.read`. */
  readonly wanted?: readonly string[];
  /** What to do with the connection once it stands, after the read calls. Its failure is thrown on. */
  readonly use?: (connection: Connection) => Promise<void>;
  /** Told of every frame, with its secrets in it: what comes of it must be redacted. */
  readonly onFrame?: (entry: FrameEntry) => void;
  /** One connection and one call: what is given for this run is not proven apart. */
  readonly isQuick?: boolean;
  /** How long this one way may take, in ms; never longer than the run. */
  readonly limitMs?: number;
}

/** A frame that passed, `t` ms after the opening. */
export interface FrameEntry {
  readonly t: number;
  readonly dir: "in" | "out";
  readonly frame?: unknown;
  readonly close?: { readonly code: number; readonly reason: string };
}

export interface Doctor {
  readonly os: Os;
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
  /** What the same settings come to where a job runs: under cron, as a service. */
  services(): Promise<readonly ServiceSight[]>;
  /** Gives claw's own files and directories the modes that they should have, and takes away what is left over. */
  mend(): Promise<readonly Mended[]>;
  /** What makes a copy of a JSON value without any secret: what is known of them is gathered first. */
  redactor(): Promise<(value: unknown) => Promise<unknown>>;
  /** Writes a text into a new file that only this user can read. @returns false when it is there @throws ClawError `store/io` */
  writeNew(path: string, text: string): Promise<boolean>;
}

/** One thing that was put right. */
export interface Mended {
  readonly path: string;
  /** `mode 0644 is now 0600`. */
  readonly did: string;
}
