/**
 * Cron jobs and their runs on disk, so that a dev gateway finds them again: one private file for each generation,
 * replaced whole, checked when it is read. Next: `cron_book.ts`.
 */
import * as z from "zod/mini";
import { ClawError } from "../errors.ts";
import { join } from "../platform/directories.ts";
import { parseJson } from "../platform/files.ts";
import { hostReader } from "../platform/host.ts";
import { ensurePrivateDirectory, readPrivate, replacePrivate } from "../platform/private_file.ts";
import { CronJob, CronRun, type ProtocolVersion } from "../protocol/mod.ts";
import type { CronRecords } from "./cron_book.ts";
import { nextRunOf } from "./cron_timing.ts";

const Records = z.strictObject({ version: z.literal(1), jobs: z.array(CronJob), runs: z.array(CronRun) });
const what = "the dev gateway's cron file";

/**
 * What was kept, nothing when nothing was. @throws ClawError `config/invalid` when the file is damaged, and what
 * `readPrivate` throws
 */
export function loadCron(directory: string, protocol: ProtocolVersion): CronRecords {
  const path = pathIn(directory, protocol);
  const text = readPrivate(hostReader(), path, what);
  if (text === undefined) return { jobs: [], runs: [] };
  const json = parseJson(text);
  const parsed = Records.safeParse(json?.value);
  if (!parsed.success) {
    const place = parsed.error.issues[0]?.path.join(".");
    throw damaged(path, json === undefined ? "it is not JSON" : `${place || "it"} is not as it was written`);
  }
  const { jobs, runs } = parsed.data;
  const odd = jobs.findIndex((job) => !hasReadableTimes(job, protocol));
  if (odd >= 0) throw damaged(path, `the schedule of jobs.${odd} cannot be read`);
  return { jobs, runs };
}

/** A scheduler that was given a time which is none would fire at once, or never. */
function hasReadableTimes(job: CronJob, protocol: ProtocolVersion): boolean {
  try {
    return Number.isFinite(nextRunOf(job, 0, { protocol, zone: "UTC" }) ?? 0);
  } catch {
    return false;
  }
}

function damaged(path: string, why: string): ClawError {
  return new ClawError("config/invalid", `${what} ${path} is damaged: ${why}`, {
    hint: "mend it, or move it aside to begin without jobs",
    details: { path },
  });
}

/** Replaces what was kept. @throws ClawError `store/io` */
export function saveCron(
  directory: string,
  protocol: ProtocolVersion,
  records: CronRecords,
  uniqueName: string,
): void {
  ensurePrivateDirectory(directory);
  const text = `${JSON.stringify({ version: 1, ...records })}\n`;
  replacePrivate(hostReader().os, pathIn(directory, protocol), text, uniqueName);
}

function pathIn(directory: string, protocol: ProtocolVersion): string {
  return join(hostReader().os, directory, `cron-protocol-${protocol}.json`);
}
