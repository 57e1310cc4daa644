/**
 * The README's job files are copied as they stand: a crontab line, a systemd service and a launchd job must be right.
 */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { grammar } from "../src/app.ts";
import { parse } from "../src/cli/parse.ts";
import { settings } from "../src/settings/schema.ts";
import { itWhen } from "./support/it_when.ts";
import { parsePlist, type PlistDict } from "./support/plist.ts";
import { shellWords } from "./support/shell_words.ts";

/** The one fenced block of a language that contains `word`. */
function block(language: string, word: string): string {
  const all = readFileSync("README.md", "utf8").matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  const found = [...all].filter(([, name, text]) => name === language && text?.includes(word));
  assert.equal(found.length, 1, `one ${language} block with ${word}`);
  return found[0]?.[2] ?? "";
}

/** An absolute path to claw, and arguments that it understands. */
async function assertUnderstood(words: readonly string[]): Promise<void> {
  assert.match(words[0] ?? "", /^\/.*\/claw$/);
  const { registry, globals } = grammar();
  await parse(words.slice(1), registry, globals);
}

describe("the README's crontab", () => {
  const ranges = [[0, 59], [0, 23], [1, 31], [1, 12], [0, 7]] as const;

  it("has times that exist, and commands that claw understands", async () => {
    const lines = block("crontab", "claw").trimEnd().split("\n").filter((line) => !line.startsWith("#"));
    assert.ok(lines.length > 0);
    for (const line of lines) {
      const [, times = "", command = ""] = /^((?:\S+\s+){5})(.*)$/.exec(line) ?? [];
      for (const [at, field] of times.trim().split(/\s+/).entries()) {
        const [from, to] = ranges[at] ?? [0, -1];
        for (const number of field.match(/\d+/g) ?? []) assert.ok(Number(number) >= from && Number(number) <= to, line);
        assert.match(field, /^(\*|\d+)([-,/]\d+)*$/);
      }
      // cron takes a bare percent sign for a line end.
      assert.doesNotMatch(command, /(^|[^\\])%/);
      await assertUnderstood(shellWords(command));
    }
  });
});

describe("the README's systemd service", () => {
  const known = ["Type", "ExecStart", "SuccessExitStatus", "Environment", "LoadCredential"];

  it("has directives that systemd knows, and a command that claw understands", async () => {
    const lines = block("ini", "[Service]").trimEnd().split("\n").filter((line) => !/^#|^\[|^$/.test(line));
    const directives = lines.map((line) => /^(\w+)=(.*)$/.exec(line) ?? [line, line, ""]);
    for (const [, name = ""] of directives) assert.ok(known.includes(name), name);
    const [, , command = ""] = directives.find(([, name]) => name === "ExecStart") ?? [];
    await assertUnderstood(shellWords(command));
  });
});

/** launchd.plist(5), as far as a job like this may need it. */
const launchdKeys: Readonly<Record<string, "string" | "number" | "boolean" | "strings" | "dict">> = {
  Label: "string",
  Program: "string",
  ProgramArguments: "strings",
  EnvironmentVariables: "dict",
  StartCalendarInterval: "dict",
  StartInterval: "number",
  RunAtLoad: "boolean",
  WorkingDirectory: "string",
  StandardInPath: "string",
  StandardOutPath: "string",
  StandardErrorPath: "string",
  ProcessType: "string",
  Nice: "number",
  Umask: "number",
};
const calendarRanges: Readonly<Record<string, readonly [from: number, to: number]>> = {
  Minute: [0, 59],
  Hour: [0, 23],
  Day: [1, 31],
  Weekday: [0, 7],
  Month: [1, 12],
};

describe("the README's launchd job", () => {
  const xml = block("xml", "<plist");
  const job = parsePlist(xml) as PlistDict;

  it("has keys that launchd knows, with values of their kind", () => {
    for (const [key, value] of Object.entries(job)) assert.equal(kindOf(value), launchdKeys[key], key);
    for (const [key, value] of Object.entries(job["StartCalendarInterval"] ?? {})) {
      const [from, to] = calendarRanges[key] ?? [0, -1];
      assert.ok(Number(value) >= from && Number(value) <= to, `${key} ${value}`);
    }
    for (const path of ["StandardOutPath", "StandardErrorPath"]) assert.match(String(job[path] ?? "/"), /^\//);
  });

  it("sets variables that claw knows, and a command that it understands", async () => {
    const variables: readonly string[] = settings.map(({ env }) => env);
    for (const name of Object.keys(job["EnvironmentVariables"] ?? {})) assert.ok(variables.includes(name), name);
    await assertUnderstood(job["ProgramArguments"] as readonly string[]);
  });

  const hasPython = spawnSync("python3", ["-c", "import plistlib"]).status === 0;
  itWhen(hasPython ? undefined : "python3 is not installed", "means the same to another parser", () => {
    const script = "import json,plistlib,sys; print(json.dumps(plistlib.loads(sys.stdin.buffer.read())))";
    const { stdout } = spawnSync("python3", ["-c", script], { input: xml, encoding: "utf8" });
    assert.deepEqual(JSON.parse(stdout), job);
    return Promise.resolve();
  });
});

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return value.every((item) => typeof item === "string") ? "strings" : "mixed";
  return typeof value === "object" ? "dict" : typeof value;
}
