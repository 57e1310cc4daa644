/**
 * Why the upgrade led to no hello-ok: the phase first, then what was said, the close code last, since codes changed
 * between releases and one code has many causes. A refusal with a reason is `judge_refusal.ts`. Pure.
 */
import { maxProtocol, minProtocol } from "../protocol/mod.ts";
import type { Way, WayFailure } from "./evidence.ts";
import { type Finding, finding, type Told } from "./finding.ts";
import { judgeRefusal } from "./judge_refusal.ts";
import { lookAtLoop } from "./judge_traffic.ts";

const hostLogs = { command: "openclaw logs --limit 50", where: "gateway host" } as const;
const upgradeClaw = "claw --version";

/** How long each generation waits for `connect`, from the moment it accepted, with room for a busy machine. */
const patience = [
  { fromMs: 2_500, toMs: 5_000, words: "3 s, as 2026.3.12 and 2026.3.13 do", isOld: true },
  { fromMs: 9_000, toMs: 12_500, words: "10 s, as releases from 2026.4.22 on do", isOld: false },
  { fromMs: 14_000, toMs: 18_000, words: "15 s, as 2026.9 does", isOld: false },
] as const;

/** What a failure after the upgrade and before hello-ok means. */
export function judgeHandshake(failed: WayFailure, way: Way): Finding {
  const { code, details } = failed.error;
  // A refusal came as a frame, and says why.
  if (typeof details["wireCode"] === "string" || code === "protocol/mismatch") return judgeRefusal(failed.error);
  if (code === "net/closed") return judgeClose(failed, way);
  if (code === "net/timeout" || code === "protocol/no-challenge") return judgeSilence(failed, way);
  const told = byReason[String(details["reason"])] ?? (failed.step === "hello" ? garbled : notAGateway);
  const { id, ...rest } = told(failed);
  return finding(id, rest);
}

type Row = (failed: WayFailure) => Told & { readonly id: string };

const notAGateway: Row = ({ error }) => ({
  id: "HS-NOT-A-GATEWAY",
  cause: `${error.message}: no OpenClaw gateway says that, so another program has the port, or a proxy answers`,
  command: "openclaw gateway status --deep",
  where: "gateway host",
});

/** The challenge was a gateway's. */
const garbled: Row = ({ error }) => ({
  id: "HS-GARBLED",
  cause:
    `${error.message}, after a sound challenge: a proxy between garbles what passes, or the gateway is of a kind ` +
    "that claw does not know",
  command: "claw bugreport",
});

const byReason: Readonly<Record<string, Row>> = {
  "challenge-malformed": ({ error }) => ({
    id: "HS-NONCE",
    cause: `${error.message}: a proxy changes it, or no gateway sent it`,
    command: "openclaw gateway status --deep",
    where: "gateway host",
  }),
  "challenge-twice": ({ error }) => ({
    id: "HS-NONCE",
    cause: `${error.message}: a proxy repeats what passes through it`,
    command: "openclaw gateway status --deep",
    where: "gateway host",
  }),
};

function judgeSilence({ step, ms }: WayFailure, { http }: Way): Finding {
  const seconds = Math.round(ms / 100) / 10;
  const health = http === undefined
    ? ""
    : http.healthz === undefined
    ? "; it does not answer /healthz either"
    : `; /healthz says ${http.healthz}, /readyz ${http.readyz ?? "nothing"}`;
  if (step === "challenge") {
    return finding("HS-NO-CHALLENGE", {
      cause:
        `the connection is open, and no challenge came for ${seconds} s: the gateway's event loop is busy, or this ` +
        `is no OpenClaw gateway${health}`,
      ...lookAtLoop(undefined),
    });
  }
  return finding("HS-SILENT", {
    cause:
      `the gateway sent its challenge, and did not answer connect for ${seconds} s: its event loop is busy${health}`,
    ...lookAtLoop(undefined),
  });
}

function judgeClose(failed: WayFailure, way: Way): Finding {
  const { code = 1006, reason = "" } = way.closed ?? {};
  const { id, ...told } = closeRow(code, reason, failed);
  return finding(id, told);
}

type CloseRow = Told & { readonly id: string };

function closeRow(code: number, reason: string, failed: WayFailure): CloseRow {
  const where = failed.step === "challenge" ? "before its challenge" : "before it answered connect";
  const waitedMs = failed.sinceOpenMs ?? failed.ms;
  if (code === 1000 && reason === "") return bareClose(waitedMs, where);
  const known = Object.hasOwn(byCode, code) ? byCode[code] : undefined;
  if (known !== undefined) return known(reason, where);
  return {
    id: "HS-CLOSED",
    cause: `the gateway hung up ${where} (close ${code}${reason === "" ? ", no reason" : `: ${reason}`})`,
    ...hostLogs,
  };
}

