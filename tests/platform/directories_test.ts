import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findDirectories, findHome } from "../../src/platform/directories.ts";
import type { Os } from "../../src/platform/world.ts";

type Env = Readonly<Record<string, string>>;
type Row = readonly [
  title: string,
  os: Os,
  env: Env,
  configDir: string | undefined,
  expected: { config: string; state: string } | "no home" | "relative home",
];

const home = { HOME: "/home/ann" };
const windowsHome = { USERPROFILE: "C:\\Users\\ann" };
const local = "C:\\Users\\ann\\AppData\\Local";
const darwin = "/Users/ann/Library/Application Support/claw";

const rows: readonly Row[] = [
  ["the home directory", "linux", home, undefined, {
    config: "/home/ann/.config/claw",
    state: "/home/ann/.local/state/claw",
  }],
  ["XDG_CONFIG_HOME", "linux", { ...home, XDG_CONFIG_HOME: "/x" }, undefined, {
    config: "/x/claw",
    state: "/home/ann/.local/state/claw",
  }],
  ["XDG_STATE_HOME", "linux", { ...home, XDG_STATE_HOME: "/y" }, undefined, {
    config: "/home/ann/.config/claw",
    state: "/y/claw",
  }],
  ["both XDG directories, without a home", "linux", { XDG_CONFIG_HOME: "/x", XDG_STATE_HOME: "/y" }, undefined, {
    config: "/x/claw",
    state: "/y/claw",
  }],
  [
    "relative and empty XDG directories, which are ignored",
    "linux",
    {
      ...home,
      XDG_CONFIG_HOME: "x",
      XDG_STATE_HOME: "",
    },
    undefined,
    { config: "/home/ann/.config/claw", state: "/home/ann/.local/state/claw" },
  ],
  ["one XDG directory, without a home", "linux", { XDG_CONFIG_HOME: "/x" }, undefined, "no home"],
  ["no home", "linux", {}, undefined, "no home"],
  ["an empty home", "linux", { HOME: "" }, undefined, "no home"],
  ["a relative home", "linux", { HOME: "ann" }, undefined, "relative home"],
  ["LOCALAPPDATA, which does not count", "linux", { ...home, LOCALAPPDATA: "/l" }, undefined, {
    config: "/home/ann/.config/claw",
    state: "/home/ann/.local/state/claw",
  }],

  ["the home directory", "darwin", { HOME: "/Users/ann" }, undefined, { config: darwin, state: `${darwin}/state` }],
  [
    "XDG directories, which do not count",
    "darwin",
    {
      HOME: "/Users/ann",
      XDG_CONFIG_HOME: "/x",
      XDG_STATE_HOME: "/y",
    },
    undefined,
    { config: darwin, state: `${darwin}/state` },
  ],
  ["no home, as under launchd", "darwin", {}, undefined, "no home"],
  ["a relative home", "darwin", { HOME: "./ann" }, undefined, "relative home"],

  [
    "LOCALAPPDATA, which does not roam",
    "windows",
    {
      ...windowsHome,
      LOCALAPPDATA: "D:\\Local",
      APPDATA: "D:\\Roaming",
    },
    undefined,
    { config: "D:\\Local\\claw", state: "D:\\Local\\claw\\state" },
  ],
  ["the profile directory", "windows", windowsHome, undefined, {
    config: `${local}\\claw`,
    state: `${local}\\claw\\state`,
  }],
  ["an empty LOCALAPPDATA", "windows", { ...windowsHome, LOCALAPPDATA: "" }, undefined, {
    config: `${local}\\claw`,
    state: `${local}\\claw\\state`,
  }],
  ["HOME, which does not count", "windows", home, undefined, "no home"],
  ["XDG directories, which do not count", "windows", { ...windowsHome, XDG_CONFIG_HOME: "C:\\x" }, undefined, {
    config: `${local}\\claw`,
    state: `${local}\\claw\\state`,
  }],
  // A share that profiles are kept on, and the other slash, which Windows takes too.
  ["a profile on a share", "windows", { USERPROFILE: "\\\\server\\ann" }, undefined, {
    config: "\\\\server\\ann\\AppData\\Local\\claw",
    state: "\\\\server\\ann\\AppData\\Local\\claw\\state",
  }],
  ["a profile with slashes", "windows", { USERPROFILE: "c:/Users/ann" }, undefined, {
    config: "c:/Users/ann\\AppData\\Local\\claw",
    state: "c:/Users/ann\\AppData\\Local\\claw\\state",
  }],
  ["LOCALAPPDATA without a profile", "windows", { LOCALAPPDATA: "D:\\Local" }, undefined, {
    config: "D:\\Local\\claw",
    state: "D:\\Local\\claw\\state",
  }],
  ["a relative LOCALAPPDATA, which is ignored", "windows", { ...windowsHome, LOCALAPPDATA: "Local" }, undefined, {
    config: `${local}\\claw`,
    state: `${local}\\claw\\state`,
  }],
  ["a relative profile", "windows", { USERPROFILE: "Users\\ann" }, undefined, "relative home"],
  ["a profile below a drive's own directory", "windows", { USERPROFILE: "C:ann" }, undefined, "relative home"],
  ["a profile without a drive", "windows", { USERPROFILE: "\\Users\\ann" }, undefined, "relative home"],
];

