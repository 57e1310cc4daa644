/**
 * The setup code of `claw device pair`: where it leads, what it is good for, and what to say when it is no good.
 * Reading one: `devices/setup_code.ts`.
 */
import type { Context } from "../../cli/context.ts";
import type { Preference } from "../../client/credentials.ts";
import { shellWord } from "../../cron/shell_word.ts";
import { newCodeHint, readSetupCode, type SetupCode, type SetupPlace } from "../../devices/setup_code.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { invalid } from "../../settings/origin.ts";
import { type Setting, settings } from "../../settings/schema.ts";
import { scopeList } from "./device_words.ts";

/** A code that can be tried, and the run at its gateway. */
export interface OpenCode {
  readonly place: SetupPlace;
  readonly here: Context;
  readonly by: Preference;
  /** Epoch ms. */
  readonly expiresAtMs: number | undefined;
  /** The first try uses it up, even one that only asks for approval (2026.3.13). */
  readonly isSingleUse: boolean;
}

/** Never dialled. */
const nowhere = { url: "wss://setup-code.invalid" };

/** The code stands in for it. */
const noSecret = { isBlind: true } as const;

/** How long an address may take to show that it is the gateway's, where there are others. */
const knockMs = 3_000;

/** Flags that may stand beside a code: they say how to get there, not where. */
const besides: readonly string[] = ["tlsFingerprint", "ca", "allowInsecurePrivate"];

/**
 * @param given the code, or `-` for standard input
 * @throws ClawError `usage/bad-flag`, `input/invalid`, `auth/rejected`; `config/insecure-url` and the like for its address
 */
export async function openCode(given: string, context: Context): Promise<OpenCode> {
  refuseFlags(context);
  if (given !== "-") context.warn("--code on the command line can be seen with ps: use --code -");
  // What the settings say of another gateway must not stand in the way.
  const text = given === "-" ? await readCode(context.within(nowhere)) : given;
  const code = readSetupCode(text, context.clock.now());
  const { place, here } = await choosePlace(code, context);
  const { bootstrapToken, expiresAtMs } = code;
  return { place, here, by: { bootstrapToken }, expiresAtMs, isSingleUse: expiresAtMs === undefined };
}

async function readCode(context: Context): Promise<string> {
  await context.settings(noSecret);
  return await context.readInput("-");
}

/** A code brings its gateway and its credential. */
function refuseFlags(context: Context): void {
  const other = settings.find(({ key, ...setting }: Setting) =>
    (key === "context" || setting.isOfGateway === true) && !besides.includes(key) && context.isGiven(key)
  );
  if (other === undefined) return;
  const complaint = "the setup code says which gateway it is, and what to present there";
  throw invalid({ kind: "flag", name: `--${other.name}` }, complaint, "leave it out, or the code");
}

/** The first address that is safe and answers; of one alone it is not asked beforehand whether it does. */
async function choosePlace({ places }: SetupCode, context: Context): Promise<Pick<OpenCode, "place" | "here">> {
  const failures: ClawError[] = [];
  for (const place of places) {
    const { url, tlsFingerprint } = place;
    const isPinned = tlsFingerprint !== undefined && !context.isGiven("tlsFingerprint");
    const here = context.within({ url, ...(isPinned ? { tlsFingerprint } : {}) });
    try {
      await here.settings(noSecret);
      if (places.length > 1) await here.knock(knockMs);
      return { place, here };
    } catch (thrown) {
      context.signal.throwIfAborted();
      const error = ofCode(asClawError(thrown));
      context.note(`${url}: ${error.message}`);
      failures.push(error);
    }
  }
  throw failures[0] ?? new ClawError("input/invalid", "the setup code holds no proper gateway URL");
}

/** What came in a code is no flag of the person's. */
function ofCode(error: ClawError): ClawError {
  const message = error.message.replace(/^--(url|tls-fingerprint)\b/, "the setup code");
  if (message === error.message) return error;
  const isBad = error.code === "usage/bad-flag";
  const hint = isBad ? newCodeHint : error.hint ?? newCodeHint;
  return new ClawError(isBad ? "input/invalid" : error.code, message, { hint, details: error.details, cause: error });
}

/** The gateway tells none of these apart. */
export function refusedCode(error: ClawError, { isSingleUse }: OpenCode, wanted: readonly string[]): ClawError {
  if (error.details["detailCode"] !== "AUTH_BOOTSTRAP_TOKEN_INVALID") return error;
  const why = isSingleUse
    ? "it was tried before, or is too old"
    : `it is another device's, too old, for nodes only, or not for ${scopeList(wanted)}`;
  return new ClawError(error.code, `the gateway does not take the setup code: ${why}`, {
    hint: isSingleUse ? newCodeHint : `${newCodeHint}; or ask for less with --scopes read`,
    details: error.details,
    cause: error,
  });
}

/** How this device comes back to a gateway that it knows by a code alone. */
export async function keepWords({ place, here }: OpenCode): Promise<string> {
  const { tlsFingerprint, ca } = await here.settings();
  const flags = [
    ...(tlsFingerprint === undefined ? [] : [`--tls-fingerprint ${tlsFingerprint.value}`]),
    ...(ca === undefined ? [] : [`--ca ${shellWord(ca.value.path)}`]),
    ...(here.isGiven("allowInsecurePrivate") ? ["--allow-insecure-private"] : []),
  ];
  return `keep this gateway by a name: ${["claw context add NAME --url", shellWord(place.url), ...flags].join(" ")}`;
}
