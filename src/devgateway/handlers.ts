/**
 * A handler for every method of the table: a missing one does not compile. Each gets checked params and answers with a
 * reply and what else is to be done before or after it. Families: `system_handlers.ts`, `cron_handlers.ts`,
 * `device_handlers.ts`.
 */
import type { Method, ParamsOf, WireError } from "../protocol/mod.ts";
import type { Client } from "./admission.ts";
import { cronHandlers } from "./cron_handlers.ts";
import { deviceHandlers } from "./device_handlers.ts";
import type { Effect } from "./effects.ts";
import type { StepContext } from "./options.ts";
import { systemHandlers } from "./system_handlers.ts";

/** What a handler may look at. */
export interface Call extends StepContext {
  readonly client: Client;
}

export type Reply =
  & ({ readonly payload: unknown } | { readonly error: WireError })
  & { readonly before?: readonly Effect[]; readonly after?: readonly Effect[] };

export type Handlers<M extends Method> = { readonly [Name in M]: (params: ParamsOf<Name>, call: Call) => Reply };

const handlers: Handlers<Method> = { ...systemHandlers, ...cronHandlers, ...deviceHandlers };

/** Runs a method's handler. The params have passed the method's schema. */
export function handle(method: Method, id: string, params: unknown, call: Call): readonly Effect[] {
  const handler = handlers[method] as (params: unknown, call: Call) => Reply;
  const reply = handler(params, call);
  const frame = "error" in reply
    ? { type: "res" as const, id, ok: false, error: reply.error }
    : { type: "res" as const, id, ok: true, payload: reply.payload };
  return [...reply.before ?? [], { kind: "send", frame }, ...reply.after ?? []];
}
