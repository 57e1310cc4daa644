/**
 * Which request or device a person means. An id names one, and so does as much of it as no other has, or the label that
 * an operator gave; never the name that a device gave itself, since whoever asks may call himself anything. Pure.
 */
import { ClawError } from "../errors.ts";
import type { PairedDevice, PendingDevice } from "../protocol/mod.ts";
import { nameOf, type Roster, shortId } from "./roster.ts";

/** Fewer characters of an id say nothing: whoever asks can make a key whose id begins like another's. */
export const shortestPrefix = 6;
const shownCandidates = 10;

interface Candidate<T> {
  readonly item: T;
  readonly ids: readonly string[];
  readonly label: string | undefined;
  /** What it calls itself. */
  readonly displayName: string | undefined;
  /** How it is listed where several fit. */
  readonly shown: string;
}

/**
 * The waiting request that a reference names, as it is now.
 * @throws ClawError `input/invalid` when several fit (`details.candidates`), `gateway/not-found` when none does
 */
export function chooseRequest(roster: Roster, reference: string): PendingDevice {
  const labels = new Map(roster.paired.map(({ deviceId, operatorLabel }) => [deviceId, operatorLabel]));
  const candidates = roster.pending.map((request) => ({
    item: request,
    ids: [request.requestId, request.deviceId],
    label: labels.get(request.deviceId),
    displayName: request.displayName,
    shown: `request ${request.requestId} of device ${shortId(request.deviceId)}`,
  }));
  return choose(candidates, reference, "request", whyNoRequest(roster, reference));
}

/**
 * The paired device that a reference names.
 * @throws ClawError `input/invalid` when several fit (`details.candidates`), `gateway/not-found` when none does
 */
export function chooseDevice(roster: Roster, reference: string): PairedDevice {
  const candidates = roster.paired.map((device) => ({
    item: device,
    ids: [device.deviceId],
    label: device.operatorLabel,
    displayName: device.displayName,
    shown: `${device.deviceId}${device.operatorLabel === undefined ? "" : ` ('${device.operatorLabel}')`}`,
  }));
  return choose(candidates, reference, "device", whyNoDevice(roster, reference));
}

function choose<T>(candidates: readonly Candidate<T>[], reference: string, what: string, whyNone?: string): T {
  const exact = candidates.filter(({ ids }) => ids.includes(reference));
  const isPrefix = reference.length >= shortestPrefix;
  const near = candidates.filter(({ ids, label }) =>
    (reference !== "" && label === reference) || (isPrefix && ids.some((id) => id.startsWith(reference)))
  );
  const [only, ...others] = exact.length > 0 ? exact : near;
  if (only === undefined) throw notFound(candidates, reference, what, whyNone);
  if (others.length > 0) throw ambiguous([only, ...others], reference, what);
  return only.item;
}

function ambiguous<T>(candidates: readonly Candidate<T>[], reference: string, what: string): ClawError {
  const shown = candidates.slice(0, shownCandidates).map((candidate) => candidate.shown).join(", ");
  const more = candidates.length > shownCandidates ? ` and ${candidates.length - shownCandidates} more` : "";
  return new ClawError("input/invalid", `'${reference}' fits ${candidates.length} ${what}s: ${shown}${more}`, {
    details: {
      candidates: candidates.map(({ ids: [id], label }) => ({ id, ...(label === undefined ? {} : { label }) })),
    },
    hint: "name one by its whole id",
  });
}

function notFound<T>(candidates: readonly Candidate<T>[], reference: string, what: string, why?: string): ClawError {
  // What names another device by its id or label leads to nobody who only calls himself so, or whose id looks like it.
  if (why !== undefined) {
    return new ClawError("gateway/not-found", why, { details: { reference }, hint: seeList(what) });
  }
  const named = candidates.find(({ displayName }) => displayName === reference);
  if (named !== undefined) {
    const message = `'${reference}' is what a device calls itself, and any device may: that names no ${what}`;
    return new ClawError("gateway/not-found", message, {
      details: { reference, candidates: [{ id: named.ids[0] }] },
      hint: `look whether you mean ${named.shown}, and name it by its id`,
    });
  }
  const isShort = candidates.some(({ ids }) => reference !== "" && ids.some((id) => id.startsWith(reference)));
  const nearest = nearestOf(candidates, reference);
  return new ClawError("gateway/not-found", `there is no ${what} '${reference}'`, {
    details: { reference },
    hint: isShort
      ? `give at least ${shortestPrefix} characters of an id`
      : nearest === undefined
      ? seeList(what)
      : `did you mean ${nearest.label === undefined ? nearest.shown : `'${nearest.label}'`}?`,
  });
}

function seeList(what: string): string {
  const anew = what === "request" ? "one that is asked anew has another id: " : "";
  return `${anew}see what there is with \`claw device list\``;
}

/** The one whose label has the text in it, or whose id begins like it. */
function nearestOf<T>(candidates: readonly Candidate<T>[], reference: string): Candidate<T> | undefined {
  const wanted = reference.trim().toLowerCase();
  if (wanted.length < 3) return undefined;
  const fits = candidates.filter(({ ids, label }) =>
    label?.toLowerCase().includes(wanted) === true ||
    (wanted.length >= shortestPrefix && ids.some((id) => id.startsWith(wanted.slice(0, shortestPrefix - 2))))
  );
  return fits.length === 1 ? fits[0] : undefined;
}

function whyNoRequest({ paired }: Roster, reference: string): string | undefined {
  const device = paired.find(({ deviceId, operatorLabel }) =>
    deviceId === reference || (reference !== "" && operatorLabel === reference)
  );
  return device === undefined ? undefined : `${nameOf(device)} is paired, and asks for nothing now`;
}

function whyNoDevice({ pending }: Roster, reference: string): string | undefined {
  const asks = pending.some(({ requestId, deviceId }) => requestId === reference || deviceId === reference);
  return asks ? `'${reference}' asks to be paired, and is not yet` : undefined;
}
