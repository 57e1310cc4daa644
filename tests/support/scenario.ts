/**
 * Scenarios: terminal sessions as text. A file begins with the public report that it guards and reads like this:
 *
 *     # openclaw/openclaw#1: what went wrong there
 *     gateway protocol=3                    starts a dev gateway: $PORT, $URL and $SECRET are its own
 *     file .openclaw/openclaw.json          below $HOME, made of the lines with a bar
 *     | { gateway: { port: $PORT } }
 *     < some text                           standard input of the next command
 *     $ NAME=value claw event "text"        variables come before the command
 *     expected stdout                       `…` stands for any text, alone on a line for any lines
 *     ! expected stderr
 *     [exit 0]
 */
import { shellWords } from "./shell_words.ts";

export interface ScenarioFile {
  readonly path: string;
  readonly content: string;
}

export interface ScenarioCommand {
  readonly line: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
  readonly stdin: string;
  /** Files that are written before it. */
  readonly files: readonly ScenarioFile[];
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly exit: number;
}

export interface Scenario {
  /** Reports as `owner/repository#number`. */
  readonly guards: readonly string[];
  /** Options of the dev gateway, or undefined without one. */
  readonly gateway: Readonly<Record<string, string>> | undefined;
  readonly commands: readonly ScenarioCommand[];
}

/** @throws Error that names the line that fits nowhere */
export function parseScenario(text: string): Scenario {
  const lines = text.trimEnd().split("\n");
  const guards = lines.flatMap((line) => line.startsWith("#") ? line.match(/[\w-]+\/[\w-]+#\d+/g) ?? [] : []);
  const gateway = lines.find((line) => /^gateway\b/.test(line));
  const rest = lines.filter((line) => !/^(#|gateway\b|$)/.test(line));
  const commands: ScenarioCommand[] = [];
  while (rest.length > 0) commands.push(takeCommand(rest));
  return { guards, gateway: gateway === undefined ? undefined : pairs(shellWords(gateway).slice(1)), commands };
}

function takeCommand(lines: string[]): ScenarioCommand {
  const files: ScenarioFile[] = [];
  for (let file = /^file (.+)$/.exec(lines[0] ?? ""); file !== null; file = /^file (.+)$/.exec(lines[0] ?? "")) {
    lines.shift();
    files.push({ path: file[1] ?? "", content: take(lines, "| ").map((line) => `${line}\n`).join("") });
  }
  const stdin = take(lines, "< ").join("\n");
  const line = lines.shift() ?? "";
  const words = line.startsWith("$ ") ? shellWords(line.slice(2)) : [];
  const at = words.indexOf("claw");
  const end = lines.findIndex((expected) => /^\[exit \d+\]$/.test(expected));
  if (at < 0 || end < 0) throw new Error(`no command, or one without an exit: ${line}`);
  const expected = lines.splice(0, end + 1);
  return {
    line,
    env: pairs(words.slice(0, at)),
    args: words.slice(at + 1),
    stdin,
    files,
    stdout: expected.slice(0, -1).filter((text) => !text.startsWith("! ")),
    stderr: expected.filter((text) => text.startsWith("! ")).map((text) => text.slice(2)),
    exit: Number(/\d+/.exec(expected.at(-1) ?? "")?.[0]),
  };
}

/** Whether a text has these lines; `…` is a wildcard. */
export function matches(text: string, expected: readonly string[]): boolean {
  const quoted = expected.map((line) =>
    line === "…"
      ? "(?:.*\n)*"
      : `${line.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".*")}\n`
  );
  return new RegExp(`^${quoted.join("")}$`).test(text);
}

function take(lines: string[], start: string): readonly string[] {
  const end = lines.findIndex((line) => !line.startsWith(start));
  return lines.splice(0, end < 0 ? lines.length : end).map((line) => line.slice(start.length));
}

function pairs(words: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(words.map((word) => [word.slice(0, word.indexOf("=")), word.slice(word.indexOf("=") + 1)]));
}
