/**
 * What time it is on the gateway: what it has planned and done is told by its clock, and the local one may be wrong.
 */
import type { Connection } from "../client/connection.ts";
import type { Clock } from "../platform/clock.ts";

/** Now by the gateway's clock (epoch ms): that of its challenge, and what has passed here since. */
export function gatewayNow({ handshake }: Pick<Connection, "handshake">, clock: Clock): number {
  const { gatewayMs, elapsedMs } = handshake.challengedAt;
  return Math.round(gatewayMs + clock.elapsed() - elapsedMs);
}
