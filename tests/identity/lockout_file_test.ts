import assert from "node:assert/strict";
import * as fs from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { ClawError } from "../../src/errors.ts";
import { forgetLockout, noteLockout, requireUnlocked } from "../../src/identity/lockout_file.ts";
import type { TokenStore } from "../../src/identity/token_file.ts";
import { createManualClock } from "../support/clock.ts";
import { createStoreHome } from "../support/store.ts";

const origin = "wss://gateway.example:443";

function lockedFor(retryAfterMs: unknown): ClawError {
  return new ClawError("gateway/unavailable", "x", { details: { detailCode: "AUTH_RATE_LIMITED", retryAfterMs } });
}

/** A store whose clock stands at a time. */
function storeAt(store: TokenStore, ms: number): TokenStore {
  return { ...store, clock: createManualClock(ms) };
}

const minuteMs = 60_000;
const startMs = Date.UTC(2026, 10, 21, 18, 0, 0);

describe("requireUnlocked()", () => {
  it("refuses until the time is over, says until when, and then goes on", () => {
    using home = createStoreHome();
    noteLockout(storeAt(home.store, startMs), origin, lockedFor(5 * minuteMs));
    assert.throws(() => requireUnlocked(storeAt(home.store, startMs + minuteMs), origin), {
      code: "gateway/unavailable",
      message: `not dialled: ${origin} asked to wait until 2026-11-21T18:05:00Z, after too many failed logins`,
      details: { detailCode: "AUTH_RATE_LIMITED", retryAfterMs: 4 * minuteMs, isRemembered: true },
    });
    assert.equal(requireUnlocked(storeAt(home.store, startMs + 5 * minuteMs), origin), true);
    assert.equal(requireUnlocked(storeAt(home.store, startMs), "wss://gateway.example:444"), false);
  });

  it("does not lock out by a clock that jumped, for years or at all", () => {
    using home = createStoreHome();
    noteLockout(storeAt(home.store, startMs), origin, lockedFor(1e15));
    assert.throws(() => requireUnlocked(storeAt(home.store, startMs + 59 * minuteMs), origin));
    assert.equal(requireUnlocked(storeAt(home.store, startMs + 60 * minuteMs), origin), true);
    assert.equal(requireUnlocked(storeAt(home.store, startMs - 1), origin), true);
  });

  it("is not stopped by a file that is damaged, exposed or a directory", () => {
    using home = createStoreHome();
    const store = storeAt(home.store, startMs);
    noteLockout(store, origin, lockedFor(minuteMs));
    const directory = join(store.stateDirectory, "lockouts");
    const path = join(directory, fs.readdirSync(directory)[0] ?? "");
    assert.equal(fs.statSync(path).mode & 0o777, 0o600);
    fs.writeFileSync(path, "{");
    assert.equal(requireUnlocked(store, origin), false);
    fs.rmSync(path);
    fs.mkdirSync(path);
    assert.equal(requireUnlocked(store, origin), false);
  });
});

describe("noteLockout()", () => {
  it("keeps what gateways say of failed logins, and nothing else", () => {
    using home = createStoreHome();
    const store = storeAt(home.store, startMs);
    const others = [
      lockedFor(undefined),
      lockedFor("soon"),
      new ClawError("gateway/unavailable", "x", { details: { retryAfterMs: 500 } }),
      new ClawError("auth/rejected", "x", { details: { detailCode: "AUTH_TOKEN_MISMATCH" } }),
    ];
    for (const error of others) noteLockout(store, origin, error);
    assert.equal(requireUnlocked(store, origin), false);
    assert.deepEqual(fs.readdirSync(home.path), []);
    noteLockout(store, origin, lockedFor(-5));
    assert.equal(requireUnlocked(store, origin), true);
  });

  it("does not extend what it remembers itself", () => {
    using home = createStoreHome();
    noteLockout(storeAt(home.store, startMs), origin, lockedFor(minuteMs));
    const later = storeAt(home.store, startMs + minuteMs / 2);
    assert.throws(() => requireUnlocked(later, origin), (error: ClawError) => {
      noteLockout(later, origin, error);
      return true;
    });
    assert.equal(requireUnlocked(storeAt(home.store, startMs + minuteMs), origin), true);
  });
});

describe("forgetLockout()", () => {
  it("takes it away, and does not mind when there is none", () => {
    using home = createStoreHome();
    const store = storeAt(home.store, startMs);
    noteLockout(store, origin, lockedFor(minuteMs));
    forgetLockout(store, origin);
    forgetLockout(store, origin);
    assert.equal(requireUnlocked(store, origin), false);
  });
});
