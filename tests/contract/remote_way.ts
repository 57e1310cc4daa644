/**
 * The way to look remote to a gateway on this machine, so that it asks for approval: 2026.9.6 must be made to trust a
 * proxy on loopback, which then names a foreign address; 2026.3.13 goes by the Host header.
 */
import type { BinaryHome } from "../support/binary.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp_proxy.ts";
import type { Lab } from "./lab.ts";

const remoteHeaders = {
  "2026.3.13": { host: "gw.example.test" },
  "2026.9.6": { "x-forwarded-for": "203.0.113.9", "x-forwarded-proto": "https" },
};

/** The way to a lab's gateway from afar. */
export async function openRemoteWay(lab: Lab): Promise<TcpProxy> {
  return await startTcpProxy({ targetPort: lab.gateway.port, headers: remoteHeaders[lab.version] });
}

/** A claw that comes from afar, with the gateway's secret. */
export function remoteHome(lab: Lab, way: TcpProxy): BinaryHome {
  return lab.home({
    OPENCLAW_CONFIG_PATH: "",
    CLAW_URL: `ws://127.0.0.1:${way.port}`,
    CLAW_TOKEN: lab.gateway.secret,
  });
}
