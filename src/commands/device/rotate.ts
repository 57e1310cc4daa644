/**
 * `claw device rotate`: puts a new token in the place of a device's. One's own is stored before claw ends; another's is
 * never shown, since the device earns it itself at its next login with the gateway's secret.
 */
import { writeOnce } from "../../cli/certain_write.ts";
import { defineCommand } from "../../cli/command.ts";
import type { Context, Gateway } from "../../cli/context.ts";
import { done, negative, type Outcome } from "../../cli/outcome.ts";
import { scopesToRotate, withAuthority } from "../../devices/authority.ts";
import {
  approvedScopes,
  nameOf,
  pairedOf,
  readRoster,
  rolesOf,
  scopesBeyond,
  wholeNameOf,
} from "../../devices/roster.ts";
import { asClawError, ClawError } from "../../errors.ts";
import type { PairedDevice } from "../../protocol/mod.ts";
import { openDesk } from "./desk.ts";
import { scopeWord } from "./device_words.ts";
import { keepToken } from "./keep_token.ts";
import { agree, authorityFor, findTarget, onHost, referenceArgument, type Target } from "./target.ts";
import { operatorRole, parseScopes } from "./token_scopes.ts";

export const deviceRotate = defineCommand({
  isReadOnly: false,
  arguments: [{ ...referenceArgument, summary: `${referenceArgument.summary} (default: this device)` }],
  flags: {
    role: { type: "string", value: "role", summary: `the token for this role (default: ${operatorRole})` },
    scopes: { type: "list", value: "scopes", summary: "what it may do, e.g. read,write (default: what it may now)" },
    yes: { type: "boolean", summary: "do not ask before another device's token is changed" },
    dryRun: { type: "boolean", summary: "show which one it is, and send nothing" },
  },
  examples: [
    { line: "claw device rotate", does: "a new token for this device, stored at once" },
    { line: "claw device rotate --scopes read", does: "one that may only read" },
    { line: "claw device rotate 3f2a91c4 --yes", does: "make another device earn a new one" },
  ],
  notes: [
    "The old token stops working at once; this device's stays beside the new one as .prev. Another device is refused\n" +
    "until it logs in with the gateway's secret, and gets its new token then: nobody else is shown it.",
    "A token never carries more than the device was approved for, nor than you may do.",
  ],
  async run({ role = operatorRole, scopes: given, yes, dryRun }, [reference], context) {
    const asked = parseScopes(given, role);
    const target = await findTarget(context, reference);
    const { device, isOwn } = target;
    const wanted = scopesFor(device, role, asked);
    const name = isOwn ? "this device" : wholeNameOf(device);
    const shown = { device, role, scopes: wanted, isThisDevice: isOwn };
    if (dryRun) {
      const text = `would rotate the token of ${name} as ${role} (${wordsOf(wanted)}), and sent nothing`;
      return done({ status: "would-rotate", ...shown }, { kind: "line", text });
    }
    const agreement = { verb: "rotate the token of", yes: yes || isOwn, self: true, consequence: "" };
    if (!await agree(context, target, agreement)) {
      return negative({ status: "kept", ...shown }, { kind: "line", text: `kept the token of ${name}` });
    }
    const order: Order = { role, wanted, asked: asked.length > 0 ? asked : undefined };
    return isOwn ? await rotateOwn(target, order, context) : await rotateOther(target, order, context);
  },
});

interface Order {
  readonly role: string;
  readonly wanted: readonly string[];
  /** What was asked for by flag; undefined leaves it to the gateway. */
  readonly asked: readonly string[] | undefined;
}

/** What the new token will carry. @throws ClawError `input/invalid`, `gateway/not-found` */
function scopesFor(device: PairedDevice, role: string, asked: readonly string[]): readonly string[] {
  if (!rolesOf(device).includes(role)) {
    throw new ClawError("gateway/not-found", `${nameOf(device)} was never approved as ${role}`);
  }
  const beyond = scopesBeyond(asked, approvedScopes(device));
  if (beyond.length > 0) {
    throw new ClawError("input/invalid", `${nameOf(device)} was never approved for ${beyond.join(", ")}`, {
      hint: `it was for ${approvedScopes(device).join(", ") || "nothing"}`,
    });
  }
  return asked.length > 0
    ? asked
    : device.tokens?.find((token) => token.role === role)?.scopes ?? approvedScopes(device);
}

interface Rotated {
  readonly token?: string | undefined;
  readonly scopes: readonly string[];
}

async function send(gateway: Gateway, target: Target, { role, asked }: Order, context: Context): Promise<Rotated> {
  const { deviceId } = target.device;
  const params = { deviceId, role, ...(asked === undefined ? {} : { scopes: [...asked] }) };
  const answer = await gateway.connection.call("device.token.rotate", params, context.signal);
  if (answer.deviceId === deviceId && answer.role === role) return answer;
  throw new ClawError("protocol/unexpected-frame", "device.token.rotate was answered for another device or role");
}

