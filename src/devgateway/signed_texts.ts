/**
 * The text that a device must sign, and the texts that clients have signed in its place, each with the mistake that it
 * shows. Pure. Next: `proof_objections.ts`.
 */
import { type ProofFields, proofText } from "../protocol/mod.ts";

/** What goes into the text, and the credentials that do not. */
export interface SignedFields extends ProofFields {
  readonly otherSecrets: readonly string[];
}

/** A text that was signed, and what is wrong with it. */
export interface MistakenText {
  readonly text: string;
  /** Continues "the signature is good, but". */
  readonly says: string;
}

/** The right texts: version 3, and version 2, which does not cover the platform. */
export function signedTexts(fields: ProofFields): readonly [newer: string, older: string] {
  return [proofText(fields, "v3"), proofText(fields, "v2")];
}

/** Texts that a wrong client may have signed, the likelier ones first. */
export function* mistakenTexts(
  fields: SignedFields,
  challenge: { readonly nonce: string; readonly ts: number },
): Iterable<MistakenText> {
  for (const { fields: changed, says } of mistakenFields(fields, challenge)) {
    for (const text of signedTexts(changed)) yield { text, says };
  }
  const asSent = [...proofText(fields).split("|").slice(0, 9), fields.platform, fields.deviceFamily ?? ""];
  yield { text: asSent.join("|"), says: "covers the platform as it is sent, not in lower case" };
  for (const version of ["v3", "v2"] as const) yield* mistakenForms(proofText(fields, version).split("|"));
  yield* unlikeForms(fields, challenge);
}

function* mistakenFields(
  fields: SignedFields,
  { nonce, ts }: { readonly nonce: string; readonly ts: number },
): Iterable<{ readonly fields: ProofFields; readonly says: string }> {
  const { scopes, token, otherSecrets } = fields;
  const unsigned = "does not cover the scopes that are asked for: join them with commas, in the order sent";
  yield { fields: { ...fields, scopes: [] }, says: unsigned };
  yield { fields: { ...fields, scopes: [...scopes].sort() }, says: "covers the scopes sorted, not in the order sent" };
  yield { fields: { ...fields, scopes: [scopes.join(" ")] }, says: "joins the scopes with spaces, not with commas" };
  yield { fields: { ...fields, scopes: [JSON.stringify(scopes)] }, says: "covers the scopes as JSON, not joined" };
  if (token !== "") yield { fields: { ...fields, token: "" }, says: "does not cover the token that is presented" };
  for (const other of otherSecrets) {
    const says = "covers another secret than the first of auth.token, deviceToken, bootstrapToken; never the password";
    yield { fields: { ...fields, token: other }, says };
  }
  yield { fields: { ...fields, token: "", scopes: [] }, says: "covers neither the scopes nor the token" };
  yield { fields: { ...fields, role: "" }, says: "does not cover the role, which is operator where none is sent" };
  yield { fields: { ...fields, nonce: "" }, says: "does not cover the nonce" };
  yield { fields: { ...fields, nonce }, says: "covers the challenge's nonce, while device.nonce is another" };
  yield { fields: { ...fields, signedAt: ts }, says: "covers the challenge's ts, while device.signedAt is another" };
  const seconds = Math.floor(fields.signedAt / 1_000);
  yield {
    fields: { ...fields, signedAt: seconds },
    says: "covers the time in seconds, while device.signedAt is in ms",
  };
  yield { fields: { ...fields, platform: "", deviceFamily: "" }, says: "does not cover the platform" };
}

/** The right fields, put together wrongly. */
function* mistakenForms(parts: readonly string[]): Iterable<MistakenText> {
  for (const separator of [":", ",", "\n", ".", "", " "]) {
    yield { text: parts.join(separator), says: `joins its fields with ${JSON.stringify(separator)}, not with "|"` };
  }
  yield { text: parts.slice(1).join("|"), says: "leaves out the version at the beginning" };
  for (let one = 0; one < parts.length; one++) {
    for (let other = one + 1; other < parts.length; other++) {
      const swapped = [...parts];
      [swapped[one], swapped[other]] = [parts[other] ?? "", parts[one] ?? ""];
      const says = `has its fields in another order: the ${ordinal(one)} and the ${ordinal(other)} are exchanged`;
      yield { text: swapped.join("|"), says };
    }
    const moved = [...parts.slice(0, one), ...parts.slice(one + 1)];
    for (let at = 0; at < parts.length; at++) {
      const says = `has its fields in another order: the ${ordinal(one)} stands in the ${ordinal(at)} place`;
      yield { text: [...moved.slice(0, at), parts[one] ?? "", ...moved.slice(at)].join("|"), says };
    }
    yield { text: moved.join("|"), says: `leaves out the ${ordinal(one)} field` };
  }
}

function ordinal(at: number): string {
  const number = at + 1;
  return `${number}${number === 1 ? "st" : number === 2 ? "nd" : number === 3 ? "rd" : "th"}`;
}

/** Texts that are no such list of fields. */
function* unlikeForms(
  fields: SignedFields,
  { nonce, ts }: { readonly nonce: string; readonly ts: number },
): Iterable<MistakenText> {
  const { deviceId, clientId, clientMode, role, scopes, signedAt, token } = fields;
  const first = ["v1", deviceId, clientId, clientMode, role, scopes.join(","), String(signedAt), token];
  yield { text: first.join("|"), says: "is of version 1, which has no nonce: sign version 3" };
  const alone = "is of the nonce alone, or of nonce and time: sign all the fields of version 3";
  for (const text of [nonce, `${nonce}|${ts}`, `${nonce}|${signedAt}`, `${ts}|${nonce}`, `${nonce}${ts}`]) {
    yield { text, says: alone };
  }
  for (const text of [`${deviceId}|${nonce}`, `${deviceId}:${nonce}`, `${nonce}|${deviceId}`, `${deviceId}${nonce}`]) {
    yield { text, says: "is of device id and nonce alone: sign all the fields of version 3" };
  }
  yield { text: JSON.stringify({ nonce, ts }), says: "is of the challenge's JSON: sign the fields of version 3" };
}
