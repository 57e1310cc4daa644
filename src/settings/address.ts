/**
 * What kind of host a URL names: this machine, a private network, or the world. Works on the host as the WHATWG URL
 * parser leaves it (lower case, IPv4 in four decimal parts, IPv6 compressed in brackets). Nothing is looked up.
 */

/** Whether traffic to the host cannot leave this machine: localhost, 127.0.0.0/8, ::1. Not 0.0.0.0. */
export function isLoopbackHost(host: string): boolean {
  if (host === "localhost" || host === "localhost.") return true;
  const v4 = ipv4Of(host);
  return v4 !== undefined ? v4[0] === 127 : host === "[::1]";
}

/**
 * Whether the host can only be on a private network: RFC 1918, link-local, unique local, the shared range 100.64/10
 * that tailnets use, or a name without a dot (a container's or a neighbour's), which public DNS cannot answer.
 * Other names are not: what they point to can change.
 */
export function isPrivateHost(host: string): boolean {
  const v4 = ipv4Of(host);
  if (v4 !== undefined) return isPrivateIpv4(v4);
  if (host.startsWith("[")) return /^\[(f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/.test(host);
  return /^[a-z0-9_-]+$/.test(host) && !isLoopbackHost(host);
}

type Ipv4 = readonly [number, number, number, number];

function isPrivateIpv4([a, b]: Ipv4): boolean {
  if (a === 10) return true;
  if (a === 172) return b >= 16 && b <= 31;
  if (a === 192) return b === 168;
  if (a === 169) return b === 254;
  return a === 100 && b >= 64 && b <= 127;
}

/** The four parts of an IPv4 address, also when it is mapped into IPv6 (::ffff:7f00:1). */
function ipv4Of(host: string): Ipv4 | undefined {
  const [, a, b, c, d] = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(host) ?? [];
  if (d !== undefined) return [Number(a), Number(b), Number(c), Number(d)];
  const [, high, low] = /^\[::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host) ?? [];
  if (high === undefined || low === undefined) return undefined;
  const [left, right] = [parseInt(high, 16), parseInt(low, 16)];
  return [left >> 8, left & 255, right >> 8, right & 255];
}