/** When a role's token was last made or rotated. */
function madeAt(device: PairedDevice | undefined, role: string): number {
  const token = device?.tokens?.find((one) => one.role === role);
  return Math.max(token?.createdAtMs ?? 0, token?.rotatedAtMs ?? 0);
}

async function rotateOther(target: Target, order: Order, context: Context): Promise<Outcome> {
  const { device, desk } = target;
  const { role, wanted } = order;
  const needs = scopesToRotate(role, wanted, desk.connection.handshake.protocol);
  const authority = authorityFor(target, needs, onHost(target, "rotate", "--device ", ` --role ${role}`));
  const there = await openDesk(context, { needs, authority });
  const { scopes: given } = await writeOnce<Rotated>(context, {
    send: () => send(there, target, order, context),
    open: async () => (await openDesk(context)).connection,
    look: async (again) => {
      const seen = pairedOf(await readRoster(again, context.signal), device.deviceId);
      return madeAt(seen, role) > madeAt(device, role) ? { scopes: wanted } : undefined;
    },
    hint: "look at its token with `claw device list`",
  }).catch((thrown: unknown) => {
    throw withAuthority(asClawError(thrown), authority);
  });
  const text =
    `rotated the token of ${nameOf(device)} as ${role} (${wordsOf(given)}): that device gets the new one at ` +
    "its next login with the gateway's secret, and is refused until then";
  const data = { status: "rotated", device, role, scopes: given, isThisDevice: false, stored: false };
  return done(data, { kind: "line", text });
}

/** 2026.9.6 hands the token to nobody but the device that logged in with the one before. */
async function rotateOwn(target: Target, order: Order, context: Context): Promise<Outcome> {
  const { device, desk } = target;
  const { role, wanted } = order;
  const needs = scopesToRotate(role, wanted, desk.connection.handshake.protocol);
  const authority = authorityFor(target, needs, onHost(target, "rotate", "--device ", ` --role ${role}`));
  const refuse = (thrown: unknown) => {
    throw withAuthority(asClawError(thrown), authority);
  };
  const gateway = await context.gateway(needs, { by: "device-token" }).catch(refuse);
  // Where nothing can be stored, the old token goes on.
  gateway.spareToken();
  const rotated = await send(gateway, target, order, context).catch((thrown: unknown) => {
    const error = asClawError(thrown);
    const isSent = error.details["isSent"] === true || error.code.startsWith("protocol/");
    if (isSent && error.code !== "net/unanswered") throw withEarning(error);
    if (error.code !== "net/unanswered") return refuse(error);
    context.extendTime(earnMs);
    context.note(error.message);
    return undefined;
  });
  const data = { status: "rotated", device, role, scopes: rotated?.scopes ?? wanted, isThisDevice: true };
  const said = `rotated the token of this device as ${role} (${wordsOf(data.scopes)})`;
  if (rotated?.token !== undefined && rotated.token !== "") {
    keepToken(gateway, { role, token: rotated.token, scopes: rotated.scopes }, "the token is rotated");
    return done({ ...data, stored: true }, { kind: "line", text: `${said}, and stored the new one` });
  }
  await earn(target, { role, needs, isSure: rotated !== undefined }, context);
  const text = `${said}, and earned the new one with the gateway's secret`;
  return done({ ...data, stored: true }, { kind: "line", text });
}

/** A login for the new token. */
const earnMs = 10_000;

interface Earning {
  readonly role: string;
  readonly needs: readonly string[];
  /** Whether the gateway said that it rotated. */
  readonly isSure: boolean;
}

/** Logs in with the gateway's secret, which stores the token that hello-ok brings. */
async function earn({ device, desk }: Target, { role, needs, isSure }: Earning, context: Context): Promise<void> {
  const outcome = await context.gateway(needs, { by: "secret" }).then(async ({ connection, login, kept }) => {
    const seen = pairedOf(await readRoster(connection, context.signal), desk.deviceId);
    const isRotated = isSure || madeAt(seen, role) > madeAt(device, role);
    return isRotated && login.kind !== "device-token" && kept.isStored && role === operatorRole;
  }).catch((thrown: unknown) => {
    context.note(`logging in anew failed: ${asClawError(thrown).message}`);
    return false;
  });
  if (outcome) return;
  const message = isSure
    ? "the token is rotated, but the new one is not stored here: the stored one no longer works"
    : "device.token.rotate was sent, but no answer came: the stored token may no longer work";
  throw withEarning(new ClawError(isSure ? "auth/rejected" : "net/unanswered", message));
}

function withEarning(error: ClawError): ClawError {
  const hint = "connect once with the gateway's token, which stores the token that is in force: --token-file FILE";
  return new ClawError(error.code, error.message, { hint, details: error.details, cause: error });
}

function wordsOf(list: readonly string[]): string {
  return list.map(scopeWord).join(", ") || "no scope";
}
