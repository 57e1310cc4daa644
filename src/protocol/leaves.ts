/**
 * The smallest parts of schemas, each made once: zod takes some 25 µs for every part, and a frame's schema has dozens.
 * Only for the messages on the path of `claw event`; schemas that are lazy may spell their parts out.
 */
import * as z from "zod/mini";

export const text = z.string();
/** At least one character. */
export const nonEmpty = z.string().check(z.minLength(1));
export const integer = z.int();
export const number = z.number();
export const truth = z.boolean();
/** Any JSON value, or absent. */
export const anything = z.optional(z.unknown());
export const texts = z.array(text);
export const optionalNonEmpty = z.optional(nonEmpty);
export const optionalText = z.optional(text);
export const optionalNumber = z.optional(number);
