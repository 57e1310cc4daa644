/**
 * Who came and who left, from lists of who is there: gateways tell the whole list anew, with those that left still in
 * it for some minutes. Pure.
 */

/** What is told of somebody; gateways tell more. */
export interface Somebody {
  readonly host?: string;
  readonly mode?: string;
  readonly platform?: string;
  readonly deviceId?: string;
  readonly [member: string]: unknown;
}

export interface Movement {
  readonly joined: readonly Somebody[];
  readonly left: readonly Somebody[];
}

export class PresenceBook {
  #present: ReadonlyMap<string, Somebody> | undefined;

  /** Takes a list, in whatever shape it came. @returns who moved since the one before; nobody at the first, or without a list */
  update(list: unknown): Movement {
    if (!Array.isArray(list)) return { joined: [], left: [] };
    const before = this.#present;
    const now = presentIn(list);
    this.#present = now;
    if (before === undefined) return { joined: [], left: [] };
    return { joined: beyond(now, before), left: beyond(before, now) };
  }
}

function beyond(these: ReadonlyMap<string, Somebody>, those: ReadonlyMap<string, Somebody>): readonly Somebody[] {
  return [...these].filter(([key]) => !those.has(key)).map(([, somebody]) => somebody);
}

/** Those that have not left, by what does not change while they are there. Several connections of one are one. */
function presentIn(list: readonly unknown[]): ReadonlyMap<string, Somebody> {
  const people = list.filter((item): item is Somebody => typeof item === "object" && item !== null);
  return new Map(
    people.filter(({ reason }) => reason !== "disconnect").map((somebody) => [keyOf(somebody), somebody]),
  );
}

function keyOf({ instanceId, deviceId, host, ip, mode, clientId, user, text }: Somebody): string {
  const id = instanceId ?? deviceId;
  if (id !== undefined) return JSON.stringify([id, mode]);
  // What has none of these is a beacon's text (2026.3.13 and 2026.9.6).
  const facts = [host, ip, mode, clientId, user];
  return JSON.stringify(facts.every((fact) => fact === undefined) ? [text] : facts);
}
