/**
 * `claw device remove`: takes a device's pairing away. It must ask anew, and be approved anew.
 */
import { writeOnce } from "../../cli/certain_write.ts";
import { defineCommand } from "../../cli/command.ts";
import { done, negative } from "../../cli/outcome.ts";
import { withAuthority } from "../../devices/authority.ts";
import { pairedOf, readRoster, wholeNameOf } from "../../devices/roster.ts";
import { asClawError } from "../../errors.ts";
import { scopes } from "../../protocol/mod.ts";
import { openDesk } from "./desk.ts";
import { agree, authorityFor, findTarget, isOwnEnd, onHost, referenceArgument } from "./target.ts";

const consequence =
  "its token stops working at once, and it must be approved anew where the gateway does not by itself";

export const deviceRemove = defineCommand({
  isReadOnly: false,
  arguments: [{ ...referenceArgument, isRequired: true }],
  flags: {
    yes: { type: "boolean", summary: "do not ask" },
    self: { type: "boolean", summary: "with --yes: it may be this very device" },
    dryRun: { type: "boolean", summary: "show which one it is, and send nothing" },
  },
  examples: [
    { line: "claw device remove 3f2a91c4", does: "by the beginning of its id" },
    { line: 'claw device remove "old laptop" --yes', does: "by its label, without asking" },
  ],
  notes: [
    "2026.9.6 ends the device's connections at once; 2026.3.13 lets those that stand go on until they end. Who knows the\n" +
    "gateway's secret can ask again: change that too when a device was lost.",
  ],
  async run({ yes, self, dryRun }, [reference = ""], context) {
    const target = await findTarget(context, reference);
    const { desk, device, isOwn } = target;
    const { deviceId } = device;
    const name = wholeNameOf(device);
    const told = (status: string, text: string) =>
      done({ status, device, isThisDevice: isOwn }, { kind: "line", text });
    if (dryRun) return told("would-remove", `would remove ${name}, and sent nothing`);
    if (!await agree(context, target, { verb: "remove", yes, self, consequence })) {
      return negative({ status: "kept", device }, { kind: "line", text: `kept ${name}` });
    }
    const gone = { deviceId };
    await writeOnce(context, {
      send: () =>
        desk.connection.call("device.pair.remove", { deviceId }, context.signal).catch((thrown: unknown) => {
          if (isOwnEnd(thrown, target)) return gone;
          throw thrown;
        }),
      // Looking would pair this very device again.
      ...(isOwn ? {} : {
        open: async () => (await openDesk(context)).connection,
        look: async (again) =>
          pairedOf(await readRoster(again, context.signal), deviceId) === undefined ? gone : undefined,
      }),
      hint: "look whether it is still there with `claw device list`",
    }).catch((thrown: unknown) => {
      throw withAuthority(asClawError(thrown), authorityFor(target, [scopes.pairing], onHost(target, "remove")));
    });
    const after = isOwn ? `; ${consequence}` : "";
    return told("removed", `removed ${name}${after}`);
  },
});
