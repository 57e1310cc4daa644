/**
 * NO_PROXY: which hosts are reached without the proxy that the environment names. Read as curl and Go read it: names
 * (which include the names below them, with or without a leading dot), addresses, CIDR ranges, each with a port or
 * without; `*` is everything. Works on the host as the WHATWG URL parser leaves it; nothing is looked up.
 */

/** Whether the list names this host and port. What in it cannot be read names nothing. */
export function isListed(list: string, host: string, port: number): boolean {
  const name = plainHost(host);
  const address = addressOf(name);
  return list.split(/[\s,]+/).filter((entry) => entry !== "").some((entry) => {
    if (entry === "*") return true;
    const { target, onlyPort } = splitPort(entry.toLowerCase());
    if (onlyPort !== undefined && onlyPort !== port) return false;
    return address === undefined ? isBelow(name, target) : contains(target, address);
  });
}

/** An IP address as a number, and how many bits it has; IPv4 that is mapped into IPv6 counts as IPv4. */
interface Address {
  readonly bits: 32 | 128;
  readonly value: bigint;
}

function plainHost(host: string): string {
  return host.toLowerCase().replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

/** `[::1]:443` and `host:443`; an IPv6 address without brackets has no port. */
function splitPort(entry: string): { target: string; onlyPort: number | undefined } {
  const [, bracketed, first] = /^(\[[^\]]*\](?:\/\d+)?)(?::(\d+))?$/.exec(entry) ?? [];
  const [, plain, second] = /^([^:]*):(\d+)$/.exec(entry) ?? [];
  const port = first ?? second;
  return { target: bracketed ?? plain ?? entry, onlyPort: port === undefined ? undefined : Number(port) };
}

function isBelow(name: string, target: string): boolean {
  const suffix = plainHost(target).replace(/^\*?\./, "");
  return suffix !== "" && (name === suffix || name.endsWith(`.${suffix}`));
}

function contains(target: string, { bits, value }: Address): boolean {
  const [text = "", length] = target.split("/");
  const network = addressOf(text.replace(/^\[|\]$/g, ""));
  if (network?.bits !== bits || (length !== undefined && !/^\d{1,3}$/.test(length))) return false;
  const prefix = length === undefined ? bits : Number(length);
  if (prefix > bits) return false;
  const rest = BigInt(bits - prefix);
  return network.value >> rest === value >> rest;
}

function addressOf(text: string): Address | undefined {
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return ipv4(text.split(".").map(Number));
  const groups = text.includes(":") ? groupsOf(text) : undefined;
  if (groups === undefined) return undefined;
  const value = groups.reduce((sum, group) => (sum << 16n) | BigInt(group), 0n);
  return value >> 32n === 0xffffn ? { bits: 32, value: value & 0xffffffffn } : { bits: 128, value };
}

function ipv4(parts: readonly number[]): Address | undefined {
  if (parts.some((part) => part > 255)) return undefined;
  return { bits: 32, value: parts.reduce((sum, part) => (sum << 8n) | BigInt(part), 0n) };
}

/** The eight groups of an IPv6 address, by the URL parser, which knows all its spellings. */
function groupsOf(text: string): readonly number[] | undefined {
  let host: string;
  try {
    host = new URL(`http://[${text}]`).hostname.slice(1, -1);
  } catch {
    return undefined;
  }
  const [left = [], right = []] = host.split("::").map((half) => half === "" ? [] : half.split(":"));
  const zeros = host.includes("::") ? Array.from({ length: 8 - left.length - right.length }, () => "0") : [];
  return [...left, ...zeros, ...right].map((group) => parseInt(group, 16));
}
