/**
 * What probing saw, as plain data: the only thing that judgements look at. Secrets never come here, only their
 * fingerprints. Probing itself is the composition root's (`src/examination/probe.ts`).
 */
import type { ErrorCode, ErrorDetails } from "../errors.ts";
import type { Os } from "../platform/world.ts";
import type { ProtocolVersion } from "../protocol/mod.ts";

/** A failure as claw would tell it. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint?: string | undefined;
  readonly details: ErrorDetails;
}

/** A value of the settings, and where it stands. */
export interface SecretSight {
  readonly kind: "token" | "password" | "url";
  /** Six hex digits; undefined for a password, and for what was not read. */
  readonly fingerprint: string | undefined;
  readonly from: string;
  readonly isFromEnvironment: boolean;
}

/** One look at a file or directory of claw's own. */
export interface FileCheck {
  readonly name: string;
  readonly isOk: boolean;
  readonly found: string;
  readonly mend?: string | undefined;
  /** `missing` is as it should be before the first connection; the others are `identity/device_check.ts`'s. */
  readonly kind?: "missing" | "open" | "linked" | "foreign" | "unreadable" | "damaged" | undefined;
  /** One line for the shell that mends it, where there is one. */
  readonly command?: string | undefined;
}

/** What is known before any socket. */
export interface Surroundings {
  readonly settingsMs: number;
  /** undefined: the settings are sound. */
  readonly settingsFailure: Failure | undefined;
  readonly keyMs: number;
  readonly keyFailure: Failure | undefined;
  readonly target: Target | undefined;
  readonly secret: SecretSight | undefined;
  /** Others that were found, may go there too, and say something else. */
  readonly rivals: readonly SecretSight[];
  readonly hasDeviceKey: boolean;
  /** A device token for this gateway, with what it grants. */
  readonly grant: { readonly scopes: readonly string[]; readonly fingerprint: string } | undefined;
  readonly checks: readonly FileCheck[];
  /** claw's own files were put right before, as far as `--fix` may. */
  readonly isMended: boolean;
  /** What the settings themselves warn of. */
  readonly warnings: readonly string[];
  readonly keyFile: string | undefined;
  /** Its directory, as one word of a shell's line. */
  readonly keyDirectory: string | undefined;
  /** Whether the key stands in OpenClaw's own directory. */
  readonly isOpenclaws: boolean;
  readonly isInContainer: boolean;
  readonly os: Os;
  readonly rows: readonly { readonly name: string; readonly shown: string; readonly origin: string }[];
}

/** Where the run goes. */
export interface Target {
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly isTls: boolean;
  readonly isLoopback: boolean;
  readonly isPrivate: boolean;
  /** Nothing named it: it is where a gateway stands by default. */
  readonly isDefault: boolean;
  readonly from: string;
  readonly context: string | undefined;
  /** The machine from which ssh reaches it. */
  readonly ssh: string | undefined;
  /** A proxy that is in force, or why a named one is not. */
  readonly proxy: { readonly isUsed: boolean; readonly shown: string; readonly from: string } | undefined;
}

/** The parts of the way to a gateway, in their order. */
export const waySteps = ["dns", "tcp", "tls", "upgrade", "challenge", "connect", "hello", "read call"] as const;
export type WayStep = (typeof waySteps)[number];

/** How far one connection came. Times are ms. */
export interface Way {
  /** How long each step that was done took. A name that needs no looking up has no `dns`, `ws://` no `tls`. */
  readonly tookMs: Readonly<Partial<Record<WayStep, number>>>;
  readonly failed: WayFailure | undefined;
  /** The last refusal that came as a frame: it says more than the close that follows. */
  readonly lastError: { readonly code: string; readonly message: string } | undefined;
  /** How the gateway ended it; undefined when it did not. */
  readonly closed: { readonly code: number; readonly reason: string } | undefined;
  readonly login: Login;
  /** undefined before hello-ok. */
  readonly hello: Hello | undefined;
  readonly report: Report | undefined;
  /** undefined before hello-ok. */
  readonly traffic: Traffic | undefined;
  /** HTTP status of `/healthz` and `/readyz`, where somebody asked. */
  readonly http: { readonly healthz: number | undefined; readonly readyz: number | undefined } | undefined;
}

export interface WayFailure {
  readonly step: WayStep;
  readonly error: Failure;
  /** Within the step. */
  readonly ms: number;
  /** Since TCP stood: what a gateway's own timer counts. */
  readonly sinceOpenMs: number | undefined;
  /** It was not tried, since its end was known beforehand. */
  readonly isForeknown: boolean;
}

/** What was presented. */
export interface Login {
  readonly kind: "token" | "password" | "device-token" | "none";
  readonly from: string;
  readonly hasDevice: boolean;
  readonly askedScopes: readonly string[];
}

/** What the gateway said when it let claw in. */
export interface Hello {
  readonly version: string;
  readonly protocol: ProtocolVersion;
  readonly scopes: readonly string[];
  readonly methods: readonly string[];
  readonly uptimeMs: number | undefined;
  /** The local clock minus the gateway's, half of the challenge's way taken off. */
  readonly skewMs: number;
}

/** What came behind hello-ok. */
export interface Traffic {
  readonly repeatedAnswers: number;
  /** By their numbers, which only protocol 4 gives to each connection by itself. */
  readonly missedEvents: number;
  readonly events: number;
}

/** What the read calls told. */
export interface Report {
  readonly isOk: boolean;
  readonly isLoopDegraded: boolean;
  readonly heartbeats: readonly AgentHeartbeat[];
  /** null: none since the gateway's start; undefined: it may not be read. */
  readonly lastHeartbeat: LastHeartbeat | null | undefined;
  readonly heartbeatMs: number | undefined;
}

export interface AgentHeartbeat {
  readonly agent: string;
  readonly isEnabled: boolean;
  /** 0: never. */
  readonly everyMs: number;
}

export interface LastHeartbeat {
  readonly status: string;
  readonly reason: string | undefined;
  /** By the gateway's clock. */
  readonly ageMs: number;
}
