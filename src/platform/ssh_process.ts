/**
 * The system's ssh as a tunnel for the length of a run: started by its arguments and never by a shell, watched, and
 * ended by its id. Where the system can, its near end is a Unix socket in a directory that only this user may enter, so
 * that nobody else on this machine can go through it. What its words mean: `transport/ssh_failure.ts`.
 */
import { type ChildProcess, spawn } from "node:child_process";
import * as fs from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import process from "node:process";
import { realClock } from "./clock.ts";
import { osCodeOf, storing } from "./files.ts";
import type { Os } from "./world.ts";

/** Where this machine goes into the tunnel. */
export type Entrance = { readonly path: string } | { readonly host: string; readonly port: number };

export interface SshRequest {
  readonly os: Os;
  /** With PATH, by which ssh is found, and with all that ssh itself looks for there. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly target: string;
  /** Where it leads, as the target sees it. IPv6 in brackets. */
  readonly host: string;
  readonly port: number;
  /** Somebody sits at a terminal whom ssh may ask. */
  readonly isAttended: boolean;
  /** How long reaching the target may take. */
  readonly connectMs: number;
}

export interface SshProcess {
  readonly entrance: Entrance;
  /** What it has said last, a line each, oldest first. */
  readonly said: readonly string[];
  /** How many lines it has said in all. */
  lineCount(): number;
  /** Resolves to true when the tunnel is open, to false when ssh ended instead. Never rejects. */
  readonly ready: Promise<boolean>;
  /** Resolves when it has ended, to why it could not even be started where that is so. */
  readonly ended: Promise<string | undefined>;
  isEnded(): boolean;
  /** Ends it, and waits until it is gone. */
  close(): Promise<void>;
}

const pollMs = 20;
const graceMs = 1_500;
/** The whole path of a Unix socket may have 103 bytes on some systems. */
const longestDirectory = 78;
/** More than the longest that OpenSSH says at once: that a host key was changed. */
const mostLines = 40;
const longestLine = 500;

/** Starts ssh. @throws ClawError `store/io` when there is no place for its socket */
export async function startSsh(request: SshRequest): Promise<SshProcess> {
  const directory = request.os === "windows" ? undefined : createDirectory();
  const entrance = directory === undefined
    ? { host: "127.0.0.1", port: await freePort() }
    : { path: `${directory}/gateway` };
  const child = spawnSsh(request, entrance);
  if (typeof child === "string") {
    if (directory !== undefined) fs.rmSync(directory, { recursive: true, force: true });
    return unstarted(entrance, child);
  }
  const said: string[] = [];
  let [isEnded, lineCount] = [false, 0];
  const listening = new Promise<true>((resolve) => {
    gather(child, (line) => {
      if (/^debug1: Local forwarding listening on /.test(line)) resolve(true);
      if (isChatter(line)) return;
      lineCount++;
      if (said.push(line) > mostLines) said.shift();
    });
  });
  const ended = endOf(child).finally(() => {
    isEnded = true;
    leave();
    if (directory !== undefined) fs.rmSync(directory, { recursive: true, force: true });
  });
  const leave = endWithClaw(child, directory);
  const open = "path" in entrance ? appears(entrance.path, () => isEnded) : listening;
  return {
    entrance,
    said,
    lineCount: () => lineCount,
    ready: Promise.race([open, ended.then(() => false)]),
    ended,
    isEnded: () => isEnded,
    close: () => end(child, ended),
  };
}

/** @returns the system's code when it cannot be started: some are thrown at once, and only under Bun */
function spawnSsh(request: SshRequest, entrance: Entrance): ChildProcess | string {
  try {
    return spawn("ssh", [...sshArguments(request, entrance)], {
      env: { ...request.env },
      stdio: ["ignore", "ignore", "pipe"],
      windowsHide: true,
    });
  } catch (cause) {
    return osCodeOf(cause);
  }
}

function unstarted(entrance: Entrance, osCode: string): SshProcess {
  return {
    entrance,
    said: [],
    lineCount: () => 0,
    ready: Promise.resolve(false),
    ended: Promise.resolve(osCode),
    isEnded: () => true,
    close: () => Promise.resolve(),
  };
}

