/**
 * `claw device rename`: gives a paired device a label, by which every verb knows it. 2026.3.13 keeps none.
 */
import { writeOnce } from "../../cli/certain_write.ts";
import { defineCommand } from "../../cli/command.ts";
import { done } from "../../cli/outcome.ts";
import { withAuthority } from "../../devices/authority.ts";
import { nameOf, pairedOf, readRoster, shortId } from "../../devices/roster.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { scopes } from "../../protocol/mod.ts";
import { openDesk } from "./desk.ts";
import { authorityFor, findTarget, onHost, referenceArgument, type Target } from "./target.ts";

const longestLabel = 64;

export const deviceRename = defineCommand({
  isReadOnly: false,
  arguments: [
    { ...referenceArgument, isRequired: true },
    { name: "label", summary: `what to call it, at most ${longestLabel} characters`, isRequired: true },
  ],
  flags: { dryRun: { type: "boolean", summary: "show which one it is, and send nothing" } },
  examples: [{ line: 'claw device rename 3f2a91c4 "kitchen pi"', does: "from now on it is known by that, too" }],
  notes: ["The label is the gateway's: every operator sees it. What the device calls itself stays as it is."],
  async run({ dryRun }, [reference = "", given = ""], context) {
    const label = parseLabel(given);
    const target = await findTarget(context, reference);
    const { desk, device } = target;
    const { deviceId } = device;
    requireFree(target, label);
    if (device.operatorLabel === label) {
      return done({ status: "unchanged", device }, { kind: "line", text: `${nameOf(device)} is called so already` });
    }
    if (dryRun) {
      const text = `would call ${nameOf(device)} '${label}', and sent nothing`;
      return done({ status: "would-rename", device, label }, { kind: "line", text });
    }
    await writeOnce(context, {
      send: () => desk.connection.call("device.pair.rename", { deviceId, label }, context.signal),
      open: async () => (await openDesk(context)).connection,
      look: async (again) => {
        const seen = pairedOf(await readRoster(again, context.signal), deviceId);
        return seen?.operatorLabel === label ? { deviceId, label } : undefined;
      },
      hint: "look what it is called with `claw device list`",
    }).catch((thrown: unknown) => {
      const command = onHost(target, "rename", "--device ", " --name NAME");
      throw withAuthority(asClawError(thrown), authorityFor(target, [scopes.pairing], command));
    });
    const text = `device ${shortId(deviceId)} is called '${label}' now`;
    return done({ status: "renamed", device: { ...device, operatorLabel: label }, label }, { kind: "line", text });
  },
});

function parseLabel(given: string): string {
  const label = given.trim();
  if (label === "") throw new ClawError("input/invalid", "a label needs a character that can be seen");
  if (label.length <= longestLabel) return label;
  throw new ClawError("input/invalid", `a label has at most ${longestLabel} characters, and this one ${label.length}`);
}

/** A label that is another's, or reads like another's id, would name neither. */
function requireFree({ desk, device }: Target, label: string): void {
  const { pending, paired } = desk.roster;
  const holder = paired.find(({ deviceId, operatorLabel }) => deviceId !== device.deviceId && operatorLabel === label);
  if (holder !== undefined) throw new ClawError("input/invalid", `${nameOf(holder)} is called '${label}' already`);
  const ids = [...paired.map(({ deviceId }) => deviceId), ...pending.flatMap((one) => [one.requestId, one.deviceId])];
  if (!/^[0-9a-f-]{6,}$/.test(label) && !ids.includes(label)) return;
  throw new ClawError("input/invalid", `'${label}' reads like the beginning of an id`, { hint: "use a word" });
}
