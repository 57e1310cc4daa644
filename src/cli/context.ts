/**
 * What a command may reach, as types only: `src/context.ts` builds it. Every door opens at its first use, at most once,
 * and is closed by the boundary, not by the command.
 */
import type { Connection } from "../client/connection.ts";
import type { Need, Preference } from "../client/credentials.ts";
import type { DialOptions } from "../client/dial.ts";
import type { Knock } from "../client/knock.ts";
import type { Doctor } from "./doctor.ts";
import type { DeviceCheck } from "../identity/device_check.ts";
import type { Clock } from "../platform/clock.ts";
import type { Ids } from "../platform/world.ts";
import type { ContextStore } from "../settings/context_files.ts";
import type { Settings } from "../settings/resolve.ts";
import type { CompletionRequest } from "./completion.ts";
import type { Pairs } from "./outcome.ts";
import type { LongRun } from "./long_run.ts";
import type { Progress } from "./progress.ts";

/** How this run was let in: for `claw status`. */
export interface Login {
  readonly kind: "token" | "password" | "device-token" | "bootstrap-token" | "none";
  /** Where the secret came from, e.g. `CLAW_TOKEN` or the token store. */
  readonly from: string;
}

/** A connection and how it came about. */
export interface Gateway {
  readonly connection: Connection;
  readonly login: Login;
  /** This installation's. */
  readonly deviceId: string;
  readonly kept: Kept;
  /** Copies the stored device token to `.prev`: as long as that fails, no other can be stored. @throws ClawError `store/io` */
  spareToken(): void;
  /** Puts a device token in the place of the stored one, which stays as `.prev`. @throws ClawError `store/io` */
  keepToken(issued: IssuedToken): void;
}

/** How a connection is to come about, where that is not as usual. */
export interface Dialling {
  /** What to present rather than what the rules of `client/credentials.ts` say, where there is such a thing. */
  readonly by?: Preference | undefined;
  /** What this device calls itself from now on; without it, it keeps its name. */
  readonly displayName?: string | undefined;
  /** Ends the attempt; without it the run's own. */
  readonly signal?: AbortSignal | undefined;
  /** `once` for whoever waits and tries again by himself. */
  readonly tries?: DialOptions["tries"] | undefined;
}

/** What came of the device token that a login brings. */
export interface Kept {
  readonly isStored: boolean;
  /** What it grants beyond the one that was stored before; nothing where none was. */
  readonly gained: readonly string[];
}

/** A device token as a gateway issued it to this device. */
export interface IssuedToken {
  readonly role: string;
  readonly token: string;
  readonly scopes: readonly string[];
}

/** What came out of an editor. */
export interface Edited {
  readonly text: string;
  /** Where it stands until it is discarded: nothing that was typed is lost when it cannot be used. */
  readonly path: string;
  discard(): void;
}

/** How a key is written into a file: PKCS#8 in PEM, or as OpenClaw's own `device.json`. */
export type KeyFormat = "pem" | "openclaw";

/** What became of this device's key. */
export interface KeyChange {
  /** undefined: there was none. */
  readonly oldDeviceId: string | undefined;
  readonly deviceId: string;
  readonly keyFingerprint: string;
  /** Where the old key is kept, if there was one. */
  readonly previousKey: string | undefined;
  /** Gateways that the old device has tokens of; they are kept aside. */
  readonly gateways: readonly string[];
}

/** What can be done with this device's key. Each throws ClawError `config/key-*` and `store/io`. */
export interface OwnKey {
  /** Whether there is none yet; a damaged one is there. */
  isMissing(): boolean;
  /** A new key in the place of the old one. */
  reset(): Promise<KeyChange>;
  /** Writes the key into a new file. @throws ClawError `input/invalid` when the file is there already, or there is no key */
  export(path: string, format: KeyFormat): Promise<{ readonly deviceId: string }>;
  /** Puts a file's key in the place of the old one. @returns undefined when it is the same @throws ClawError `input/invalid` */
  import(path: string): Promise<KeyChange | undefined>;
  /** Whether a path is below OpenClaw's own identity, links followed. */
  isOpenclaws(path: string): boolean;
}

/** What this installation knows of itself, offline. */
export interface WhoAmI {
  readonly deviceId: string | undefined;
  /** What it calls itself at gateways, if anything. */
  readonly name: string | undefined;
  readonly keyFile: string;
  readonly fingerprint: string | undefined;
  /** The same on every installation: SHA-256 of the public key, as `ssh-keygen -l` writes it. */
  readonly keyFingerprint: string | undefined;
  readonly tokens: readonly {
    readonly gateway: string;
    readonly file: string;
    readonly role: string;
    readonly scopes: readonly string[];
    readonly fingerprint: string;
    readonly storedAtMs: number;
  }[];
}

