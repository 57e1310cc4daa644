/**
 * What holds for single files and names, whatever room they are in: globals that only some may use, forms that are
 * banned, names that say nothing. Which room may import which: `layers.ts`. `check_layers.ts` enforces both.
 */

/** Names that only some files may use: a global, a member of one (`Date.now`), or `new Date()` without arguments. */
export interface Restriction {
  readonly names: readonly string[];
  /** Files, or folders when they end with `/`. */
  readonly allowed: readonly string[];
  readonly reason: string;
}

export const restrictions: readonly Restriction[] = [
  {
    names: ["console"],
    // The completion library prints, and offers no other way to its text.
    allowed: ["src/platform/console_capture.ts"],
    reason: "words go through the world's streams",
  },
  {
    names: ["Date.now", "new Date()", "performance.now", "setTimeout", "setInterval", "AbortSignal.timeout"],
    allowed: ["src/platform/"],
    reason: "time is passed in as a Clock",
  },
  {
    names: ["Math.random", "crypto.randomUUID", "crypto.getRandomValues"],
    allowed: ["src/platform/"],
    reason: "chance is passed in as Ids",
  },
  {
    names: ["JSON.parse"],
    allowed: ["src/protocol/codec.ts", "src/platform/files.ts", "src/cli/parse.ts"],
    reason: "use parseJson of platform/files.ts, or the codec of the wire",
  },
  {
    names: ["process.exit", "process.exitCode", "Deno.exit", "Deno.exitCode"],
    allowed: ["main.ts"],
    reason: "only main.ts ends the process",
  },
  {
    names: ["Deno", "Bun", "process", "globalThis"],
    allowed: ["main.ts", "src/platform/", "src/transport/", "src/devgateway/listen.ts"],
    reason: "what one runtime alone has stays in these rooms",
  },
  { names: ["WebSocket"], allowed: ["src/transport/web_socket.ts"], reason: "sockets are adapted in one file" },
  {
    names: ["crypto"],
    // The dev gateway's certificate has a key of its own, which is nobody's identity.
    allowed: ["src/identity/", "src/platform/", "src/devgateway/certificate.ts"],
    reason: "signing is identity's, random bytes are platform's",
  },
  { names: ["fetch", "require", "XMLHttpRequest"], allowed: [], reason: "claw speaks WebSocket and imports modules" },
];

/** The only place that may look past an untrusted certificate: it sends no credential. */
export const certificateProbe = "src/transport/probe.ts";

/** The only place that replaces the check of a certificate's name: by the comparison with a pin. */
export const certificatePinner = "src/transport/guarded_dial.ts";

/** Casts through `unknown` prove nothing to the compiler; each of these files says at the place why it needs one. */
export const doubleCasts: readonly string[] = ["src/transport/web_socket.ts"];

/** The only room with a door. */
export const door = "src/protocol/mod.ts";

/** The only files that may import commands: the list of all, and those of the families. */
export const registry = /^src\/commands\/(\w+\/)?registry\.ts$/;

/** Names that say nothing about what a file holds. */
export const bannedNames: readonly string[] = [
  "utils",
  "helpers",
  "common",
  "misc",
  "shared",
  "types",
  "index",
  "base",
  "manager",
  "service",
];
