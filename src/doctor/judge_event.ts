/**
 * Whether an event would reach an agent: rows EV-1 to EV-4. An event waits for a heartbeat, and lives in the gateway's
 * memory alone. Nothing is sent to find that out. Pure.
 */
import type { LastHeartbeat, Report, Way } from "./evidence.ts";
import { type Finding, finding } from "./finding.ts";

/** What is asked besides: whether the gateway knows a session. */
export interface EventQuestion {
  readonly sessionKey: string | undefined;
  /** undefined: it could not be asked. */
  readonly knownKeys: readonly string[] | undefined;
}

const host = { where: "gateway host" } as const;
const freshMs = 600_000;
/** Skips after which the gateway tries again by itself (`client/heartbeat_proof.ts`). */
const passing = ["requests-in-flight", "active-run", "cron-in-progress", "preempted", "channel-not-ready"];

export function judgeEvent({ report, hello }: Way, question: EventQuestion): readonly Finding[] {
  if (report === undefined || hello === undefined) return [];
  const uptimeMs = hello.uptimeMs ?? 0;
  return [heartbeats(report, uptimeMs), lastRun(report.lastHeartbeat), session(question), restarted(hello.uptimeMs)]
    .filter((found) => found !== undefined);
}

function heartbeats({ heartbeats, lastHeartbeat }: Report, uptimeMs: number): Finding | undefined {
  const running = heartbeats.filter(({ isEnabled, everyMs }) => isEnabled && everyMs > 0);
  if (heartbeats.length > 0 && running.length === 0) {
    return finding("EV-1", {
      cause: "heartbeats are off for every agent: an event for the next heartbeat is never read",
      command: "openclaw config set agents.defaults.heartbeat.every 30m",
      ...host,
    });
  }
  if (lastHeartbeat === undefined) {
    return finding("EV-1", {
      severity: "info",
      cause: "the last heartbeat may not be read: this connection has no operator.read",
      command: "claw device pair --scopes read",
    });
  }
  const everyMs = Math.min(...running.map(({ everyMs }) => everyMs));
  const silentMs = lastHeartbeat === null ? uptimeMs : lastHeartbeat.ageMs;
  if (!Number.isFinite(everyMs) || silentMs <= 2 * everyMs) return undefined;
  return finding("EV-1", {
    cause: `no heartbeat ran for ${minutes(silentMs)} min, though one is due every ${minutes(everyMs)} min: they are ` +
      "switched off, or stuck",
    command: "claw heartbeat enable",
  });
}

function lastRun(last: LastHeartbeat | null | undefined): Finding | undefined {
  if (last === undefined || last === null) return undefined;
  const { status, reason = "no reason given" } = last;
  if (status === "failed") {
    return finding("EV-2", {
      cause: `the last heartbeat failed (${reason}): an event is taken, and its agent does not come to an end`,
      command: "openclaw logs --limit 50",
      ...host,
    });
  }
  if (status !== "skipped" || passing.includes(reason)) return undefined;
  if (/empty-heartbeat-file/.test(reason)) {
    return finding("EV-2", {
      severity: "warning",
      cause: "the last heartbeat was skipped, since HEARTBEAT.md has no real line: some releases then skip events, too",
      command: "openclaw update",
      ...host,
    });
  }
  return finding("EV-2", {
    severity: "warning",
    cause: `the last heartbeat was skipped (${reason})`,
    command: "claw event 'a test of heartbeats' --verify",
  });
}

function session({ sessionKey, knownKeys }: EventQuestion): Finding | undefined {
  if (sessionKey === undefined || knownKeys?.includes(sessionKey) === true) return undefined;
  if (knownKeys === undefined) {
    return finding("EV-3", {
      severity: "info",
      cause: "the gateway does not tell which sessions there are",
      command: "claw device pair --scopes read",
    });
  }
  return finding("EV-3", {
    cause: `the gateway knows no session ${sessionKey}: an event for it would go to the main session, or nowhere`,
    command: "openclaw sessions",
    ...host,
  });
}

function restarted(uptimeMs: number | undefined): Finding | undefined {
  if (uptimeMs === undefined || uptimeMs >= freshMs) return undefined;
  return finding("EV-4", {
    severity: "info",
    cause: `the gateway started ${Math.round(uptimeMs / 1_000)} s ago: events that were waiting before that are lost`,
    command: "claw heartbeat last",
  });
}

function minutes(ms: number): number {
  return Math.round(ms / 60_000);
}
