/**
 * The `--json` envelope: one document on stdout whatever happens, or one a line for a stream. `v` changes only with an
 * entry in the changelog.
 */
import type { ClawError } from "../errors.ts";
import { escapeJson } from "./escape.ts";

const version = 1;

/** `{"v":1,"ok":true,"data":…}` and a line end. */
export function jsonData(data: unknown): string {
  return document({ v: version, ok: true, data });
}

/** `{"v":1,"ok":false,"error":{code, message, hint?, details?}}` and a line end; `data` holds what was found out. */
export function jsonError(error: ClawError, data?: unknown): string {
  return document({ v: version, ok: false, error: errorData(error), data });
}

/** An error as JSON has it. */
export function errorData({ code, message, hint, details }: ClawError): Readonly<Record<string, unknown>> {
  return { code, message, hint, details: Object.keys(details).length === 0 ? undefined : details };
}

function document(envelope: unknown): string {
  return `${escapeJson(JSON.stringify(envelope))}\n`;
}
