/**
 * `claw device reset`: a new key for this device, which makes it another device to every gateway. Nothing is deleted.
 */
import { defineCommand } from "../../cli/command.ts";
import { done, negative } from "../../cli/outcome.ts";
import { tellKeyChange } from "./key_change.ts";

export const deviceReset = defineCommand({
  isReadOnly: false,
  flags: { yes: { type: "boolean", summary: "do not ask" } },
  examples: [
    { line: "claw device reset", does: "a new key, after a question" },
    { line: "claw device reset --yes --json", does: "the same for a script" },
  ],
  notes: [
    "The old key stays beside the new one as device.prev (one that was kept there before is replaced), and its tokens in\n" +
    "a folder of their own. `claw device import` of that file brings both back. Offline: gateways learn of it when this\n" +
    "device asks them to be paired anew, and the old device stays paired until it is removed there.",
  ],
  async run({ yes }, _operands, context) {
    const key = await context.ownKey();
    if (key.isMissing()) {
      const data = { status: "unchanged" };
      return done(data, { kind: "line", text: "there is no key yet: the first connection makes one" });
    }
    const question = "give this device a new key? every gateway must approve it anew";
    if (!yes && !await context.confirm(question)) {
      return negative({ status: "kept" }, { kind: "line", text: "kept the key" });
    }
    return tellKeyChange("reset", await key.reset());
  },
});
