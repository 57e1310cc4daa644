/**
 * `claw doctor` against every fault that the dev gateway plays: which phase it stops at, and what it says of it. None of
 * them costs more than its time, and each ends with one sentence and one command.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { faults, triedCloseCodes } from "../../../src/devgateway/faults.ts";
import { openSocketGateway } from "../../support/dev_gateway.ts";
import { createTestHome } from "../../support/world.ts";

/** Phase and finding of a fault; the phase alone where the finding goes by the close code, `-` for none. */
const verdicts: Readonly<Record<string, string>> = {
  // The reset comes before or behind the news that TCP stands.
  "reset-on-accept": "TCP or HTTP upgrade NET-RESET",
  "stall-on-accept": "HTTP upgrade NET-STALLED",
  "not-http": "HTTP upgrade HTTP-NONE",
  "reset-on-upgrade": "HTTP upgrade NET-RESET",
  "http=200": "HTTP upgrade HTTP-STATUS",
  "http=401": "HTTP upgrade HTTP-AUTH",
  "http=403": "HTTP upgrade HTTP-AUTH",
  "http=404": "HTTP upgrade HTTP-STATUS",
  "http=426": "HTTP upgrade HTTP-STATUS",
  "http=500": "HTTP upgrade HTTP-FAILED",
  "http=502": "HTTP upgrade HTTP-BEHIND",
  "http=503": "HTTP upgrade HTTP-503",
  "bad-accept": "HTTP upgrade HTTP-NO-WEBSOCKET",
  "no-challenge": "challenge HS-NO-CHALLENGE",
  "late-challenge": "-",
  "malformed-challenge=no-nonce": "challenge HS-NONCE",
  "malformed-challenge=empty-nonce": "challenge HS-NONCE",
  "malformed-challenge=no-ts": "challenge HS-NONCE",
  "malformed-challenge=text-ts": "challenge HS-NONCE",
  "malformed-challenge=not-json": "challenge HS-NOT-A-GATEWAY",
  "malformed-challenge=array": "challenge HS-NOT-A-GATEWAY",
  "malformed-challenge=binary": "challenge HS-NOT-A-GATEWAY",
  "second-challenge": "hello HS-NONCE",
  "event-first": "challenge HS-NOT-A-GATEWAY",
  "close-before-challenge": "challenge",
  "reset-before-challenge": "challenge HS-CUT",
  "stall-before-challenge": "challenge HS-NO-CHALLENGE",
  "close-after-challenge": "hello",
  "reset-after-challenge": "hello HS-CUT",
  "close-after-connect": "hello",
  "reset-after-connect": "hello HS-CUT",
  "silent-after-connect": "hello HS-SILENT",
  "stall-after-connect": "hello HS-SILENT",
  "protocol-refused": "hello PROTOCOL_MISMATCH",
  "rate-limited": "hello AUTH_RATE_LIMITED",
  "starting": "hello UNAVAILABLE",
  "pairing-required=not-paired": "hello PAIRING_REQUIRED not-paired",
  "pairing-required=scope-upgrade": "hello PAIRING_REQUIRED scope-upgrade",
  "pairing-required=role-upgrade": "hello PAIRING_REQUIRED role-upgrade",
  "pairing-required=metadata-upgrade": "hello PAIRING_REQUIRED metadata-upgrade",
  "token-mismatch": "hello AUTH_TOKEN_MISMATCH",
  "device-token-mismatch": "hello AUTH_DEVICE_TOKEN_MISMATCH",
  "clock-skew": "- CLK-1",
  "hello-protocol": "hello PROTOCOL_MISMATCH",
  "malformed-hello": "hello HS-GARBLED",
  // Without a device 2026.3.13 grants no scope either: only a paired device can tell, below.
  "scopes-emptied": "-",
  "close-after-hello": "read call",
  "reset-after-hello": "read call END-CUT",
  "stall-after-hello": "read call CALL-UNANSWERED",
  "close-after-request": "read call",
  "reset-after-request": "read call END-CUT",
  "silent-after-request": "read call CALL-UNANSWERED",
  "stall-after-request": "read call CALL-UNANSWERED",
  "malformed-answer=result": "read call CALL-GARBLED",
  "malformed-answer=not-json": "read call CALL-GARBLED",
  "malformed-answer=no-frame": "read call CALL-GARBLED",
  "malformed-answer=binary": "read call CALL-GARBLED",
  "foreign-response": "read call CALL-GARBLED",
  // A doctor asks one thing at a time.
  "reordered-responses": "-",
  "duplicated-responses": "- WIRE-TWICE",
  "sequence-gaps": "- WIRE-GAP",
  "flood": "- WIRE-FLOOD",
  "slow-frames": "-",
  "half-frame=challenge": "challenge HS-CUT",
  "half-frame=hello": "hello HS-CUT",
  "half-frame=answer": "read call END-CUT",
  "huge-frame": "read call CALL-TOO-LARGE",
  "broken-frame=masked": "hello HS-GARBLED",
  "broken-frame=reserved-bits": "hello HS-GARBLED",
  "broken-frame=unknown-opcode": "hello HS-GARBLED",
  "broken-frame=not-utf8": "hello HS-GARBLED",
  "broken-frame=stray-part": "hello HS-GARBLED",
};

