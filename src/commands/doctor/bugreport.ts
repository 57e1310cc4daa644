/**
 * `claw bugreport`: what a doctor sees, and the frames of one connect, as one JSON document without any secret, to be
 * attached to an issue. Who takes the secrets out is `src/examination/redact.ts`.
 */
import { defineCommand } from "../../cli/command.ts";
import { done } from "../../cli/outcome.ts";
import { escapeJson } from "../../cli/escape.ts";
import type { FrameEntry } from "../../cli/doctor.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { version } from "../../version.ts";
import { lookBy } from "./report.ts";

/** A gateway may say much; the beginning is what a report is about. */
const mostFrames = 200;
const mostCharacters = 1_000_000;

/** Keeps frames up to these limits; of one that is too long, its length. */
function createRecord(): { readonly frames: FrameEntry[]; keep(entry: FrameEntry): void } {
  const frames: FrameEntry[] = [];
  let left = mostCharacters;
  return {
    frames,
    keep(entry) {
      if (frames.length >= mostFrames) return;
      const { length } = JSON.stringify(entry);
      left -= length;
      frames.push(left >= 0 ? entry : { ...entry, frame: `(${length} characters, left out)` });
    },
  };
}

/** The remedies for claw's own directories are none here. */
function tellWhere(thrown: unknown): never {
  const { code, message, details } = asClawError(thrown);
  throw new ClawError(code, message, { hint: "name a file where you may write, or - for stdout", details });
}

export const bugreport = defineCommand({
  isReadOnly: true,
  flags: {},
  arguments: [{ name: "file", summary: "a new file to write (default: claw-bugreport-TIME.json), or - for stdout" }],
  examples: [
    { line: "claw bugreport", does: "write a new file, and name it" },
    { line: "claw bugreport - > report.json", does: "the same where you say" },
  ],
  notes: [
    "It holds what `claw doctor` shows, versions, and the frames of one connection. Tokens stand as six hex digits that\n" +
    "only this machine can make, passwords as ***, the home directory as ~. The gateway's address is in it, and what the\n" +
    "gateway says of its machine, devices and agents: look it over before you publish it.",
  ],
  async run(_options, [file], context) {
    if (file === "") throw new ClawError("usage/bad-flag", "a file needs a name", { hint: "- stands for stdout" });
    const { frames, keep } = createRecord();
    const doctor = await context.doctor();
    const report = await lookBy(doctor, {
      asService: true,
      onFrame: keep,
    });
    const redact = await doctor.redactor();
    const atMs = context.clock.now();
    const document = await redact({
      claw: { version, os: doctor.os },
      madeAt: new Date(atMs).toISOString(),
      doctor: report,
      frames,
    });
    const text = `${escapeJson(JSON.stringify(document, null, 2))}\n`;
    if (file === "-") return done(document, { kind: "raw", text });
    const path = file ?? `claw-bugreport-${new Date(atMs).toISOString().replace(/\D/g, "").slice(0, 14)}.json`;
    if (!await doctor.writeNew(path, text).catch(tellWhere)) {
      throw new ClawError("input/invalid", `${path} is there already, and is not overwritten`, {
        hint: "name a file that is not there",
      });
    }
    return done({ file: path, healthy: report.healthy }, {
      kind: "line",
      text: `wrote ${path}: look it over, then attach it to your report`,
    });
  },
});
