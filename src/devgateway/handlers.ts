/**
 * A handler for every method of the table: a missing one does not compile. Each gets checked params and answers with a
 * reply and what else is to be done before or after it. Families: `system_handlers.ts`, `cron_handlers.ts`,
 * `device_handlers.ts`, `scope_upgrades.ts`.
 */
import type { Method, ParamsOf, WireError } from "../protocol/mod.ts";
import type { Client } from "./admission.ts";
import { cronHandlers } from "./cron_handlers.ts";
import { deviceHandlers } from "./device_handlers.ts";
import type { Effect } from "./effects.ts";
import type { StepContext } from "./options.ts";
import { scopeUpgradeHandlers } from "./scope_upgrades.ts";
import { systemHandlers } from "./system_handlers.ts";
import { refuseCall } from "./wire_errors.ts";

/** What a handler may look at. */
export interface Call extends StepContext {
  readonly client: Client;
}

export type Reply =
  & (
    | { readonly payload: unknown }
    | { readonly error: WireError; readonly advice?: string }
    /** The answer comes when it is known; asked for every `everyMs`. */
    | { readonly everyMs: number; readonly payloadLater: () => unknown }
  )
  & { readonly before?: readonly Effect[]; readonly after?: readonly Effect[] };

export type Handlers<M extends Method> = { readonly [Name in M]: (params: ParamsOf<Name>, call: Call) => Reply };

const handlers: Handlers<Method> = { ...systemHandlers, ...cronHandlers, ...deviceHandlers, ...scopeUpgradeHandlers };

/** Runs a method's handler. The params have passed the method's schema. */
export function handle(method: Method, id: string, params: unknown, call: Call): readonly Effect[] {
  const handler = handlers[method] as (params: unknown, call: Call) => Reply;
  const reply = handler(params, call);
  const respond = (payload: unknown): Effect => ({ kind: "send", frame: { type: "res", id, ok: true, payload } });
  if ("payloadLater" in reply) {
    const decide = () => {
      const payload = reply.payloadLater();
      return payload === undefined ? undefined : [respond(payload)];
    };
    return [{ kind: "until", everyMs: reply.everyMs, decide }];
  }
  const answer: Effect[] = "error" in reply
    ? refuseCall(id, method, reply.error, reply.advice ?? adviceFor(reply.error))
    : [respond(reply.payload)];
  return [...reply.before ?? [], ...answer, ...reply.after ?? []];
}

/** What a handler refuses is well-formed but cannot be done; the gateway's sentence says why. */
function adviceFor({ message }: WireError): string {
  if (/unknown cron job id|Automation not found/.test(message)) {
    return "There is no such job: take the id from cron.list.";
  }
  if (/unknown (requestId|deviceId)/.test(message)) return "There is no such request or device: see device.pair.list.";
  if (/denied$/.test(message)) return "Only operator.admin may manage other devices, and roles other than operator.";
  return "The params are well-formed, but what they ask for cannot be: the message says why.";
}
