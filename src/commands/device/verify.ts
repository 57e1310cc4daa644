/**
 * `claw device verify`: whether this device's key and tokens are sound, offline. Exit 1 when something is wrong.
 */
import { defineCommand } from "../../cli/command.ts";
import { type Cell, done, negative, type View } from "../../cli/outcome.ts";

export const deviceVerify = defineCommand({
  isReadOnly: true,
  flags: {},
  examples: [{ line: "claw device verify", does: "look the key and the tokens over, without a gateway" }],
  notes: [
    "It looks at who may read and write the files, the key file's checksum, the id that follows from the key, a signature\n" +
    "made and verified, and each token's owner. It changes nothing. Exit 1 when something is wrong, with how to mend it.",
  ],
  async run(_options, _operands, context) {
    const checks = await context.verifyDevice();
    const isOk = checks.every((check) => check.isOk);
    const rows = checks.map(({ isOk, name, found }): readonly Cell[] => [
      isOk ? "ok" : { text: "wrong", tone: "bad" },
      name,
      found,
    ]);
    const columns = [{ label: "STATE" }, { label: "WHAT" }, { label: "FOUND" }];
    const mends = checks.flatMap(({ mend, found }): View[] =>
      mend === undefined ? [] : [{ kind: "line", text: `to mend: ${found}` }, { kind: "line", text: `  ${mend}` }]
    );
    const view: View = { kind: "stack", views: [{ kind: "table", columns, rows }, ...mends] };
    return isOk ? done({ checks, isOk }, view) : negative({ checks, isOk }, view);
  },
});
