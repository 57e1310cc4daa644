/**
 * Which requests wait, from one look at the roster to the next, and what became of the others. Events say when to look
 * and how a request was decided; the roster says what there is, so that a lost connection loses no request. No words
 * for people. Pure.
 */
import type { DevicePairResolved, PendingDevice } from "../protocol/mod.ts";
import { changedFacts, factsOfRequest, type RequestFacts } from "./request_facts.ts";
import { type Roster, withoutSecrets } from "./roster.ts";

/** What is new. */
export type RequestNews =
  | { readonly kind: "requested"; readonly request: RequestFacts }
  /** 2026.3.13 adds to a request that waits, under the same id. */
  | { readonly kind: "changed"; readonly request: RequestFacts; readonly changed: readonly string[] }
  /** Without the request, where it was never seen: devices on the gateway's own host are let in at once. */
  | { readonly kind: "resolved"; readonly decision: string; readonly request?: RequestFacts } & End
  /** Decided while there was no connection, or expired. */
  | { readonly kind: "gone"; readonly request: RequestFacts } & End;

interface End {
  readonly requestId: string;
  readonly deviceId: string;
  /** Another request of the same device, which waits: 2026.9.6 rejects the one in whose place it stands. */
  readonly replacedBy?: string;
}

/** What events told of, by request. */
export interface Heard {
  readonly announced: ReadonlyMap<string, PendingDevice>;
  readonly decisions: ReadonlyMap<string, DevicePairResolved>;
}

/** Nobody gathers more between two looks. */
const mostKept = 1_000;

export class RequestBook {
  readonly #waiting = new Map<string, RequestFacts>();
  readonly #announced = new Map<string, PendingDevice>();
  readonly #decisions = new Map<string, DevicePairResolved>();

  /** Takes an event of a request, for the next look. */
  announce(request: PendingDevice): void {
    keep(this.#announced, request.requestId, withoutSecrets(request));
  }

  /** Takes an event of a decision, for the next look. */
  decide(decision: DevicePairResolved): void {
    keep(this.#decisions, decision.requestId, decision);
  }

  /** The request as it was last seen, if it waits. */
  find(requestId: string): RequestFacts | undefined {
    return this.#waiting.get(requestId);
  }

  /** What events told of, and no look has explained yet. */
  heard(): Heard {
    return { announced: new Map(this.#announced), decisions: new Map(this.#decisions) };
  }

  /**
   * What is new since the last look, in the order of events.
   * @param heard before the roster was asked for: what was heard since waits for the next look, unless the roster shows
   * that it has happened
   */
  async look(roster: Roster, heard: Heard = this.heard()): Promise<readonly RequestNews[]> {
    const announced = [...heard.announced.values()];
    const decisions = new Map(heard.decisions);
    forget(this.#announced, heard.announced);
    forget(this.#decisions, heard.decisions);
    const pending = new Map(roster.pending.map((request) => [request.requestId, request]));
    // One that was decided at once is in no roster.
    const seen = [...announced.filter(({ requestId }) => !pending.has(requestId)), ...pending.values()];
    const news = [];
    for (const request of seen) news.push(...await this.#meet(request, roster));
    const gone = [...this.#waiting.values()].filter(({ requestId }) => !pending.has(requestId));
    for (const { requestId } of gone) {
      const decision = this.#decisions.get(requestId);
      if (decision !== undefined && this.#decisions.delete(requestId)) decisions.set(requestId, decision);
    }
    // The first of each device; lists may be long.
    const next = new Map([...pending.values()].reverse().map(({ deviceId, requestId }) => [deviceId, requestId]));
    return [...news, ...gone.map((request) => this.#leave(request, decisions, next)), ...unseen(decisions)];
  }

  async #meet(request: PendingDevice, roster: Roster): Promise<readonly RequestNews[]> {
    const known = this.#waiting.get(request.requestId);
    const facts = await factsOfRequest(request, roster);
    this.#waiting.set(request.requestId, facts);
    if (known === undefined) return [{ kind: "requested", request: facts }];
    const changed = changedFacts(known, facts);
    return changed.length === 0 ? [] : [{ kind: "changed", request: facts, changed }];
  }

  #leave(
    request: RequestFacts,
    decisions: Map<string, DevicePairResolved>,
    waitingOf: ReadonlyMap<string, string>,
  ): RequestNews {
    const { requestId, deviceId } = request;
    this.#waiting.delete(requestId);
    const decision = decisions.get(requestId)?.decision;
    decisions.delete(requestId);
    const next = waitingOf.get(deviceId);
    const replaced = next === undefined ? {} : { replacedBy: next };
    if (decision === undefined) return { kind: "gone", requestId, deviceId, request, ...replaced };
    return { kind: "resolved", requestId, deviceId, decision, request, ...replaced };
  }
}

/** Decisions on requests that nobody saw. */
function unseen(decisions: ReadonlyMap<string, DevicePairResolved>): readonly RequestNews[] {
  return [...decisions.values()].map(({ requestId, deviceId, decision }) => ({
    kind: "resolved",
    requestId,
    deviceId,
    decision,
  }));
}

/** What was told again since stays. */
function forget<Value>(map: Map<string, Value>, those: ReadonlyMap<string, Value>): void {
  for (const [key, value] of those) if (map.get(key) === value) map.delete(key);
}

function keep<Value>(map: Map<string, Value>, key: string, value: Value): void {
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= mostKept) return;
    map.delete(oldest);
  }
}