/** The arguments of ssh. */
export function sshArguments(
  { target, host, port, isAttended, connectMs }: SshRequest,
  entrance: Entrance,
): readonly string[] {
  const near = "path" in entrance ? entrance.path : `${entrance.host}:${entrance.port}`;
  const options = [
    "ExitOnForwardFailure=yes",
    // A connection that others share would keep the tunnel when this run is over.
    "ControlMaster=no",
    "ControlPath=none",
    // Its words are needed, however few its configuration wants. A port can be seen to be open only by going through it:
    // there ssh tells, among much else.
    `LogLevel=${"path" in entrance ? "INFO" : "DEBUG1"}`,
    `ConnectTimeout=${Math.max(1, Math.floor(connectMs / 1_000) - 1)}`,
    // With nobody to ask, a question would wait for ever.
    ...(isAttended ? [] : ["BatchMode=yes"]),
  ];
  return [
    "-N",
    "-T",
    "-a",
    "-x",
    ...options.flatMap((option) => ["-o", option]),
    ...["-L", `${near}:${host}:${port}`],
    "--",
    target,
  ];
}

function createDirectory(): string {
  const place = canHoldSocket(tmpdir()) ? tmpdir() : "/tmp";
  return storing(place, "write", () => fs.mkdtempSync(`${place}/claw-ssh-`));
}

function canHoldSocket(directory: string): boolean {
  // ssh reads colons, percent and dollar signs in the path as its own, and takes only a path from the root for one.
  if (!/^\/[\w./@+=,-]*$/.test(directory) || directory.length > longestDirectory) return false;
  const mode = fs.statSync(directory, { throwIfNoEntry: false })?.mode;
  // Where others may write, only the sticky bit keeps them from putting something of theirs in its place.
  return mode !== undefined && ((mode & 0o022) === 0 || (mode & 0o1000) !== 0);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Cuts what ssh says into lines; the other machine may have it say anything, and without an end. */
function gather(child: ChildProcess, take: (line: string) => void): void {
  let rest = "";
  const takeWhole = (line: string) => {
    if (line.trim() !== "") take(line.slice(0, longestLine));
  };
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split(/\r*\n/);
    rest = (lines.pop() ?? "").slice(0, longestLine);
    for (const line of lines) takeWhole(line);
  }).on("end", () => takeWhole(rest));
}

/** What it says only because it was asked to tell much. */
function isChatter(line: string): boolean {
  return /^(debug\d: |OpenSSH_|Authenticated to |Transferred: |Bytes per second: )/.test(line);
}

/** The code of the system when it could not be started. What it said last is in by then. */
function endOf(child: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let cancel = () => {};
    child.once("error", (cause) => resolve(osCodeOf(cause)));
    // Its words may come after its exit; but what it started may hold them open for ever.
    child.once("exit", () => (cancel = realClock.after(graceMs, () => resolve(undefined))));
    child.once("close", () => {
      cancel();
      resolve(undefined);
    });
  });
}

/** ssh makes its socket when it is let in, and is ready a moment later. */
async function appears(path: string, isEnded: () => boolean): Promise<boolean> {
  while (!isEnded()) {
    const isThere = fs.existsSync(path);
    await realClock.sleep(pollMs);
    if (isThere) return !isEnded();
  }
  return false;
}

async function end(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  signalTo(child, "SIGTERM");
  const cancel = realClock.after(graceMs, () => signalTo(child, "SIGKILL"));
  await ended;
  cancel();
}

/** By its id, as long as that is its own. (Deno's `child.kill` works once.) */
function signalTo({ pid, exitCode, signalCode }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined || exitCode !== null || signalCode !== null) return;
  try {
    process.kill(pid, signal);
  } catch {
    // It has just ended.
  }
}

/**
 * The signals that end claw at once, without its own orderly end: a second one of these two, or a terminal that is gone.
 * ssh must not be left behind then. @returns what takes this back
 */
function endWithClaw(child: ChildProcess, directory: string | undefined): () => void {
  const heard = new Map<NodeJS.Signals, number>([["SIGINT", 1], ["SIGTERM", 1]]);
  if (!isHangUpIgnored()) heard.set("SIGHUP", 0);
  const onSignal = (signal: NodeJS.Signals) => {
    const left = heard.get(signal) ?? 0;
    heard.set(signal, left - 1);
    if (left > 0) return;
    leave();
    signalTo(child, "SIGKILL");
    if (directory !== undefined) fs.rmSync(directory, { recursive: true, force: true });
    process.kill(process.pid, signal);
  };
  const leave = () => {
    for (const signal of heard.keys()) process.off(signal, onSignal);
  };
  for (const signal of heard.keys()) process.on(signal, onSignal);
  return leave;
}

/** As nohup leaves it, which listening would undo. Only Linux tells. */
function isHangUpIgnored(): boolean {
  try {
    const lastDigit = /^SigIgn:\s*[0-9a-f]*([0-9a-f])$/m.exec(fs.readFileSync("/proc/self/status", "utf8"))?.[1];
    return (Number.parseInt(lastDigit ?? "0", 16) & 1) === 1;
  } catch {
    return false;
  }
}
