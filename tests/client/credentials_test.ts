import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Choice,
  chooseCredential,
  fallbackCredential,
  type KnownCredentials,
} from "../../src/client/credentials.ts";
import { ClawError, type ErrorDetails } from "../../src/errors.ts";

const grant = (...scopes: string[]) => ({ token: "stored", scopes });

describe("chooseCredential()", () => {
  const known = (given: Partial<KnownCredentials>): KnownCredentials => ({
    hasShared: false,
    isExplicit: false,
    grant: undefined,
    ...given,
  });

  it("presents the shared secret at first contact, and asks for the need alone", () => {
    assert.deepEqual(chooseCredential(known({ hasShared: true }), "operator.write"), {
      present: "shared",
      scopes: ["operator.write"],
    });
  });

  it("presents the device token alone once its grant covers the need", () => {
    const choice = chooseCredential(known({ hasShared: true, grant: grant("operator.write") }), "operator.read");
    assert.deepEqual(choice, { present: "grant", grant: grant("operator.write"), scopes: ["operator.read"] });
  });

  it("never lets a stored token replace an explicit secret", () => {
    const choice = chooseCredential(
      known({ hasShared: true, isExplicit: true, grant: grant("operator.admin") }),
      "operator.write",
    );
    assert.deepEqual(choice, { present: "shared", scopes: ["operator.write"] });
  });

  it("widens with the shared secret and the union of grant and need", () => {
    const choice = chooseCredential(
      known({ hasShared: true, grant: grant("operator.read", "operator.pairing") }),
      "operator.write",
    );
    assert.deepEqual(choice, { present: "shared", scopes: ["operator.pairing", "operator.read", "operator.write"] });
  });

  it("spends no attempt on a token that cannot cover the need: a gateway without a secret widens for the key alone", () => {
    assert.deepEqual(chooseCredential(known({ grant: grant("operator.read") }), "operator.admin"), {
      present: "nothing",
      scopes: ["operator.admin", "operator.read"],
    });
  });

  it("lets a verb prefer either, where there is such a thing", () => {
    const stored = grant("operator.pairing");
    const need = "operator.pairing";
    const shared = { present: "shared", scopes: [need] };
    const own = { present: "grant", grant: stored, scopes: [need] };
    const both = { hasShared: true, grant: stored };
    assert.deepEqual(chooseCredential(known({ ...both, prefers: "shared" }), need), shared);
    assert.deepEqual(chooseCredential(known({ ...both, isExplicit: true, prefers: "grant" }), need), own);
    assert.deepEqual(chooseCredential(known({ grant: stored, prefers: "shared" }), need), own);
    assert.deepEqual(chooseCredential(known({ hasShared: true, prefers: "grant" }), need), shared);
  });

  it("takes several needs, and widens unless the grant covers them all", () => {
    const needs = ["operator.pairing", "operator.read"];
    const wide = grant("operator.pairing", "operator.write");
    const covered = chooseCredential(known({ hasShared: true, grant: wide }), needs);
    assert.deepEqual(covered, { present: "grant", grant: wide, scopes: needs });
    const widened = chooseCredential(known({ hasShared: true, grant: grant("operator.write") }), needs);
    assert.deepEqual(widened, { present: "shared", scopes: ["operator.pairing", "operator.read", "operator.write"] });
  });

  it("presents the device's key alone when there is nothing else", () => {
    assert.deepEqual(chooseCredential(known({}), "operator.read"), { present: "nothing", scopes: ["operator.read"] });
  });
});

describe("fallbackCredential()", () => {
  const refusal = (details: ErrorDetails) => new ClawError("auth/rejected", "refused", { details });
  const mismatch = refusal({ detailCode: "AUTH_DEVICE_TOKEN_MISMATCH" });
  const withToken: Choice = { present: "grant", grant: grant("operator.write"), scopes: ["operator.write"] };
  const known = { hasShared: true, isExplicit: false, grant: grant("operator.write") };

  it("takes a token that another run has stored meanwhile", () => {
    const latest = { token: "newer", scopes: ["operator.admin"] };
    const next = fallbackCredential(withToken, mismatch, known, latest, "operator.write", true);
    assert.deepEqual(next, { present: "grant", grant: latest, scopes: ["operator.write"] });
  });

  it("takes the shared secret, and asks for all that was granted, when the store has no other token", () => {
    const latest = grant("operator.read", "operator.write");
    const next = fallbackCredential(withToken, mismatch, known, latest, "operator.write", true);
    assert.deepEqual(next, { present: "shared", scopes: ["operator.read", "operator.write"] });
  });

  it("gives up on a device token when there is no shared secret", () => {
    assert.equal(
      fallbackCredential(withToken, mismatch, { ...known, hasShared: false }, known.grant, "operator.write", true),
      undefined,
    );
  });

  const withShared: Choice = { present: "shared", scopes: ["operator.write"] };
  const wrongToken = refusal({ detailCode: "AUTH_TOKEN_MISMATCH", canRetryWithDeviceToken: true });
  const stored = { token: "newer", scopes: ["operator.write"] };

  it("tries the stored token after a wrong shared one, at a trusted endpoint only", () => {
    const next = (isTrusted: boolean) =>
      fallbackCredential(withShared, wrongToken, known, stored, "operator.write", isTrusted);
    assert.deepEqual(next(true), { present: "grant", grant: stored, scopes: ["operator.write"] });
    assert.equal(next(false), undefined);
  });

  it("says which scope the grant lacks when a gateway wants a secret for a wider one", () => {
    const refused: Choice = { present: "nothing", scopes: ["operator.admin", "operator.write"] };
    const missing = new ClawError("auth/required", "refused", { details: { detailCode: "AUTH_TOKEN_MISSING" } });
    assert.throws(
      () => fallbackCredential(refused, missing, { ...known, hasShared: false }, stored, "operator.admin", true),
      (error: ClawError) => error.code === "auth/scope" && error.details["missingScope"] === "operator.admin",
    );
  });

  it("lets an explicit wrong token fail", () => {
    const explicit = { ...known, isExplicit: true };
    assert.equal(fallbackCredential(withShared, wrongToken, explicit, stored, "operator.write", true), undefined);
  });

  for (const detailCode of ["AUTH_SCOPE_MISMATCH", "PAIRING_REQUIRED", "AUTH_PASSWORD_MISMATCH", "AUTH_RATE_LIMITED"]) {
    it(`tries nothing after ${detailCode}`, () => {
      const refused = refusal({ detailCode, canRetryWithDeviceToken: false });
      assert.equal(fallbackCredential(withToken, refused, known, stored, "operator.write", true), undefined);
    });
  }
});