/** The finding for a close code before hello-ok, and behind it. */
const byCode: Readonly<Record<number, readonly [before: string, behind: string]>> = {
  1000: ["HS-BARE-CLOSE", "END-CLOSED"],
  1001: ["HS-RESTART", "END-RESTART"],
  1002: ["HS-GARBLED", "END-GARBLED"],
  1006: ["HS-CUT", "END-CUT"],
  1008: ["HS-POLICY", "END-POLICY"],
  1011: ["HS-STALE-INSTALL", "END-STALE-INSTALL"],
  1012: ["HS-RESTART", "END-RESTART"],
  1013: ["HS-STARTING", "END-STARTING"],
  4001: ["HS-CLOSED", "END-REVOKED"],
  4008: ["HS-BROWSER-CODE", "END-BROWSER-CODE"],
};

function expectations(): readonly (readonly [fault: string, verdict: string])[] {
  return Object.entries(verdicts).flatMap(([fault, verdict]): readonly (readonly [string, string])[] => {
    if (!/^close-/.test(fault)) return [[fault, verdict]];
    return Object.entries(byCode).map(([code, [before, behind]]) =>
      [`${fault}=${code}`, `${verdict} ${verdict === "read call" ? behind : before}`] as const
    );
  });
}

async function verdictOn(fault: string): Promise<string> {
  await using gateway = await openSocketGateway({ faults: [fault] });
  using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
  const run = await home.claw(["doctor", "--json", "--timeout", "1500ms"]);
  const { data } = JSON.parse(run.stdout);
  const failed = data.phases.find(({ state }: { state: string }) => state === "failed")?.name ?? "-";
  assert.equal(run.exit, data.findings.some(({ severity }: { severity: string }) => severity === "error") ? 1 : 0);
  assert.equal(run.stderr, "", fault);
  assert.ok(!run.stdout.includes(gateway.secret), fault);
  const phase = fault === "reset-on-accept" ? failed.replace(/^(TCP|HTTP upgrade)$/, "TCP or HTTP upgrade") : failed;
  const ids = data.findings.map(({ id }: { id: string }) => id);
  // How fast a busy machine is does not count.
  return [phase, ...ids.filter((id: string) => id !== "LAT-1")].join(" ");
}

describe("claw doctor and the faults of the dev gateway", () => {
  it("names each of them, at its phase", async () => {
    const seen: (readonly [string, string])[] = [];
    const wanted = expectations();
    const waiting = wanted.map(([fault]) => fault);
    const work = async () => {
      for (let fault = waiting.shift(); fault !== undefined; fault = waiting.shift()) {
        seen.push([fault, await verdictOn(fault)]);
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    assert.deepEqual(Object.fromEntries(seen.toSorted()), Object.fromEntries(wanted.toSorted()));
  });

  it("has a verdict on every fault there is, and every code that is tried", () => {
    const named = new Set(Object.keys(verdicts).map((fault) => fault.split("=")[0]));
    assert.deepEqual(Object.keys(faults).filter((name) => !named.has(name)), []);
    assert.deepEqual(triedCloseCodes.filter((code) => byCode[code] === undefined), []);
  });
});
