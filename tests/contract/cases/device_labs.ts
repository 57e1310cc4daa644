/**
 * The gateways that all device cases share, and the way to look remote to them, so that they ask for approval.
 */
import { setUpLabs } from "../lab.ts";

export { openRemoteWay, remoteHome } from "../remote_way.ts";

export const deviceLabs = [
  ...setUpLabs({ only: "2026.3.13" }),
  // The same setting would make every client of 2026.3.13 a remote one.
  ...setUpLabs({ only: "2026.9.6", trustsProxy: true }),
];