/** One code, and its age tells the cause: the gateway's own timer, or something else. */
function bareClose(waitedMs: number, where: string): CloseRow {
  const generation = patience.find(({ fromMs, toMs }) => waitedMs >= fromMs && waitedMs <= toMs);
  if (generation === undefined) {
    return {
      id: "HS-BARE-CLOSE",
      cause:
        `the gateway hung up ${where} after ${Math.round(waitedMs)} ms, without a reason: it was shutting down, or a ` +
        "proxy between cut an idle connection",
      ...hostLogs,
    };
  }
  return {
    id: "HS-TIMEOUT",
    cause: `the gateway's own handshake timer ran out: it gives up after ${generation.words}, and its event loop was ` +
      "busier than that",
    command: generation.isOld ? "openclaw update" : "openclaw gateway stability",
    where: "gateway host",
  };
}

const restarting: CloseRow = {
  id: "HS-RESTART",
  cause: "the gateway is restarting or being updated",
  command: "claw doctor --watch",
};

const byCode: Readonly<Record<number, (reason: string, where: string) => CloseRow>> = {
  1001: () => ({ ...restarting, cause: "the gateway is stopping" }),
  1002: (reason, where) => /protocol mismatch/i.test(reason) ? otherProtocol(reason) : brokenRules(reason, where),
  1006: (_reason, where) => ({
    id: "HS-CUT",
    cause: `the connection was cut ${where}, without a close frame: the gateway's process died, or a proxy cut it`,
    ...hostLogs,
  }),
  1008: (reason, where) => policyClose(reason, where),
  1009: () => ({
    id: "HS-TOO-LARGE",
    cause: "the gateway takes at most 64 KiB before hello-ok, and connect was longer",
    command: "claw bugreport",
  }),
  1011: (reason) => ({
    id: "HS-STALE-INSTALL",
    cause: `the gateway failed in its own code (${
      reason || "no reason"
    }): its files may have been replaced while it ran`,
    command: "openclaw gateway restart",
    where: "gateway host",
  }),
  1012: (reason) => ({ ...restarting, cause: `the gateway is restarting or being updated (${reason || "no reason"})` }),
  1013: (reason) => ({
    id: "HS-STARTING",
    cause: `the gateway is starting, or has no room for more (${reason || "no reason"})`,
    command: "claw doctor --watch",
  }),
  4008: () => ({
    id: "HS-BROWSER-CODE",
    cause: "4008 is what OpenClaw's browser client says in the place of 1008, and no gateway sends it: a proxy that " +
      "plays a browser is between",
    command: "openclaw gateway status --deep",
    where: "gateway host",
  }),
};

function otherProtocol(reason: string): CloseRow {
  return {
    id: "HS-PROTOCOL",
    cause: `the gateway speaks none of the protocols ${minProtocol} to ${maxProtocol} (${reason})`,
    command: upgradeClaw,
  };
}

/** What 1002 means to WebSocket itself; gateways say it of versions only, with a reason. */
function brokenRules(reason: string, where: string): CloseRow {
  return {
    id: "HS-GARBLED",
    cause: `the other end hung up ${where}, since the rules of WebSocket were broken (close 1002, ${
      reason || "no reason"
    }): a proxy between garbles what passes`,
    command: "claw bugreport",
  };
}

function policyClose(reason: string, where: string): CloseRow {
  if (/too many pending handshake frames/.test(reason)) {
    return {
      id: "HS-EARLY-FRAMES",
      cause: "claw sent frames before hello-ok: a bug in claw",
      command: "claw bugreport",
    };
  }
  if (/challenge timeout|missing nonce/.test(reason)) {
    return {
      id: "HS-NONCE",
      cause: `the other end says "${reason}", which only clients say: it is no gateway, or a proxy plays one`,
      command: "openclaw gateway status --deep",
      where: "gateway host",
    };
  }
  if (/client version mismatch/.test(reason)) {
    return { id: "HS-VERSION", cause: "the gateway admits other client versions only", command: upgradeClaw };
  }
  if (/invalid[- ](handshake|connect params|request frame)/.test(reason)) {
    return {
      id: "HS-SCHEMA",
      cause: `the gateway does not understand claw's first frame (${reason}): it is newer than claw`,
      command: "claw bugreport",
    };
  }
  const said = reason === "" ? "no reason" : reason;
  return { id: "HS-POLICY", cause: `the gateway refused the connection ${where} (${said})`, ...hostLogs };
}
