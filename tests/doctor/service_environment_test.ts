import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Surroundings } from "../../src/doctor/evidence.ts";
import { judgeService, serviceManagers } from "../../src/doctor/service_environment.ts";
import { failure, sound, target } from "../support/doctor_evidence.ts";

const shell = {
  HOME: "/home/me",
  USER: "me",
  LOGNAME: "me",
  SHELL: "/bin/zsh",
  LANG: "C.UTF-8",
  PATH: "/home/me/bin:/usr/bin",
  XDG_CONFIG_HOME: "/home/me/conf",
  CLAW_TOKEN: "secret",
  USERPROFILE: String.raw`C:\Users\me`,
  LOCALAPPDATA: String.raw`C:\Users\me\AppData\Local`,
};

describe("serviceManagers()", () => {
  for (const os of ["linux", "darwin", "windows"] as const) {
    it(`passes nothing of claw's own on, on ${os}`, () => {
      const managers = serviceManagers(os, shell);
      assert.ok(managers.length >= 2);
      for (const { env } of managers) {
        for (const name of Object.keys(env)) assert.doesNotMatch(name, /CLAW|OPENCLAW|XDG_CONFIG/);
      }
    });
  }

  it("knows who has a home, and which", () => {
    const homes = (os: Parameters<typeof serviceManagers>[0]) =>
      serviceManagers(os, shell).map(({ name, env }) => `${name}: ${env["HOME"] ?? env["USERPROFILE"] ?? "none"}`);
    assert.deepEqual(homes("linux"), ["cron: /home/me", "systemd --user: /home/me", "systemd without User=: none"]);
    assert.deepEqual(homes("darwin"), ["cron: /home/me", "launchd agent: /home/me", "launchd daemon: none"]);
    assert.deepEqual(homes("windows"), [
      String.raw`Task Scheduler: C:\Users\me`,
      String.raw`Task Scheduler as SYSTEM: C:\Windows\system32\config\systemprofile`,
    ]);
  });

  it("leaves out what the shell has not", () => {
    const [cron] = serviceManagers("linux", {});
    assert.deepEqual(Object.keys(cron?.env ?? {}).toSorted(), ["PATH", "SHELL"]);
  });
});

describe("judgeService()", () => {
  const there = (changes: Partial<Surroundings>, here: Partial<Surroundings> = {}) =>
    judgeService({ ...sound, ...here }, { name: "cron", around: { ...sound, ...changes } });

  it("finds nothing where nothing differs that matters", () => {
    assert.deepEqual(there({}), []);
    assert.deepEqual(there({ secret: undefined }), [], "the device's token is enough");
  });

  const rows: readonly (readonly [what: string, Partial<Surroundings>, words: RegExp, command: RegExp])[] = [
    [
      "no home",
      { settingsFailure: failure("config/invalid", {}, "HOME is not set") },
      /HOME is not set/,
      /--config-dir/,
    ],
    [
      "another key",
      { keyFile: "/root/.config/claw/device.json" },
      /another device/,
      /--config-dir \/home\/me\/.config/,
    ],
    [
      "another gateway",
      { target: { ...target, url: "ws://127.0.0.1:1/", from: "default" } },
      /\(default\)/,
      /--url ws:/,
    ],
    ["no secret", { secret: undefined, grant: undefined }, /CLAW_TOKEN is only here/, /^claw device pair$/],
  ];
  for (const [what, changes, words, command] of rows) {
    it(`warns of ${what}`, () => {
      const [found, ...others] = there(changes, what === "no secret" ? { grant: undefined } : {});
      assert.deepEqual(others, []);
      assert.equal(`${found?.id} ${found?.severity}`, "CFG-8 warning");
      assert.match(found?.cause ?? "", /^cron: /);
      assert.match(found?.cause ?? "", words);
      assert.match(found?.command ?? "", command);
    });
  }

  it("is silent where it is broken here, too", () => {
    const settingsFailure = failure("config/invalid");
    assert.deepEqual(there({ settingsFailure }, { settingsFailure }), []);
  });
});
