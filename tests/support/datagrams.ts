/**
 * Something that takes datagrams at a Unix socket, as systemd does: by Python, since neither runtime can. It tells
 * which process sent each.
 */
import { spawn, spawnSync } from "node:child_process";
import process from "node:process";
import { eventually } from "./eventually.ts";

export interface Datagrams extends Disposable {
  /** What came so far, with the sender's process id. */
  readonly received: readonly { readonly text: string; readonly pid: number }[];
}

/** Why there are none here; undefined where there are. */
export const datagramObstacle = process.platform !== "linux"
  ? "only Linux has them"
  : spawnSync("python3", ["-c", "import socket; socket.SO_PASSCRED"]).status === 0
  ? undefined
  : "python3 is not installed";

const receiver = `
import json, socket, struct, sys
path = sys.argv[1]
taker = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
taker.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
taker.bind("\\0" + path[1:] if path.startswith("@") else path)
print("null", flush=True)
while True:
    data, ancillary, _, _ = taker.recvmsg(4096, 1024)
    print(json.dumps({"text": data.decode(), "pid": struct.unpack("iII", ancillary[0][2])[0]}), flush=True)
`;

/** @param path of the socket, or `@name` in the abstract namespace */
export async function takeDatagrams(path: string): Promise<Datagrams> {
  const child = spawn("python3", ["-c", receiver, path], { stdio: ["ignore", "pipe", "inherit"] });
  let written = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (written += text));
  await eventually(() => written.includes("null\n") || undefined, "the receiver of datagrams");
  return {
    get received() {
      return written.split("\n").slice(1, -1).map((line) => JSON.parse(line));
    },
    [Symbol.dispose]: () => void child.kill("SIGKILL"),
  };
}