/** How closely a run looks for its settings. */
export interface Looks {
  /** Also in places that cannot matter, for showing them. */
  readonly isThorough?: boolean;
  /** Leaves secrets where they are, runs no command and reads no input: for who only asks which gateway it is. */
  readonly isBlind?: boolean;
}

/** A certificate as a gateway presented it; its texts are from afar. */
export interface GatewayCertificate {
  /** SHA-256, as openssl prints it. */
  readonly fingerprint: string;
  readonly subject: string;
  readonly isSelfIssued: boolean;
  /** What it is for: `DNS:gateway.example, IP Address:192.0.2.1`. */
  readonly names: string;
  /** Epoch ms. */
  readonly validFromMs: number;
  readonly validToMs: number;
  /** What this machine has against it, by the TLS library's code; "" when it trusts it. */
  readonly problem: string;
}

export interface Context {
  readonly clock: Clock;
  readonly ids: Ids;
  /** Aborted when the run's time is over or a signal came. */
  readonly signal: AbortSignal;
  /** The person's IANA time zone, or undefined where the system names none. */
  readonly zone: string | undefined;
  /** Resolved once: the first call decides how closely to look. */
  settings(options?: Looks): Promise<Settings>;
  /**
   * Connects anew with at least these scopes.
   * @throws ClawError as `dial` and the settings do
   */
  gateway(need: Need, dialling?: Dialling): Promise<Gateway>;
  /**
   * The same run with other connection settings, as if these flags had been given too: another gateway, its own time
   * limit. Closed with this one, or before.
   * @param values by the settings' keys, e.g. `{ context: "home" }`
   */
  within(values: Readonly<Record<string, string | true>>): Context & AsyncDisposable;
  /**
   * Whether the gateway is there, without a credential; for at most so long.
   * @throws ClawError `net/*`, `protocol/*`, and as the settings do
   */
  knock(limitMs: number): Promise<Knock>;
  /** The certificate that the gateway presents, whoever vouches for it; no credential is sent. @throws ClawError `net/*` */
  certificate(): Promise<GatewayCertificate>;
  /** Whether the command line has the flag of this setting, by its key. */
  isGiven(key: string): boolean;
  /** Where the files of contexts stand. @throws ClawError `config/invalid` without a home directory */
  readonly contextStore: ContextStore;
  whoAmI(): Promise<WhoAmI>;
  /** Looks at everything between this run and its gateway, and changes nothing. */
  doctor(): Promise<Doctor>;
  /** Changes or copies this device's key, offline. */
  ownKey(): Promise<OwnKey>;
  /** Looks over the device key and the stored tokens, offline. */
  verifyDevice(): Promise<readonly DeviceCheck[]>;
  /** A secret as something that may be shown: 6 hex digits; passwords have none. */
  fingerprint(secret: string): Promise<string>;
  /** All of standard input, or of a file of the user's. @throws ClawError `input/invalid`, `store/io` */
  readInput(path: "-" | string): Promise<string>;
  /**
   * Asks for a yes on the terminal, below the facts that it is about.
   * @throws ClawError `usage/missing-argument` where nobody can be asked
   */
  confirm(question: string, facts?: Pairs): Promise<boolean>;
  /**
   * Lets the person change a text in `$VISUAL` or `$EDITOR`, in a private file with this extension.
   * @throws ClawError `config/invalid` when no editor starts, `input/invalid` when it fails, `store/io`
   */
  edit(text: string, extension: string): Promise<Edited>;
  /** For a verb that listens: the port asked for, if any, and the token given for this run, if any. */
  listenSettings(): { readonly port: number | undefined; readonly token: string | undefined };
  /** What the completion library prints: a shell's script, or the answer to the words typed so far. */
  complete(request: CompletionRequest): Promise<string>;
  /** The time limit grows by this: for verbs that wait for more than an answer. */
  extendTime(ms: number): void;
  /** Says on stderr what is going on, until it is disposed of: a moving line on a terminal, else a line at a time. */
  progress(): Promise<Progress>;
  /** What a verb needs that goes on for hours or weeks. */
  longRun(): Promise<LongRun>;
  /** A word on stderr that is no failure. */
  warn(text: string): void;
  /** A word on stderr for `--verbose`. */
  note(text: string): void;
}
