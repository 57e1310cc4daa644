/**
 * Lockouts that gateways told of (too many failed logins), one file per gateway below the state directory, so that a
 * crontab does not go on failing. A file that cannot be read locks nobody out, nor does one whose times no clock can
 * have meant. Gateways lock an address out, so another secret is not tried either.
 */
import * as z from "zod/mini";
import { ClawError } from "../errors.ts";
import { join } from "../platform/directories.ts";
import { parseJson } from "../platform/files.ts";
import { ensurePrivateDirectory, readPrivate, removePrivate, replacePrivate } from "../platform/private_file.ts";
import { nameFor, type TokenStore } from "./token_file.ts";

const LockoutFile = z.strictObject({
  version: z.literal(1),
  origin: z.string(),
  /** Epoch ms: when the gateway said so. */
  toldAtMs: z.int(),
  waitMs: z.int().check(z.nonnegative()),
});

/** Gateways lock out for 5 minutes unless they are configured otherwise; what asks for longer is asked again. */
const longestWaitMs = 3_600_000;

/**
 * Goes on unless the gateway told to wait, and that time is not over. A time that lies ahead of the clock was told by
 * another clock, and does not count.
 * @returns whether there is a lockout to forget
 * @throws ClawError `gateway/unavailable`, without having dialled
 */
export function requireUnlocked(store: TokenStore, origin: string): boolean {
  const lockout = read(store, origin);
  if (lockout === undefined) return false;
  const passedMs = store.clock.now() - lockout.toldAtMs;
  const leftMs = Math.min(lockout.waitMs, longestWaitMs) - passedMs;
  if (lockout.origin !== origin || passedMs < 0 || leftMs <= 0) return true;
  const until = new Date(store.clock.now() + leftMs).toISOString().replace(/\.\d+/, "");
  throw new ClawError(
    "gateway/unavailable",
    `not dialled: ${origin} asked to wait until ${until}, after too many failed logins`,
    {
      hint: "stop the jobs that use the wrong secret, then wait: another secret is refused until then too",
      details: { detailCode: "AUTH_RATE_LIMITED", retryAfterMs: leftMs, isRemembered: true },
    },
  );
}

/** Remembers the wait, when that is what the gateway said. @throws ClawError `store/io` */
export function noteLockout(store: TokenStore, origin: string, { details }: ClawError): void {
  const { detailCode, retryAfterMs, isRemembered } = details;
  if (detailCode !== "AUTH_RATE_LIMITED" || isRemembered === true || typeof retryAfterMs !== "number") return;
  const waitMs = Math.ceil(Math.min(Math.max(retryAfterMs, 0), longestWaitMs));
  const file: z.infer<typeof LockoutFile> = { version: 1, origin, toldAtMs: store.clock.now(), waitMs };
  ensurePrivateDirectory(join(store.os, store.stateDirectory, "lockouts"));
  replacePrivate(store.os, pathOf(store, origin), `${JSON.stringify(file)}\n`, store.ids.uuid());
}

/** The gateway let this device in. @throws ClawError `store/io` */
export function forgetLockout(store: TokenStore, origin: string): void {
  removePrivate(pathOf(store, origin));
}

function read(store: TokenStore, origin: string): z.infer<typeof LockoutFile> | undefined {
  try {
    const text = readPrivate(store, pathOf(store, origin), "the lockout");
    return text === undefined ? undefined : LockoutFile.parse(parseJson(text)?.value);
  } catch {
    return undefined;
  }
}

function pathOf(store: TokenStore, origin: string): string {
  return join(store.os, store.stateDirectory, "lockouts", nameFor(origin));
}
