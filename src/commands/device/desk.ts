/**
 * Where an operator decides about devices: a connection that sees the others, and what it sees. 2026.9.6 shows a device
 * that logs in with its own token nothing but itself, unless that token has `admin`; so the gateway's secret goes first.
 */
import type { Context, Dialling, Gateway } from "../../cli/context.ts";
import { pairedOf, readRoster, type Roster, scopesBeyond } from "../../devices/roster.ts";
import { whoElse, withAuthority } from "../../devices/authority.ts";
import type { Preference } from "../../client/credentials.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { scopes } from "../../protocol/mod.ts";
import { scopeWord } from "./device_words.ts";

export interface Desk extends Gateway {
  readonly roster: Roster;
  /** Whether other devices are hidden. */
  readonly isPartial: boolean;
}

/** What one connects for. */
export interface DeskWish extends Pick<Dialling, "signal" | "tries"> {
  /** Scopes beside `pairing`. */
  readonly needs?: readonly string[] | undefined;
  /** Who else could do it, in words. */
  readonly authority?: string | undefined;
}

/**
 * Connects with what it takes to see other devices, and reads the roster.
 * @throws ClawError as `Context.gateway` and `Connection.call`; for want of scopes it says what it takes
 */
export async function openDesk(
  context: Context,
  { needs, authority, signal = context.signal, tries }: DeskWish = {},
): Promise<Desk> {
  const connect = async (needs: readonly string[], by: Preference) =>
    await sit(await context.gateway(needs, { by, signal, tries }), context, signal);
  const wanted = [...new Set([scopes.pairing, ...(needs ?? [])])];
  try {
    const desk = await connect(wanted, "secret");
    const own = pairedOf(desk.roster, desk.deviceId)?.tokens?.flatMap((token) => token.scopes) ?? [];
    if (!desk.isPartial || !own.includes(scopes.admin)) return desk;
    await desk.connection.close(context.clock.sleep);
    return await connect([...new Set([...wanted, scopes.admin])], "device-token");
  } catch (thrown) {
    throw withAuthority(asClawError(thrown), authority ?? whoElse(wanted, [], listOnHost));
  }
}

const listOnHost = "openclaw devices list";

async function sit(gateway: Gateway, context: Context, signal: AbortSignal): Promise<Desk> {
  const { connection, login, kept } = gateway;
  if (kept.gained.length > 0) {
    const more = kept.gained.map(scopeWord).join(", ");
    context.warn(
      `for that, this device's own token was given ${more}, too, and keeps it: narrow it by \`claw device rotate\` with --scopes`,
    );
  }
  const roster = await readRoster(connection, signal).catch(async (thrown: unknown) => {
    // Who goes on for weeks would leave many behind.
    await connection.close(context.clock.sleep);
    throw thrown;
  });
  const isPartial = connection.handshake.protocol === 4 && login.kind === "device-token" &&
    scopesBeyond([scopes.admin], connection.grantedScopes).length > 0;
  return { ...gateway, roster, isPartial };
}

/** Finds in the roster; what is missing from a partial one may be there all the same. */
export function findAt<T>(desk: Desk, find: (roster: Roster) => T): T {
  try {
    return find(desk.roster);
  } catch (thrown) {
    const error = asClawError(thrown);
    if (!desk.isPartial || error.code !== "gateway/not-found") throw error;
    throw new ClawError("auth/scope", `${error.message}; ${partialWords}`, {
      hint: `${partialHint}, or on the gateway host: ${listOnHost}`,
      details: { ...error.details, missingScope: scopes.admin },
      cause: error,
    });
  }
}

export const partialWords = "the gateway shows a device that logs in with its own token no other";
export const partialHint = "give the gateway's token with --token-file FILE";