/** What is chosen by hand holds on every system, and needs no home. */
const chosen = (["linux", "darwin", "windows"] as const).flatMap((os): Row[] => {
  const slash = os === "windows" ? "\\" : "/";
  const system = os === "windows" ? windowsHome : home;
  return [
    ["CLAW_CONFIG_DIR", os, { CLAW_CONFIG_DIR: "/c" }, undefined, { config: "/c", state: `/c${slash}state` }],
    ["CLAW_CONFIG_DIR before the system's own", os, { ...system, CLAW_CONFIG_DIR: "/c" }, undefined, {
      config: "/c",
      state: `/c${slash}state`,
    }],
    ["both variables", os, { CLAW_CONFIG_DIR: "/c", CLAW_STATE_DIR: "/s" }, undefined, { config: "/c", state: "/s" }],
    ["the flag before the variable", os, { CLAW_CONFIG_DIR: "/c" }, "/f", { config: "/f", state: `/f${slash}state` }],
    ["the flag, and a state directory", os, { CLAW_STATE_DIR: "/s" }, "/f", { config: "/f", state: "/s" }],
    ["empty variables", os, { CLAW_CONFIG_DIR: "", CLAW_STATE_DIR: "" }, undefined, "no home"],
    ["a state directory alone", os, { CLAW_STATE_DIR: "/s" }, undefined, "no home"],
  ];
});

describe("findDirectories()", () => {
  for (const [title, os, env, configDir, expected] of [...rows, ...chosen]) {
    it(`follows on ${os}: ${title}`, () => {
      if (typeof expected !== "string") {
        return assert.deepEqual(findDirectories(os, env, { config: configDir }), expected);
      }
      const name = os === "windows" ? "USERPROFILE" : "HOME";
      const state = expected === "no home" ? "not set" : "not an absolute path";
      assert.throws(() => findDirectories(os, env, { config: configDir }), {
        code: "config/invalid",
        message: `${name} is ${state}, so claw cannot find its directory`,
        hint: /--config-dir DIR or CLAW_CONFIG_DIR/,
      });
    });
  }

  it("takes the state directory of the command line before all others", () => {
    const env = { ...home, CLAW_STATE_DIR: "/s" };
    assert.deepEqual(findDirectories("linux", env, { config: "/f", state: "/t" }), { config: "/f", state: "/t" });
    assert.equal(findDirectories("linux", env, { state: "/t" }).state, "/t");
  });

  it("never stays below OpenClaw's own directory", () => {
    const { config, state } = findDirectories("linux", { ...home, OPENCLAW_STATE_DIR: "/o", OPENCLAW_HOME: "/o" });
    assert.ok(![config, state].some((path) => path.includes(".openclaw") || path.startsWith("/o")));
  });
});

describe("findHome()", () => {
  it("asks the variable of the system", () => {
    assert.equal(findHome("linux", { ...home, ...windowsHome }), "/home/ann");
    assert.equal(findHome("darwin", { ...home, ...windowsHome }), "/home/ann");
    assert.equal(findHome("windows", { ...home, ...windowsHome }), "C:\\Users\\ann");
  });
});
