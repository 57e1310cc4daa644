/**
 * Setup codes, which a gateway's host makes for a device that has none of its secrets (`openclaw qr`): base64url of JSON
 * with an address and a bootstrap token. What the token is good for stands nowhere in it. Pure; whoever reports a fault
 * here never says what the code holds.
 */
import { ClawError } from "../errors.ts";
import { fromBase64url } from "../identity/keypair.ts";
import { parseJson } from "../protocol/mod.ts";

/** One address that the gateway answers at. */
export interface SetupPlace {
  readonly url: string;
  /** SHA-256 of its certificate, where nobody known has signed it (2026.9.6). */
  readonly tlsFingerprint: string | undefined;
}

export interface SetupCode {
  /** The gateway's own first choice first; at least one. */
  readonly places: readonly SetupPlace[];
  readonly bootstrapToken: string;
  /** Epoch ms; undefined in codes of 2026.3.13, which the first try uses up whatever comes of it. */
  readonly expiresAtMs: number | undefined;
}

/** How to come by another one. */
export const newCodeHint = "make a new one on the gateway host: openclaw qr --setup-code-only";

const longestCode = 8_192;
const longestToken = 512;
/** As many addresses as the gateway itself writes and reads. */
const mostPlaces = 8;

/**
 * Reads a code as it stands, or behind `oc-pair://`.
 * @throws ClawError `input/invalid`; `auth/rejected` when it has expired by this machine's clock
 */
export function readSetupCode(text: string, nowMs: number): SetupCode {
  const code = text.trim().replace(/^oc-pair:\/\//i, "");
  // 2026.9.6 makes join links for nodes alone; looking where one leads would use it up.
  if (/^https?:\/\//i.test(code)) throw bad("a join link lets in a node, and claw is an operator");
  const payload = decode(code);
  const { url, urls, bootstrapToken, expiresAtMs, tlsFingerprint } = payload ?? {};
  if (payload === undefined) throw bad("this is no setup code");
  if (!isWord(bootstrapToken) || bootstrapToken.length > longestToken) throw bad("the setup code holds no token");
  if (!isAddress(url)) throw bad("the setup code holds no proper gateway URL");
  if (!isAddresses(urls)) throw bad("the setup code holds a list of gateway URLs that is none");
  if (!isTime(expiresAtMs)) throw bad("the setup code does not say properly how long it lasts");
  if (!isFingerprint(tlsFingerprint)) throw bad("the setup code holds a certificate's fingerprint that is none");
  if (expiresAtMs !== undefined && expiresAtMs <= nowMs) {
    throw new ClawError("auth/rejected", "the setup code has expired by this machine's clock: nothing was sent", {
      hint: newCodeHint,
    });
  }
  const places = [...new Set([url, ...urls ?? []])].map((place) => ({
    url: place,
    tlsFingerprint: place === url && place.startsWith("wss:") ? tlsFingerprint : undefined,
  }));
  return { places, bootstrapToken, expiresAtMs };
}

function decode(code: string): Readonly<Record<string, unknown>> | undefined {
  if (!/^[\w-]+$/.test(code) || code.length > longestCode) return undefined;
  try {
    const value = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(fromBase64url(code)));
    return typeof value === "object" && value !== null ? value as Readonly<Record<string, unknown>> : undefined;
  } catch {
    return undefined;
  }
}

function isWord(value: unknown): value is string {
  return typeof value === "string" && /^[\x21-\x7e]+$/.test(value);
}

/** What the gateway would write: an address and nothing besides. Whether it is safe is the settings' matter. */
function isAddress(value: unknown): value is string {
  if (!isWord(value) || !/^wss?:\/\//.test(value) || !URL.canParse(value)) return false;
  const { username, password, search, hash } = new URL(value);
  return [username, password, search, hash].every((part) => part === "");
}

function isAddresses(value: unknown): value is readonly string[] | undefined {
  if (value === undefined) return true;
  return Array.isArray(value) && value.length > 0 && value.length <= mostPlaces && value.every(isAddress);
}

function isTime(value: unknown): value is number | undefined {
  return value === undefined || (Number.isSafeInteger(value) && Number(value) >= 0);
}

/** Its form is checked where it is used. */
function isFingerprint(value: unknown): value is string | undefined {
  return value === undefined || isWord(value);
}

function bad(message: string): ClawError {
  return new ClawError("input/invalid", message, { hint: newCodeHint });
}
