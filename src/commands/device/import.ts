/**
 * `claw device import`: a key from a file in the place of this device's own, which is kept.
 */
import { defineCommand } from "../../cli/command.ts";
import { done } from "../../cli/outcome.ts";
import { ClawError } from "../../errors.ts";
import { mayTouch, sharedKeyWarning } from "./foreign_key.ts";
import { tellKeyChange } from "./key_change.ts";

export const deviceImport = defineCommand({
  isReadOnly: false,
  arguments: [{
    name: "file",
    summary: "an Ed25519 key: PKCS#8 in PEM, OpenClaw's device.json, or claw's",
    isRequired: true,
  }],
  flags: { iKnow: { type: "boolean", summary: "also from OpenClaw's own identity folder" } },
  examples: [
    { line: "claw device import claw-key.pem", does: "be the device that this key belongs to" },
    {
      line: "claw device import ~/.config/claw/device.prev",
      does: "be the device again that was before the last change",
    },
  ],
  notes: [
    "The file must be its owner's alone (mode 0600). The id is taken from the key; a file that says another is refused.\n" +
    "The key before stays as device.prev, and its tokens in a folder of their own.",
    "A key belongs to one program. Gateways remember how the program behind it calls itself: two that share a key make\n" +
    "them ask for approval again and again, and each new token ends the other's.",
  ],
  async run({ iKnow }, [path = ""], context) {
    if (path === "-" || path === "") {
      throw new ClawError("usage/bad-flag", "a key is read from a file alone", {
        hint: "put it into a file of mode 0600",
      });
    }
    const key = await context.ownKey();
    mayTouch(key, path, iKnow);
    const change = await key.import(path);
    if (change === undefined) {
      return done({ status: "unchanged" }, { kind: "line", text: "this device has that very key already" });
    }
    context.warn(sharedKeyWarning);
    return tellKeyChange("imported", change);
  },
});
