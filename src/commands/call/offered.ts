/**
 * Whether a gateway offers a method: a misspelt one is found out before anything is sent.
 */
import { nearestName } from "../../cron/jobs.ts";
import { ClawError } from "../../errors.ts";
import type { HelloOk } from "../../protocol/mod.ts";
import { knownMethods } from "./method_table.ts";

/** @throws ClawError `gateway/unsupported`, with the nearest name or the release that the method came with */
export function requireOffered({ server, features }: HelloOk, method: string): void {
  const known = knownMethods.get(method);
  if (known?.scope === "node") {
    throw new ClawError("gateway/unsupported", `${method} is for nodes, and claw connects as an operator`, {
      hint: "send it all the same with --force",
      details: { method },
    });
  }
  if (features.methods.includes(method)) return;
  const details = { method, gatewayVersion: server.version };
  // The name goes into a command line that somebody will paste: nothing but a plain word may.
  if (features.events.includes(method) && /^[a-z][a-z.]*$/i.test(method)) {
    throw new ClawError("gateway/unsupported", `${method} is an event, and no method`, {
      hint: `see it when it comes: claw watch --events ${method}`,
      details,
    });
  }
  if (known === undefined) {
    const nearest = nearestName([...new Set([...features.methods, ...knownMethods.keys()])], method);
    throw new ClawError("gateway/unsupported", `gateway ${server.version} offers no method '${method}'`, {
      hint: nearest === undefined ? "list its methods with `claw call --list`" : `did you mean ${nearest}?`,
      details: { ...details, ...(nearest === undefined ? {} : { nearest }) },
    });
  }
  const came = known.since.startsWith("<=")
    ? `which came with ${known.since.slice(2)} or before`
    : `which came with ${known.since}`;
  throw new ClawError("gateway/unsupported", `gateway ${server.version} does not list ${method}, ${came}`, {
    hint: "some methods are answered without being listed: send it all the same with --force",
    details: { ...details, since: known.since },
  });
}
