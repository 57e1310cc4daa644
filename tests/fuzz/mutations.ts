/**
 * Frames that nobody sends on purpose: recorded ones with something changed, as text or as JSON, and some that are made
 * up. By a seed, so that what went wrong once can be had again.
 */
import type { Message } from "../../src/protocol/mod.ts";

/** Numbers below one, always the same for one seed (mulberry32). */
export type Chance = () => number;

export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One of a list. */
export function oneOf<T>(list: readonly T[], chance: Chance): T {
  const picked = list[Math.floor(chance() * list.length)];
  if (picked === undefined) throw new Error("nothing to pick from");
  return picked;
}

/** Values that upset readers of JSON. */
const oddities: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  9_007_199_254_740_993,
  "",
  " ",
  "\u0000",
  "\ud800",
  "\u202e",
  "x".repeat(5_000),
  "constructor",
  "__proto__",
  [],
  {},
  [[[[[[[[]]]]]]]],
  { constructor: { prototype: null } },
  { toString: 1, valueOf: 2, then: 3 },
  "NaN",
  "2026-02-30T25:61:61Z",
];

/** A message made of a recorded frame: often still a frame, sometimes not even text. */
export function mutate(frames: readonly unknown[], chance: Chance): Message {
  const frame = oneOf(frames, chance);
  const kind = chance();
  if (kind < 0.1) return JSON.stringify(frame);
  if (kind < 0.65) return changed(frame, chance);
  if (kind < 0.85) return scrambled(JSON.stringify(frame), chance);
  if (kind < 0.9) return scrambled(JSON.stringify([frame, oneOf(frames, chance)]), chance);
  if (kind < 0.93) return new TextEncoder().encode(scrambled(JSON.stringify(frame), chance));
  if (kind < 0.96) return noise(chance);
  return `${"[".repeat(1_000)}${kind < 0.98 ? "]".repeat(1_000) : ""}`;
}

/** As JSON: one to three members replaced, removed, renamed, or put elsewhere. */
function changed(frame: unknown, chance: Chance): string {
  const copy = structuredClone(frame);
  for (let count = 1 + Math.floor(chance() * 3); count > 0; count--) changeOnce(copy, chance);
  return JSON.stringify(copy);
}

function changeOnce(value: unknown, chance: Chance): void {
  const holder = holderIn(value, chance);
  const names = Object.keys(holder);
  if (names.length === 0 || chance() < 0.15) return void (holder[`x${Math.floor(chance() * 9)}`] = odd(chance));
  const name = oneOf(names, chance);
  const kind = chance();
  if (kind < 0.5) holder[name] = odd(chance);
  else if (kind < 0.7) delete holder[name];
  else if (kind < 0.85) holder[oneOf(names, chance)] = holder[name];
  else holder[name] = [holder[name]];
}

/** Some object or list in a value, itself at the least. */
function holderIn(value: unknown, chance: Chance): Record<string, unknown> {
  let holder = value as Record<string, unknown>;
  for (;;) {
    const inner = Object.values(holder).filter((member) => typeof member === "object" && member !== null);
    if (inner.length === 0 || chance() < 0.35) return holder;
    holder = oneOf(inner, chance) as Record<string, unknown>;
  }
}

function odd(chance: Chance): unknown {
  return structuredClone(oneOf(oddities, chance));
}

/** As text: a piece removed, doubled, replaced or cut off. */
function scrambled(text: string, chance: Chance): string {
  const at = Math.floor(chance() * text.length);
  const end = Math.min(text.length, at + 1 + Math.floor(chance() * 12));
  const kind = chance();
  if (kind < 0.25) return text.slice(0, at) + text.slice(end);
  if (kind < 0.5) return text.slice(0, end) + text.slice(at);
  if (kind < 0.75) return text.slice(0, at) + noise(chance).slice(0, end - at) + text.slice(end);
  return text.slice(0, at);
}

function noise(chance: Chance): string {
  const length = Math.floor(chance() * 40);
  return Array.from({ length }, () => String.fromCharCode(Math.floor(chance() * (chance() < 0.8 ? 128 : 65_536)))).join(
    "",
  );
}
