/**
 * What is wrong behind hello-ok: scopes, methods, calls that went unanswered, connections that ended; and what is slow,
 * skewed or untested although all works. Pure.
 */
import type { Os } from "../platform/world.ts";
import { hasScope, type Method, type MethodRow, methods } from "../protocol/mod.ts";
import type { Hello, Way, WayFailure } from "./evidence.ts";
import { type Finding, finding, type Told } from "./finding.ts";
import { judgeTraffic, lookAtLoop } from "./judge_traffic.ts";

const host = { where: "gateway host" } as const;
const widen = "claw device pair --scopes read,write";

type Rule = (way: Way, os: Os) => Finding | undefined;

const scopesLacking: Rule = ({ hello, login: { askedScopes, hasDevice } }) => {
  if (hello === undefined || !hasDevice) return undefined;
  const lacking = askedScopes.filter((scope) => !hasScope(hello.scopes, scope));
  if (lacking.length === 0) return undefined;
  return finding("SCOPES-EMPTIED", {
    cause: `the gateway let claw in and granted ${hello.scopes.join(", ") || "no scope at all"}, though ${
      lacking.join(" and ")
    } was asked for: what this device is approved for was narrowed there`,
    command: widen,
  });
};

/** Whether the gateway is too old for a verb: only what claw itself would call is looked for. */
const methodsLacking: Rule = ({ hello }) => {
  if (hello === undefined || hello.methods.length === 0) return undefined;
  const lacking = (Object.keys(methods) as Method[]).filter((name) => {
    const row: MethodRow = methods[name];
    // 2026.9.6 does not advertise those that it hides, nor what is newer elsewhere.
    return !hello.methods.includes(name) && row.newer !== true;
  });
  if (lacking.length === 0) return undefined;
  return finding("METHODS", {
    severity: "info",
    cause: `gateway ${hello.version} does not offer ${shortList(lacking)}: verbs that need them will be refused`,
    command: "openclaw update",
    ...host,
  });
};

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 4).join(", ");
  return names.length > 4 ? `${shown} and ${names.length - 4} more` : shown;
}

/** How a connection that stood once ended, by its close code. */
const endings: Readonly<Record<number, (reason: string, hello?: Hello) => Told & { readonly id: string }>> = {
  1000: (reason) => ({
    id: "END-CLOSED",
    cause: `the gateway closed the connection (${reason || "no reason"}): it was stopping, or a proxy between did it`,
    command: "openclaw logs --limit 50",
    ...host,
  }),
  1001: () => ({ id: "END-RESTART", cause: "the gateway is stopping", command: "claw doctor --watch" }),
  1002: (reason) => ({
    id: "END-GARBLED",
    cause: `the other end says that the rules of WebSocket were broken (close 1002, ${
      reason || "no reason"
    }): a proxy between garbles what passes`,
    command: "claw bugreport",
  }),
  1006: () => ({
    id: "END-CUT",
    cause: "the connection was lost without a close frame: the gateway's process died, or the network cut it",
    command: "openclaw logs --limit 50",
    ...host,
  }),
  1008: (reason) => policyEnd(reason),
  1009: () => ({ id: "END-TOO-LARGE", cause: "the gateway was sent more than it takes", command: "claw bugreport" }),
  1011: (reason) => ({
    id: "END-STALE-INSTALL",
    cause: `the gateway failed in its own code (${
      reason || "no reason"
    }): its files may have been replaced while it ran`,
    command: "openclaw gateway restart",
    ...host,
  }),
  1012: (reason) => ({
    id: "END-RESTART",
    cause: `the gateway restarts, or the way to it changed (${reason || "no reason"})`,
    command: "claw doctor --watch",
  }),
  1013: (reason) => ({
    id: "END-STARTING",
    cause: `the gateway has no room for more (${reason || "no reason"})`,
    command: "claw doctor --watch",
  }),
  4000: (_reason, hello) => ({
    id: "END-SILENT",
    cause: "nothing came for twice the gateway's tick: the network slept, or its event loop stands still",
    ...lookAtLoop(hello),
  }),
  4001: (reason) => ({
    id: "END-REVOKED",
    cause:
      `the gateway took this connection's credential away (${reason || "no reason"}): the secret was changed, or the ` +
      "device revoked or removed",
    command: "claw device pair --token-file FILE",
  }),
  4008: (reason) => ({
    id: "END-BROWSER-CODE",
    cause:
      `4008 (${reason || "no reason"}) is what OpenClaw's browser client says in the place of 1008, and no gateway ` +
      "sends it: a proxy that plays a browser is between",
    command: "openclaw gateway status --deep",
    ...host,
  }),
};

function policyEnd(reason: string): Told & { readonly id: string } {
  if (/repeated unauthorized/.test(reason)) {
    return { id: "END-HAMMERED", cause: "a script calls again and again what it may not", command: widen };
  }
  if (/slow consumer/.test(reason)) {
    return { id: "END-SLOW", cause: "what the gateway sent was not read in time", command: "claw doctor --watch" };
  }
  return {
    id: "END-POLICY",
    cause: `the gateway ended the connection (${reason || "no reason"})`,
    command: "openclaw logs --limit 50",
    ...host,
  };
}

