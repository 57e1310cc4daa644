/**
 * What is said about a key that another program may use, too, and the folder that is OpenClaw's own.
 */
import type { OwnKey } from "../../cli/context.ts";
import { ClawError } from "../../errors.ts";

export const sharedKeyWarning =
  "a key that the official command line uses, too, leads to one approval after the other: let one program have it";

/** @throws ClawError `input/invalid` for what is below OpenClaw's identity folder, unless the person knows */
export function mayTouch(key: OwnKey, path: string, knows: boolean): void {
  if (knows || !key.isOpenclaws(path)) return;
  throw new ClawError("input/invalid", `${path} is OpenClaw's own identity: ${sharedKeyWarning}`, {
    hint: "leave it to OpenClaw, and let claw have its own key; if you must, say --i-know",
  });
}
