/**
 * Makes text from afar safe to show: display names, job names, gateway errors and events may carry terminal escapes, or
 * controls that reorder what a person reads. Each such character becomes a visible `\u{…}`.
 */

/** C0 (but line feed and tab), DEL, C1; line separators; what formats unseen, bidirectional marks among it; tags. */
const unsafe =
  // deno-lint-ignore no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u2065]|\p{Format}|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Several lines of text; line feeds and tabs stay. */
export function escapeText(text: string): string {
  return text.replace(unsafe, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`);
}

/** JSON text whose unsafe characters are spelt out: the same value, whatever shows it. */
export function escapeJson(json: string): string {
  const spell = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return json.replace(unsafe, (character) => character.split("").map(spell).join(""));
}

/** One line of text; line feeds and tabs become visible too. */
export function escapeLine(text: string): string {
  return escapeText(text).replaceAll("\n", "\\n").replaceAll("\t", "\\t");
}
