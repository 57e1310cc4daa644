/**
 * Masks secrets in frames before anybody sees them: by member name, at any depth, so that a field which a later release
 * adds beside a known name is caught too. For traces and recordings.
 */

const secretMember =
  /token|password|passphrase|secret|signature|setupcode|joinurl|(private|api)[-_]?key|credential|authorization|cookie/i;
/** Names that match above but carry no secret. */
const harmless = new Set(["tokenDelivery", "canRetryWithDeviceToken", "tokenExpiresAtMs"]);

export const mask = "***";

/** A copy of a JSON value in which every string (or list of strings) under a secret's name is masked. */
export function redact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const isSecret = secretMember.test(name) && !harmless.has(name);
      return [name, isSecret ? maskStrings(member) : redact(member)];
    }),
  );
}

function maskStrings(value: unknown): unknown {
  if (typeof value === "string") return mask;
  if (Array.isArray(value)) return value.map(maskStrings);
  return redact(value);
}
