/**
 * What ssh's words mean for who wanted to go through it: an error with the last of them, and the next step. Pure; ssh
 * itself runs in `platform/ssh_process.ts`.
 */
import { ClawError, type ErrorCode } from "../errors.ts";

/** What ssh said, a line each, and whether it could be started at all. */
export interface SshWords {
  readonly target: string;
  readonly said: readonly string[];
  /** The system's code when there is no ssh to start. */
  readonly osCode: string | undefined;
}

interface Verdict {
  readonly words: RegExp;
  readonly code: ErrorCode;
  readonly hint: (target: string) => string;
}

const byHand = (target: string) => `ssh ${/^[\w.@:/[\]%-]+$/.test(target) ? target : `'${target}'`}`;

/** The first that fits; each was met with OpenSSH 9.2. */
const verdicts: readonly Verdict[] = [
  {
    words: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    code: "net/ssh",
    hint: () => "its host key was changed, or someone is between: compare it on that machine before you replace it",
  },
  {
    words: /Host key verification failed|No \S+ host key is known/,
    code: "net/ssh",
    hint: (target) => `log in once by hand, and compare the host key: ${byHand(target)}`,
  },
  {
    words: /Permission denied|Too many authentication failures|no more authentication methods/i,
    code: "auth/rejected",
    hint: (target) => `without a terminal ssh takes keys alone; see what it says by hand: ${byHand(target)}`,
  },
  {
    words: /Could not resolve hostname/,
    code: "net/unreachable",
    hint: () => "check the spelling, and the network's name service",
  },
  {
    words:
      /Connection (refused|reset|closed|timed out)|Operation timed out|Network is unreachable|No route to host|kex_exchange_identification|Broken pipe|Timeout, server/i,
    code: "net/unreachable",
    hint: (target) => `see what it says by hand: ${byHand(target)}`,
  },
];

/** ssh ended before it let anything through. */
export function sshFailure({ target, said, osCode }: SshWords): ClawError {
  if (osCode !== undefined) {
    const what = osCode === "ENOENT" ? "there is no program ssh" : `it cannot be started (${osCode})`;
    return new ClawError("net/ssh", `ssh to ${target} failed: ${what}`, {
      hint: "install OpenSSH's client, and have it in the PATH",
      details: { cause: "ssh" },
    });
  }
  const last = said.at(-1) ?? "it said nothing";
  const found = verdicts.find(({ words }) => said.some((line) => words.test(line)));
  const isName = last.includes("Could not resolve hostname");
  return new ClawError(found?.code ?? "net/ssh", `ssh to ${target} failed: ${wordsOf(last)}`, {
    hint: found?.hint(target) ?? `see what it says by hand: ${byHand(target)}`,
    details: { cause: isName ? "dns" : "ssh" },
  });
}

/** A line of ssh's as the end of a line of claw's. */
function wordsOf(line: string): string {
  return line.replace(/^ssh: |\.$/g, "");
}

/** ssh was still on its way when the time was over: the gateway has nothing to do with it. */
export function sshTimeout(target: string, said: readonly string[]): ClawError {
  const last = said.at(-1);
  const words = last === undefined ? "" : `: ${wordsOf(last)}`;
  return new ClawError("net/unreachable", `ssh to ${target} did not come through in time${words}`, {
    hint: `give it more time with --timeout 60s, or see what it says by hand: ${byHand(target)}`,
    details: { cause: "ssh" },
  });
}

/**
 * The other machine could not go on to the gateway, as ssh said of the channel; undefined when it said nothing of the
 * kind.
 * @param said what ssh said while the connection was opened
 */
export function channelFailure(target: string, farEnd: string, said: readonly string[]): ClawError | undefined {
  const reason = said.map((line) => /^channel \d+: open failed: (.*)$/.exec(line)?.[1]).findLast(Boolean);
  if (reason === undefined) return undefined;
  const [, why = reason] = /^connect failed: (.*)$/.exec(reason) ?? [];
  if (/Connection refused/i.test(why)) {
    return new ClawError("net/unreachable", `nothing listens on ${farEnd} of ${target} (connection refused)`, {
      details: { cause: "refused" },
    });
  }
  const isForbidden = /prohibited/i.test(why);
  return new ClawError(isForbidden ? "net/ssh" : "net/unreachable", `${target} cannot reach ${farEnd}: ${why}`, {
    ...(isForbidden ? { hint: "that machine's sshd forbids it: see AllowTcpForwarding and PermitOpen there" } : {}),
    details: { cause: "ssh" },
  });
}
