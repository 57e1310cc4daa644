/**
 * Sends a datagram to a Unix socket, by the C library: neither runtime has such sockets of its own, and a program that
 * is started to do it (`systemd-notify`) is a stranger to systemd, which believes the service's own process alone. Linux.
 */
import process from "node:process";

/** From Linux's headers, the same on x86-64 and ARM64: `AF_UNIX`; `SOCK_DGRAM | SOCK_CLOEXEC`; `MSG_DONTWAIT | MSG_NOSIGNAL`. */
const unixFamily = 1;
const datagramType = 0x8_0002;
const sendFlags = 0x4040;
/** `sun_path` has 108 bytes. */
const longestPath = 107;
/** glibc's, musl's, and musl's by other names. */
const libraries = [
  "libc.so.6",
  "libc.so",
  process.arch === "arm64" ? "libc.musl-aarch64.so.1" : "libc.musl-x86_64.so.1",
];

interface SocketCalls {
  socket(domain: number, type: number, protocol: number): number;
  sendto(
    socket: number,
    data: Uint8Array,
    length: number,
    flags: number,
    address: Uint8Array,
    addressLength: number,
  ): number;
  close(socket: number): number;
}

const signatures = {
  socket: { parameters: ["i32", "i32", "i32"], result: "i32" },
  sendto: { parameters: ["i32", "buffer", "usize", "i32", "buffer", "u32"], result: "isize" },
  close: { parameters: ["i32"], result: "i32" },
} as const;

/**
 * Sends one datagram.
 * @param path an absolute path, or `@name` in Linux's abstract namespace
 * @throws Error that says why not
 */
export function sendDatagram(path: string, text: string): void {
  if (process.platform !== "linux") throw new Error("only Linux has such sockets");
  const address = addressOf(path);
  const calls = openLibrary();
  const socket = calls.socket(unixFamily, datagramType, 0);
  if (socket < 0) throw new Error("the system gives no socket");
  try {
    const data = new TextEncoder().encode(text);
    const sent = calls.sendto(socket, data, data.length, sendFlags, address, address.length);
    if (Number(sent) !== data.length) throw new Error(`nobody takes datagrams at ${path}`);
  } finally {
    calls.close(socket);
  }
}

/** `struct sockaddr_un`: the family in the machine's order, and the path, which an abstract name begins with a zero. */
function addressOf(path: string): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(path.replace(/^@/, "\0"));
  if (name.length > longestPath || !/^[@/]/.test(path)) throw new Error(`'${path}' is no address of a socket`);
  const address = new Uint8Array(2 + name.length + (path.startsWith("/") ? 1 : 0));
  new DataView(address.buffer).setUint16(0, unixFamily, true);
  address.set(name, 2);
  return address;
}

let opened: SocketCalls | undefined;

function openLibrary(): SocketCalls {
  if (opened !== undefined) return opened;
  for (const library of libraries) {
    try {
      return opened = process.versions["bun"] === undefined ? openByDeno(library) : openByBun(library);
    } catch { /* The next name. */ }
  }
  throw new Error("the C library is not found");
}

function openByDeno(library: string): SocketCalls {
  const { symbols } = Deno.dlopen(library, signatures);
  return {
    socket: symbols.socket,
    sendto: (socket, data, length, flags, address, size) =>
      // The sendto of a datagram is all or nothing, so that the number is small.
      Number(symbols.sendto(socket, Uint8Array.from(data), BigInt(length), flags, Uint8Array.from(address), size)),
    close: symbols.close,
  };
}

/** The part of `bun:ffi` that is used here; its type names are C's. */
interface BunFfi {
  dlopen(
    library: string,
    symbols: Record<string, { readonly args: readonly string[]; readonly returns: string }>,
  ): { readonly symbols: SocketCalls };
}

const bunTypes: Readonly<Record<string, string>> = {
  i32: "i32",
  u32: "u32",
  usize: "u64",
  isize: "i64",
  buffer: "ptr",
};

function openByBun(library: string): SocketCalls {
  const ffi = process.getBuiltinModule("bun:ffi") as BunFfi;
  const symbols = Object.entries(signatures).map(([name, { parameters, result }]) => [
    name,
    { args: parameters.map((type) => bunTypes[type] ?? type), returns: bunTypes[result] ?? result },
  ]);
  return ffi.dlopen(library, Object.fromEntries(symbols)).symbols;
}
