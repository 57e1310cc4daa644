/**
 * The gateways that all device cases share, and the way to look remote to them, so that they ask for approval: 2026.9.6
 * is made to trust a proxy on loopback, which names a foreign address; 2026.3.13 goes by the Host header.
 */
import type { BinaryHome } from "../../support/binary.ts";
import { startTcpProxy, type TcpProxy } from "../../support/tcp_proxy.ts";
import { type Lab, setUpLabs } from "../lab.ts";

export const deviceLabs = [
  ...setUpLabs({ only: "2026.3.13" }),
  // The same setting would make every client of 2026.3.13 a remote one.
  ...setUpLabs({ only: "2026.9.6", trustsProxy: true }),
];

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
