import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { FileCheck, Surroundings } from "../../src/doctor/evidence.ts";
import type { ErrorDetails } from "../../src/errors.ts";
import { endingAt, failure, judged, rowsOf, sound, soundWay, target } from "../support/doctor_evidence.ts";

const refused = endingAt("tcp", failure("net/unreachable", { cause: "refused" }));
const bySecret = { ...soundWay, login: { ...soundWay.login, kind: "token", hasDevice: false } } as const;
const rival = { kind: "token", fingerprint: "cccccc", from: "openclaw.json: gateway.auth.token" } as const;
const loose = {
  name: "directory",
  isOk: false,
  found: "/c: others may write there",
  kind: "open",
  command: "chmod 700 /c",
} as const;
const keyFile = { name: "key file", isOk: false, found: "the device key /k is so" };

describe("judgeSettings()", () => {
  const rows: readonly (readonly [id: string, what: string, Partial<Surroundings>, way?: typeof soundWay])[] = [
    ["CFG-1 info", "a gateway that nobody named", { target: { ...target, isDefault: true } }, refused],
    ["CFG-3 error", "a directory that others may write", { checks: [loose] }],
    ["CFG-3 warning", "a token file that others may read", { warnings: ["others may read /t: chmod 600 /t"] }],
    ["CFG-3 warning", "a token file that is a link", { warnings: ["/t is a symbolic link: whoever can change it"] }],
    [
      "CFG-4 error",
      "a key that is damaged",
      { checks: [{ ...keyFile, kind: "damaged" }] },
    ],
    [
      "CFG-TOKEN error",
      "a token of another device",
      { checks: [{ name: "token", isOk: false, found: "/t: it was issued to another device", kind: "damaged" }] },
    ],
    ["CFG-5 warning", "a key in OpenClaw's directory", { isOpenclaws: true }],
    [
      "CFG-7 info",
      "a proxy",
      { target: { ...target, proxy: { isUsed: true, shown: "http://p:3128", from: "HTTPS_PROXY" } } },
    ],
    ["CFG-9 warning", "a container's own loopback", { isInContainer: true }, refused],
    ["CFG-10 warning", "two tokens that disagree", { rivals: [{ ...rival, isFromEnvironment: false }] }, bySecret],
    ["CFG-WARNING warning", "what the settings warn of", { warnings: ["this means port 80; gateways use 18789"] }],
  ];
  for (const [id, what, around, way = soundWay] of rows) {
    it(`finds ${id} in ${what}`, () => assert.ok(rowsOf(way, around).includes(id), rowsOf(way, around).join(", ")));
  }

  const broken: readonly (readonly [id: string, ReturnType<typeof failure>])[] = [
    [
      "CFG-2",
      failure("config/invalid", { reason: "not-at-hand" }, "openclaw.json: gateway.auth.token is a SecretRef (exec)"),
    ],
    ["CFG-6", failure("config/insecure-url", { reason: "unencrypted" }, "--url: ws://gw.example:80 is unencrypted")],
    ["CFG-6", failure("config/insecure-url", {}, "--ssh: this carries a password")],
    ["CFG-8", failure("config/invalid", { reason: "no-home" }, "HOME is not set, so claw cannot find its directory")],
    ["CFG-INVALID", failure("config/invalid", {}, "/c/config.json5:3: this is not a duration")],
  ];
  for (const [id, settingsFailure] of broken) {
    it(`finds ${id} in: ${settingsFailure.message}`, () => {
      const around = { settingsFailure, target: undefined, secret: undefined, checks: [] };
      assert.deepEqual(rowsOf(undefined, around), [`${id} error`]);
    });
  }

  it("is silent about a container, a default and a proxy that are in nobody's way", () => {
    const proxy = { isUsed: false, shown: "on this machine", from: "HTTPS_PROXY" };
    assert.deepEqual(rowsOf(soundWay, { isInContainer: true, target: { ...target, isDefault: true, proxy } }), []);
  });

  it("is silent about a key that is not there yet", () => {
    assert.deepEqual(rowsOf(soundWay, { checks: [{ ...keyFile, kind: "missing" }] }), []);
  });

  it("leaves to a person what --fix may not mend", () => {
    const commandFor = (check: Partial<FileCheck>, isMended = false) =>
      judged(soundWay, { isMended, checks: [{ ...keyFile, ...check }] })[0]?.command;
    assert.equal(commandFor(loose), "claw doctor --fix");
    assert.equal(commandFor(loose, true), "chmod 700 /c");
    assert.equal(commandFor({ kind: "foreign", command: "sudo chown me /k" }), "sudo chown me /k");
    assert.equal(commandFor({ kind: "damaged" }, true), "claw device reset");
  });

  const places: readonly (readonly [details: ErrorDetails, command: string])[] = [
    [{ reason: "unencrypted", host: "gw.example", port: 80 }, "claw doctor --url wss://gw.example"],
    [{ reason: "unencrypted", host: "gw.example", port: 18789 }, "claw doctor --url wss://gw.example:18789"],
    [{ reason: "unencrypted", host: "10.0.0.1", port: 80, isPrivate: true }, "claw doctor --allow-insecure-private"],
    [{ reason: "credential-in-url", origin: "wss://gw" }, "claw doctor --url wss://gw --token-file FILE"],
    [{ reason: "readable-by-proxy" }, "claw doctor --proxy none"],
  ];
  for (const [details, command] of places) {
    it(`mends ${JSON.stringify(details)} by ${command}`, () => {
      const settingsFailure = failure("config/insecure-url", details);
      assert.equal(judged(undefined, { settingsFailure, target: undefined, checks: [] })[0]?.command, command);
    });
  }

  it("does not speak of secrets when none of them was used", () => {
    assert.deepEqual(rowsOf(soundWay, { rivals: [{ ...rival, isFromEnvironment: false }] }), []);
  });

  it("names both of two that disagree, and takes one of the environment away", () => {
    const [found] = judged(bySecret, { rivals: [{ ...rival, isFromEnvironment: false }] });
    assert.match(
      found?.cause ?? "",
      /aaaaaa of CLAW_TOKEN is used, cccccc of openclaw\.json: gateway\.auth\.token is not/,
    );
    assert.equal(found?.command, "unset CLAW_TOKEN");
    const secret = { ...rival, isFromEnvironment: false };
    const [other] = judged(bySecret, { secret, rivals: [{ ...sound.secret ?? rival, isFromEnvironment: true }] });
    assert.equal(other?.command, "unset CLAW_TOKEN");
  });
});
