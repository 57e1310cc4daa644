/**
 * The real process as a `World`. Streams are written synchronously through file descriptors: `process.stdout` costs
 * 8 to 10 ms at start and loses data at exit. Loaded once, by `main.ts`.
 */
import * as fs from "node:fs";
import process from "node:process";
import { ClawError } from "../errors.ts";
import { realClock, unlessAborted } from "./clock.ts";
import { osCodeOf } from "./files.ts";
import type { Ids, Input, Os, Output, World } from "./world.ts";

const realIds: Ids = {
  uuid: () => crypto.randomUUID(),
  random: () => Math.random(),
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
};

/** Reads arguments, environment and streams of this process; signals are caught from here on. */
export function createRealWorld(): World {
  return {
    args: process.argv.slice(2),
    env: process.env,
    os: osOf(process.platform),
    userId: process.getuid?.(),
    get zone() {
      return findZone(process.env["TZ"]);
    },
    stdin: createInput(),
    stdout: createOutput(1),
    stderr: createOutput(2),
    clock: realClock,
    ids: realIds,
    interrupted: catchSignals(),
    runShell: async (commandLine, signal) => (await import("./shell.ts")).runShell(commandLine, signal),
    runProgram: async (argv, stdin, signal) => (await import("./program.ts")).runProgram(argv, stdin, signal),
    sendDatagram: async (path, text) => (await import("./datagram.ts")).sendDatagram(path, text),
    runEditor: async (commandLine, path) => (await import("./editor.ts")).runEditor(commandLine, path),
  };
}

/**
 * Both runtimes say UTC for a TZ that they do not know (POSIX rules such as `CET-1CEST`, a path, a misspelling), which
 * would be a wrong answer where none is right.
 */
function findZone(tz: string | undefined): string | undefined {
  const zone: string | undefined = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone === undefined || zone === "Etc/Unknown") return undefined;
  const isSaid = tz === undefined || tz === "" || /^(Etc\/)?(UTC|UCT|GMT|Zulu|Universal)(0|[+-]0)?$/i.test(tz);
  return zone === "UTC" && !isSaid ? undefined : zone;
}

function osOf(platform: string): Os {
  if (platform === "win32") return "windows";
  return platform === "darwin" ? "darwin" : "linux";
}

function catchSignals(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    // Once: a second one ends even a run that no longer listens.
    process.once(signal, () => controller.abort(new ClawError("interrupted", "interrupted", { details: { signal } })));
  }
  return controller.signal;
}

function createInput(): Input {
  return {
    get isTty() {
      return isTerminal(0);
    },
    readLine: (signal) => readLine(signal),
    readKey: async (signal) => await (await import("./keys.ts")).readKey(signal),
    async readAll() {
      const { gatherText } = await import("./input_file.ts");
      return await gatherText(fs.createReadStream("", { fd: 0, autoClose: false }), "standard input");
    },
  };
}

/** Byte by byte, so that nothing behind the line is taken away from who reads next. */
async function readLine(signal: AbortSignal): Promise<string | undefined> {
  const bytes: number[] = [];
  const byte = new Uint8Array(1);
  for (;;) {
    const count = await unlessAborted(readByte(byte), signal);
    if (count === 0 && bytes.length === 0) return undefined;
    if (count === 0 || byte[0] === 10) break;
    bytes.push(byte[0] ?? 0);
  }
  return new TextDecoder().decode(new Uint8Array(bytes)).replace(/\r$/, "");
}

function readByte(byte: Uint8Array): Promise<number> {
  return new Promise((resolve, reject) => {
    fs.read(0, byte, 0, 1, null, (cause, count) => cause === null ? resolve(count) : reject(cause));
  }).catch((cause: unknown) => {
    throw new ClawError("input/invalid", `cannot read standard input: ${osCodeOf(cause)}`, { cause });
  }) as Promise<number>;
}

function createOutput(fd: 1 | 2): Output {
  return {
    get isTty() {
      return isTerminal(fd);
    },
    get columns() {
      const stream = fd === 1 ? process.stdout : process.stderr;
      // Serial lines and bare pseudo-terminals say 0.
      return isTerminal(fd) ? stream.columns || 80 : 80;
    },
    write: (text) => writeAll(fd, new TextEncoder().encode(text)),
    writeAside: (text) => writeAside(fd, new TextEncoder().encode(text)),
  };
}

/**
 * A terminal is a character device, and so is the null device, which cron jobs write to. Only what is left after these
 * two cheap looks is asked about with the costly question.
 */
function isTerminal(fd: number): boolean {
  try {
    const stat = fs.fstatSync(fd);
    if (!stat.isCharacterDevice() || stat.rdev === nullDevice()) return false;
  } catch {
    return false; // A closed descriptor.
  }
  return process.getBuiltinModule("node:tty").isatty(fd);
}

function nullDevice(): number | undefined {
  return process.platform === "win32" ? undefined : fs.statSync("/dev/null").rdev;
}

const fullPipeMs = 5;

function writeAll(fd: number, bytes: Uint8Array): void {
  let rest = bytes;
  while (rest.length > 0) {
    try {
      rest = rest.subarray(fs.writeSync(fd, rest));
    } catch (cause) {
      const osCode = osCodeOf(cause);
      // A pipe in non-blocking mode is full: its reader is slow. Wait for it without spinning.
      if (osCode === "EAGAIN") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, fullPipeMs);
      else throw notWritten(fd, cause);
    }
  }
}

/** A thread of the runtime's waits for a reader that is slow. */
async function writeAside(fd: number, bytes: Uint8Array): Promise<void> {
  let rest = bytes;
  while (rest.length > 0) {
    const written = await new Promise<number | "full">((resolve, reject) => {
      fs.write(fd, rest, (cause, count) => {
        if (cause === null) resolve(count);
        else if (osCodeOf(cause) === "EAGAIN") resolve("full");
        else reject(notWritten(fd, cause));
      });
    });
    if (written === "full") await realClock.sleep(fullPipeMs);
    else rest = rest.subarray(written);
  }
}

function notWritten(fd: number, cause: unknown): ClawError {
  const osCode = osCodeOf(cause);
  return new ClawError("store/io", `cannot write to ${fd === 1 ? "stdout" : "stderr"}: ${osCode}`, {
    details: { osCode },
    cause,
  });
}
