/**
 * Text to validated frame and back: the only JSON boundary of the wire. What does not validate never leaves and never
 * enters, so a mistake of ours fails at home instead of as a close from far away.
 */
import { ClawError } from "../errors.ts";
import { Frame } from "./frames.ts";
import { maxNesting, maxPayloadBytes } from "./limits.ts";

/** What a transport delivers: text, or the bytes of a binary message (which no gateway sends). */
export type Message = string | Uint8Array;

/** Why a message is not a frame; stands in `details.reason` of a `protocol/bad-frame`. */
export type BadFrameReason = "not-json" | "binary" | "too-long" | "too-deep" | "not-a-frame";

/**
 * Decodes one message.
 * @throws ClawError `protocol/bad-frame`, with `details.reason` a {@link BadFrameReason}
 */
export function decodeFrame(message: Message, maxBytes = maxPayloadBytes): Frame {
  if (typeof message !== "string") throw badFrame("binary", "a binary message where a text frame is due");
  if (isLongerThan(message, maxBytes)) throw badFrame("too-long", `a frame longer than ${maxBytes} bytes`);
  const value = parseJson(message);
  if (isNestedTooDeep(message, value)) throw badFrame("too-deep", `JSON nested deeper than ${maxNesting} levels`);
  if (!Frame.safeParse(value).success) throw badFrame("not-a-frame", "JSON that is no request, response or event");
  // The value itself, not zod's copy: members unknown to us (even `__proto__`) survive a round trip.
  return value as Frame;
}

/**
 * Encodes one frame.
 * @throws ClawError `protocol/bad-frame` when the frame is not one the wire allows
 */
export function encodeFrame(frame: Frame): string {
  if (!Frame.safeParse(frame).success) throw badFrame("not-a-frame", "an outgoing frame that the wire does not allow");
  return JSON.stringify(frame);
}

/** Parses JSON text. @throws ClawError `protocol/bad-frame` with reason `not-json` */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw badFrame("not-json", "text that is not JSON", cause);
  }
}

/** Whether a JSON text's value is nested deeper than the wire allows: whatever walks it would run out of stack. */
export function isNestedTooDeep(text: string, value: unknown): boolean {
  // Each level takes two characters.
  return text.length > 2 * maxNesting && isDeeperThan(maxNesting, value);
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeperThan(levels - 1, member));
}

/** Whether the UTF-8 form of a text exceeds a limit; counts bytes only when the text's length leaves room for doubt. */
export function isLongerThan(text: string, maxBytes: number): boolean {
  if (text.length > maxBytes) return true;
  if (text.length * 3 <= maxBytes) return false;
  return new TextEncoder().encode(text).length > maxBytes;
}

function badFrame(reason: BadFrameReason, what: string, cause?: unknown): ClawError {
  return new ClawError("protocol/bad-frame", `the wire carried ${what}`, { details: { reason }, cause });
}
