/**
 * A file system that dies: every call that changes something is a point at which the process can be killed, before the
 * call or, where it writes, with half of it written. `CLAW_CRASH_AT` numbers the point, from 1. Who stands it in the
 * place of `node:fs`: `crash_fs.ts` and `crash_preload.ts`.
 */
import type * as fs from "node:fs";
import process from "node:process";

/** Counts points; at the chosen one, half of the change happens and the process ends without a chance to tidy up. */
function countPoints(): (half?: () => void) => void {
  const crashAt = Number(process.env["CLAW_CRASH_AT"] ?? 0);
  let passed = 0;
  return (half = () => {}) => {
    passed += 1;
    if (passed !== crashAt) return;
    half();
    process.kill(process.pid, "SIGKILL");
    // The signal may need a moment.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  };
}

/** The functions of `original` that change something, each with its points. Others that do so, claw does not use. */
export function makeMortal(original: typeof fs) {
  const point = countPoints();
  const mortal = <Args extends unknown[], Result>(act: (...args: Args) => Result) => (...args: Args): Result => {
    point();
    return act(...args);
  };
  return {
    fsyncSync: mortal(original.fsyncSync),
    linkSync: mortal(original.linkSync),
    renameSync: mortal(original.renameSync),
    openSync(path: fs.PathLike, flags: fs.OpenMode | undefined, mode?: fs.Mode) {
      if (isForWriting(flags ?? "r", original.constants)) point();
      return original.openSync(path, flags ?? "r", mode);
    },
    writeFileSync(file: fs.PathOrFileDescriptor, text: string, options?: fs.WriteFileOptions) {
      point();
      point(() => original.writeFileSync(file, text.slice(0, text.length / 2), options));
      original.writeFileSync(file, text, options);
    },
    writeSync(handle: number, data: Uint8Array) {
      if (handle > 2) point();
      return original.writeSync(handle, data);
    },
    mkdirSync(path: fs.PathLike, options: fs.MakeDirectoryOptions) {
      if (!original.existsSync(path)) point();
      return original.mkdirSync(path, options);
    },
    rmSync(path: fs.PathLike, options?: fs.RmOptions) {
      if (original.existsSync(path)) point();
      original.rmSync(path, options);
    },
  };
}

function isForWriting(flags: fs.OpenMode, { O_CREAT, O_RDWR, O_WRONLY }: typeof fs.constants): boolean {
  return typeof flags === "number" ? (flags & (O_CREAT | O_RDWR | O_WRONLY)) !== 0 : /[wa+]/.test(flags);
}