/** What a failure of the read call means. */
export function judgeCall({ error, ms }: WayFailure, way: Way): Finding {
  if (way.closed !== undefined) {
    const { code, reason } = way.closed;
    const row = Object.hasOwn(endings, code) ? endings[code] : undefined;
    const told = row?.(reason, way.hello) ?? {
      id: "END-CLOSED",
      cause: `the gateway ended the connection (close ${code}${reason === "" ? "" : `: ${reason}`})`,
      command: "openclaw logs --limit 50",
      ...host,
    };
    return finding(told.id, told);
  }
  const { code, message, details } = error;
  if (code === "net/unanswered" && details["because"] === "net/timeout") {
    return finding("CALL-UNANSWERED", {
      cause:
        `the connection stands, and a read call had no answer for ${
          Math.round(ms / 100) / 10
        } s: the gateway's event ` +
        "loop is busy",
      ...lookAtLoop(way.hello),
    });
  }
  if (code === "auth/scope") return finding("MISSING_SCOPE", { cause: message, command: widen });
  if (details["reason"] === "too-long") {
    return finding("CALL-TOO-LARGE", {
      cause: `${message}, and claw takes no more in one: something on the gateway grew without bounds`,
      command: "openclaw logs --limit 50",
      ...host,
    });
  }
  if (code.startsWith("protocol/") || details["reason"] !== undefined) {
    return finding("CALL-GARBLED", {
      cause: `${message}: a proxy mixes connections, or the gateway is of a kind that claw does not know`,
      command: "claw bugreport",
    });
  }
  return finding("CALL-REFUSED", { cause: message, command: "openclaw logs --limit 50", ...host });
}

const notOk: Rule = ({ report }) =>
  report?.isOk === false
    ? finding("HEALTH", { severity: "warning", cause: "the gateway says that it is not ok", command: "claw health" })
    : undefined;

const loopDegraded: Rule = ({ report, hello }) =>
  report?.isLoopDegraded
    ? finding("LAT-1", {
      severity: "warning",
      cause: "the gateway's event loop is degraded, by its own report: handshakes and answers come late",
      ...lookAtLoop(hello),
    })
    : undefined;

const warnSkewMs = 30_000;
const worstSkewMs = 120_000;

const settingClocks: Readonly<Record<Os, string>> = {
  linux: "timedatectl set-ntp true",
  darwin: "sudo sntp -sS time.apple.com",
  windows: "w32tm /resync",
};

/** claw signs with the gateway's time, so that skew breaks other programs before it breaks claw. */
const skewed: Rule = ({ hello }, os) => {
  if (hello === undefined || Math.abs(hello.skewMs) <= warnSkewMs) return undefined;
  const { skewMs } = hello;
  const seconds = Math.round(Math.abs(skewMs) / 1_000);
  return finding("CLK-1", {
    severity: Math.abs(skewMs) > worstSkewMs ? "error" : "warning",
    cause:
      `this machine's clock is ${seconds} s ${skewMs > 0 ? "ahead of" : "behind"} the gateway's: jobs fire at other ` +
      "times than they say, and other clients' logins expire",
    command: settingClocks[os],
  });
};

const slowConnectMs = 1_000;
const slowChallengeMs = 2_000;

const slow: Rule = ({ tookMs, hello }) => {
  const { challenge = 0, hello: answered = 0, upgrade = 0 } = tookMs;
  const isSlow = challenge > slowChallengeMs || answered > slowConnectMs || upgrade > slowConnectMs;
  if (hello === undefined || !isSlow) return undefined;
  const worst = Math.round(Math.max(challenge, answered, upgrade));
  return finding("LAT-1", {
    severity: "warning",
    cause: `the gateway took ${worst} ms for one step of the handshake: it is overloaded`,
    ...lookAtLoop(hello),
  });
};

/** Releases that claw was tried with, by year and month. */
const oldestTried = "2026.3";
const newestTried = "2026.9";

const untried: Rule = ({ hello }) => {
  const month = hello === undefined ? undefined : monthOf(hello);
  if (hello === undefined || month === undefined) return undefined;
  if (compareMonths(month, oldestTried) >= 0 && compareMonths(month, newestTried) <= 0) return undefined;
  const isOlder = compareMonths(month, oldestTried) < 0;
  return finding("VER-1", {
    severity: "info",
    cause: `claw was tried with gateways ${oldestTried} to ${newestTried}, and this one is ${hello.version}`,
    command: isOlder ? "openclaw update" : "claw --version",
    where: isOlder ? "gateway host" : "here",
  });
};

function monthOf({ version }: Hello): string | undefined {
  return /^(\d{4}\.\d{1,2})\./.exec(version)?.[1];
}

function compareMonths(left: string, right: string): number {
  const [[year = 0, month = 0], [otherYear = 0, otherMonth = 0]] = [left, right].map((text) =>
    text.split(".").map(Number)
  ) as [number[], number[]];
  return year - otherYear || month - otherMonth;
}

const rules: readonly Rule[] = [scopesLacking, notOk, loopDegraded, slow, skewed, methodsLacking, untried];

/** What is wrong with a connection that stands. */
export function judgeSession(way: Way, os: Os): readonly Finding[] {
  const found = [...rules.flatMap((rule) => rule(way, os) ?? []), ...judgeTraffic(way)];
  // Slow, and by its own report: that is one cause.
  return found.filter(({ id }, at) => found.findIndex((other) => other.id === id) === at);
}
