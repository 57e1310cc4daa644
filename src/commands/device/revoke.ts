/**
 * `claw device revoke`: makes a device's token worthless. The device stays paired.
 */
import { writeOnce } from "../../cli/certain_write.ts";
import { defineCommand } from "../../cli/command.ts";
import type { Context } from "../../cli/context.ts";
import { done, negative } from "../../cli/outcome.ts";
import { scopesToRevoke, withAuthority } from "../../devices/authority.ts";
import { pairedOf, readRoster, wholeNameOf } from "../../devices/roster.ts";
import { asClawError } from "../../errors.ts";
import { openDesk } from "./desk.ts";
import { agree, authorityFor, findTarget, isOwnEnd, onHost, referenceArgument, type Target } from "./target.ts";
import { operatorRole, tokenOf } from "./token_scopes.ts";

const consequence =
  "its token stops working at once, and it is let in again only with the gateway's secret and, where the gateway asks, " +
  "a new approval";

export const deviceRevoke = defineCommand({
  isReadOnly: false,
  arguments: [{ ...referenceArgument, isRequired: true }],
  flags: {
    role: { type: "string", value: "role", summary: `the token for this role (default: ${operatorRole})` },
    yes: { type: "boolean", summary: "do not ask" },
    self: { type: "boolean", summary: "with --yes: it may be this very device" },
    dryRun: { type: "boolean", summary: "show which one it is, and send nothing" },
  },
  examples: [
    { line: "claw device revoke 3f2a91c4", does: "by the beginning of the device's id" },
    { line: 'claw device revoke "old laptop" --yes', does: "by its label, without asking" },
  ],
  notes: [
    "A device that knows the gateway's secret gets a new token with it: 2026.3.13 gives one at once, 2026.9.6 after an\n" +
    "approval, which a device on the gateway's own host gets by itself.",
  ],
  async run({ role = operatorRole, yes, self, dryRun }, [reference = ""], context) {
    const target = await findTarget(context, reference);
    const { device, isOwn } = target;
    const { scopes, revokedAtMs } = tokenOf(device, role);
    const name = wholeNameOf(device);
    const told = (status: string, text: string) =>
      done({ status, device, role, isThisDevice: isOwn }, { kind: "line", text });
    if (revokedAtMs !== undefined) return told("unchanged", `the token of ${name} as ${role} is revoked already`);
    if (dryRun) return told("would-revoke", `would revoke the token of ${name} as ${role}, and sent nothing`);
    if (!await agree(context, target, { verb: "revoke the token of", yes, self, consequence })) {
      return negative({ status: "kept", device, role }, { kind: "line", text: `kept the token of ${name}` });
    }
    await revoke(target, role, scopes, context);
    return told("revoked", `revoked the token of ${name} as ${role}${isOwn ? `; ${consequence}` : ""}`);
  },
});

async function revoke(target: Target, role: string, held: readonly string[], context: Context): Promise<void> {
  const { device: { deviceId }, desk, isOwn } = target;
  const needs = scopesToRevoke(role, held, desk.connection.handshake.protocol);
  const authority = authorityFor(target, needs, onHost(target, "revoke", "--device ", ` --role ${role}`));
  const { connection } = await openDesk(context, { needs, authority });
  const gone = { deviceId, role, revokedAtMs: context.clock.now() };
  await writeOnce(context, {
    send: () =>
      connection.call("device.token.revoke", { deviceId, role }, context.signal).catch((thrown: unknown) => {
        if (isOwnEnd(thrown, target)) return gone;
        throw thrown;
      }),
    // Looking would earn this very device a new token.
    ...(isOwn ? {} : {
      open: async () => (await openDesk(context)).connection,
      look: async (again) => {
        const device = pairedOf(await readRoster(again, context.signal), deviceId);
        const token = device?.tokens?.find((one) => one.role === role);
        return token?.revokedAtMs === undefined ? undefined : gone;
      },
    }),
    hint: "look at its token with `claw device list`",
  }).catch((thrown: unknown) => {
    throw withAuthority(asClawError(thrown), authority);
  });
}
