/**
 * The certificate that a gateway presents, for who decides whether to pin it: looked at by the way that a run would go,
 * without a credential. Joined here because commands reach no sockets.
 */
import type { GatewayCertificate } from "./cli/context.ts";
import { ClawError } from "./errors.ts";
import { createRoute, type OpenerOptions } from "./opener.ts";
import { openFailure } from "./transport/open_failure.ts";
import { examineCertificate } from "./transport/probe.ts";

/** @throws ClawError `net/*` when there is none to be seen; the signal's reason */
export async function lookAtGateway(options: OpenerOptions, signal: AbortSignal): Promise<GatewayCertificate> {
  const { endpoint } = options.settings;
  const url = new URL(endpoint.value.url);
  return await createRoute(options).through(signal, async (way) => {
    const { certificate, problem } = await examineCertificate(url, signal, way);
    signal.throwIfAborted();
    if (certificate !== undefined) return { ...certificate, problem };
    if (problem !== "") throw await openFailure(url, { code: problem, text: problem }, signal, way);
    throw new ClawError("net/tls", `${endpoint.value.origin} presented no certificate`);
  });
}
