/**
 * `claw device export`: a copy of this device's key, into a new file that only its owner may read, and nowhere else.
 */
import { defineCommand } from "../../cli/command.ts";
import { done } from "../../cli/outcome.ts";
import { ClawError } from "../../errors.ts";
import { mayTouch, sharedKeyWarning } from "./foreign_key.ts";

export const deviceExport = defineCommand({
  isReadOnly: false,
  arguments: [{ name: "file", summary: "a file that is not there yet", isRequired: true }],
  flags: {
    format: {
      type: "string",
      value: "format",
      choices: ["pem", "openclaw"],
      summary: "PKCS#8 in PEM (default), or OpenClaw's device.json",
    },
    iKnow: { type: "boolean", summary: "also into OpenClaw's own identity folder" },
  },
  examples: [
    { line: "claw device export claw-key.pem", does: "for a backup, or another installation in this one's place" },
    { line: "claw device export device.json --format openclaw", does: "as OpenClaw's own command line keeps its key" },
  ],
  notes: [
    "Whoever has the key is this device. It is written with mode 0600, never over another file and never to a terminal.",
  ],
  async run({ format = "pem", iKnow }, [path = ""], context) {
    if (path === "-" || path === "") {
      throw new ClawError("usage/bad-flag", "a key is written into a file alone", {
        hint: "name a file that is not there",
      });
    }
    const key = await context.ownKey();
    mayTouch(key, path, iKnow);
    const { deviceId } = await key.export(path, format);
    if (format === "openclaw") context.warn(sharedKeyWarning);
    const text = `wrote the key of device ${deviceId} into ${path}: whoever has it is this device`;
    return done({ status: "exported", deviceId, path, format }, { kind: "line", text });
  },
});
