/**
 * The device that a verb is about: found, named, and agreed on before anything is sent. What this very device does to
 * itself it may not be able to take back, so that is asked twice.
 */
import type { Context } from "../../cli/context.ts";
import { ableDevices, plainWord, whoElse } from "../../devices/authority.ts";
import { chooseDevice } from "../../devices/reference.ts";
import { pairedOf, wholeNameOf } from "../../devices/roster.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { type PairedDevice, scopes } from "../../protocol/mod.ts";
import { type Desk, findAt, openDesk } from "./desk.ts";

export interface Target {
  readonly desk: Desk;
  readonly device: PairedDevice;
  readonly isOwn: boolean;
}

export const referenceArgument = {
  name: "ref",
  summary: "id of the device, the beginning of one (6 or more), or an operator's label",
} as const;

/** @param reference undefined: this device */
export async function findTarget(context: Context, reference: string | undefined): Promise<Target> {
  const desk = await openDesk(context);
  const device = reference === undefined ? ownDevice(desk) : findAt(desk, (roster) => chooseDevice(roster, reference));
  return { desk, device, isOwn: device.deviceId === desk.deviceId };
}

function ownDevice({ roster, deviceId }: Desk): PairedDevice {
  const own = pairedOf(roster, deviceId);
  if (own !== undefined) return own;
  throw new ClawError("gateway/not-found", `the gateway does not know this device (${deviceId})`);
}

/** Who else could do it. On 2026.9.6 another's device takes `admin`, unless one comes with the gateway's secret. */
export function authorityFor({ desk, isOwn }: Target, needs: readonly string[], hostCommand: string): string {
  const wanted = isOwn || !desk.isPartial ? needs : [...needs, scopes.admin];
  return whoElse(wanted, ableDevices(desk.roster, wanted, desk.deviceId), hostCommand);
}

/** The official command for it, with the id where that is a plain word. */
export function onHost({ device }: Target, verb: string, flag = "", rest = ""): string {
  const id = plainWord(device.deviceId);
  return id === undefined ? "openclaw devices list" : `openclaw devices ${verb} ${flag}${id}${rest}`;
}

interface Agreement {
  /** E.g. `remove`. */
  readonly verb: string;
  readonly yes: boolean;
  /** Whether it was said beforehand that it may be this very device. */
  readonly self: boolean;
  /** What follows for this very device. */
  readonly consequence: string;
}

/** Whether to go on. @throws ClawError `usage/missing-argument` where nobody can be asked */
export async function agree(context: Context, target: Target, agreement: Agreement): Promise<boolean> {
  const { device, isOwn } = target;
  const { verb, yes, self, consequence } = agreement;
  if (isOwn && yes && !self) {
    throw new ClawError("usage/missing-argument", `that is this very device: ${consequence}`, {
      hint: "say that you mean it with --self beside --yes",
    });
  }
  if (yes) return true;
  if (!await context.confirm(`${verb} ${wholeNameOf(device)}?`)) return false;
  return !isOwn || await context.confirm(`it is this very device: ${consequence}. ${verb} it all the same?`);
}

/** 2026.9.6 ends the connections of a device that lost its standing, also the one by which it was asked to. */
export function isOwnEnd(thrown: unknown, { isOwn }: Target): boolean {
  const error = asClawError(thrown);
  return isOwn && error.code === "net/unanswered" && error.details["closeCode"] === 4001;
}
