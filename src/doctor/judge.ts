/**
 * Evidence to findings: the lowest failure is judged, what stands above it is not. Each part's rows are in a
 * `judge_*.ts` of its own. Pure.
 */
import type { Failure, Surroundings, Target, Way, WayFailure } from "./evidence.ts";
import { type Finding, finding, sortFindings } from "./finding.ts";
import { judgeHandshake } from "./judge_handshake.ts";
import { judgeOpening } from "./judge_opening.ts";
import { judgeCall, judgeSession } from "./judge_session.ts";
import { isSettings, judgeSettings } from "./judge_settings.ts";
import { refusals } from "./judge_refusal.ts";
import type { SelfTest } from "./self_test_result.ts";

/** Everything that is wrong, errors first. */
export function judge(selfTest: SelfTest, around: Surroundings, way: Way | undefined): readonly Finding[] {
  if (selfTest.failure !== undefined) return [brokenProgram(selfTest.failure)];
  const before = judgeSettings(around, way);
  if (way === undefined || around.target === undefined) return sortFindings(before);
  const { failed } = way;
  if (failed === undefined) return sortFindings([...before, ...judgeSession(way, around.os)]);
  return sortFindings([...judgeWay(failed, around.target, way, around), ...before]);
}

function brokenProgram({ message }: Failure): Finding {
  return finding("SELF-1", {
    cause: `this program's own client and gateway do not understand each other (${message}): it is damaged, or this ` +
      "system's crypto is",
    command: "claw --version",
  });
}

function judgeWay(
  failed: WayFailure,
  target: Target,
  way: Way,
  around: Surroundings,
): readonly Finding[] {
  switch (failed.step) {
    case "dns":
    case "tcp":
    case "tls":
    case "upgrade":
      return [judgeOpening(failed, target, way)];
    case "connect":
      return judgeUnsent(failed);
    case "challenge":
    case "hello":
      return [withPresented(judgeHandshake(failed, way), around, way)];
    case "read call":
      return [judgeCall(failed, way), ...judgeSession(way, around.os)];
  }
}

/** Which secret it was, where the secret is at fault. */
function withPresented(found: Finding, { secret, grant }: Surroundings, { login }: Way): Finding {
  if (!/^AUTH_(TOKEN|PASSWORD|DEVICE_TOKEN)_MISMATCH$/.test(found.id)) return found;
  const shown = login.kind === "device-token" ? grant?.fingerprint : secret?.fingerprint;
  const what = shown === undefined ? `that of ${login.from}` : `${shown} of ${login.from}`;
  return { ...found, cause: `${found.cause}; claw presented ${what}` };
}

/** Why connect was not even sent. A secret that cannot be had is the settings' row. */
function judgeUnsent({ error }: WayFailure): readonly Finding[] {
  if (isSettings(error)) return [];
  if (error.details["detailCode"] === "AUTH_RATE_LIMITED") {
    const told = refusals["AUTH_RATE_LIMITED"];
    return told === undefined
      ? []
      : [finding("AUTH_RATE_LIMITED", { ...told, cause: `${error.message}: ${told.cause}` })];
  }
  if (error.code === "auth/required") {
    return [finding("AUTH-NOTHING", { cause: error.message, command: "claw device pair --token-file FILE" })];
  }
  return [finding("HS-UNSENT", { cause: error.message, command: "claw device verify" })];
}
