/**
 * The spellings in which a secret may stand in a text that others wrote: as JSON, a URL, base64 or hex has it, and broken
 * into lines. Finds and replaces them; which texts are secret is `examination/redact.ts`. Pure.
 */

/** Secrets by their spellings, each with what is shown in its place. */
export type Known = ReadonlyMap<string, string>;

/** Shorter pieces stand in innocent texts, too. */
const shortestDisguise = 8;

/** A text as it is, and every other spelling of it that is long enough to tell. */
export function spellingsOf(text: string): readonly string[] {
  const encoded = encodeURIComponent(text.toWellFormed());
  const lower = encoded.replaceAll(/%../g, (code) => code.toLowerCase());
  const others = [...jsonSpellings(text), encoded, lower, encoded.replaceAll("%20", "+"), decodeOrKeep(text)];
  const bytes = new TextEncoder().encode(text);
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const disguises = [...[0, 1, 2].flatMap((before) => base64Core(bytes, before)), hex, hex.toUpperCase()];
  return [...new Set([text, ...others, ...disguises.filter((form) => form.length >= shortestDisguise)])];
}

/** JSON that holds JSON; some writers spell a slash and what is not ASCII otherwise. */
function jsonSpellings(text: string): readonly string[] {
  const once = JSON.stringify(text).slice(1, -1);
  const ascii = once.replaceAll(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const forms = [once, ascii, once.replaceAll("/", "\\/")];
  return forms.flatMap((form) => [form, JSON.stringify(form).slice(1, -1)]);
}

/** What base64 makes of it behind other bytes: the characters that depend on it alone. */
function base64Core(bytes: Uint8Array, before: number): readonly string[] {
  const padded = String.fromCharCode(...Array(before).fill(0), ...bytes);
  const core = btoa(padded).slice(Math.ceil((before * 8) / 6), Math.floor((padded.length * 8) / 6));
  return [core, core.replaceAll("+", "-").replaceAll("/", "_")];
}

function decodeOrKeep(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The text with everything known replaced, the longest first, also where line breaks and spaces are between. */
export function hideKnown(text: string, known: Known): string {
  const inOrder = [...known].sort(([left], [right]) => right.length - left.length);
  const hidden = inOrder.reduce((left, [secret, shown]) => left.replaceAll(secret, shown), text);
  const compact = hidden.replaceAll(gap, "");
  if (compact.length === hidden.length) return hidden;
  return inOrder.reduce((left, [secret, shown]) => {
    const core = secret.replaceAll(gap, "");
    return core.length < shortestDisguise || !compact.includes(core) ? left : hideBroken(left, core, shown);
  }, hidden);
}

/** What breaks a text into lines, and how JSON writes that. */
const gap = /\s|\\[nrt]/g;

function hideBroken(text: string, core: string, shown: string): string {
  const spaced = [...core].map((character) => RegExp.escape(character)).join("(?:\\s|\\\\[nrt])*");
  return text.replaceAll(new RegExp(spaced, "g"), shown);
}
