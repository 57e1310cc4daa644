/**
 * An sshd of its own on a high port of loopback, run by a user without privileges, and an ssh that knows it: a directory
 * for PATH with a program `ssh` that is the system's, but for whose keys it reads. Nothing of this machine's own ssh is
 * read or changed.
 */
import { execFileSync, spawn } from "node:child_process";
import * as fs from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { eventually } from "./eventually.ts";
import { freePort } from "./sockets.ts";

const sshd = "/usr/sbin/sshd";
const isRoot = process.getuid?.() === 0;
/** Whom sshd runs as, and so who alone may log in. Root would need a directory of the system's. */
const user = isRoot ? { name: "nobody", uid: 65_534, gid: 65_534 } : { name: userInfo().username };

/** What is missing here for such a server; undefined where nothing is. */
export const sshObstacle: string | undefined = [sshd, "/usr/bin/ssh", "/usr/bin/ssh-keygen"].every(fs.existsSync)
  ? undefined
  : "no OpenSSH server";

/** What an `ssh` is to know of the server. */
export interface SshKnowledge {
  /** Whose key it presents: the one that is let in, or another. */
  readonly key?: "known" | "other";
  /** Which host key it expects: the server's, another, or none yet. */
  readonly host?: "known" | "other" | "new";
}

export interface SshServer extends AsyncDisposable {
  readonly port: number;
  readonly target: string;
  /** PATH with an `ssh` that knows the server so. */
  path(knowledge?: SshKnowledge): string;
  /** The ids of the processes `ssh` that were started by these paths and are still there. */
  running(): readonly number[];
}

export async function startSshServer(): Promise<SshServer> {
  const directory = fs.mkdtempSync(join(tmpdir(), "claw-sshd-"));
  fs.chmodSync(directory, 0o755);
  const keys = ["host", "other-host", "user", "other"].map((name) => createKey(directory, name));
  const [host = "", otherHost = "", userKey = ""] = keys;
  fs.writeFileSync(join(directory, "authorized"), `${userKey}\n`);
  if (isRoot) { for (const name of ["host", "authorized"]) fs.chownSync(join(directory, name), 65_534, 65_534); }
  const port = await freePort();
  fs.writeFileSync(join(directory, "sshd_config"), serverConfig(directory, port));
  for (const [name, key] of [["known", host], ["other", otherHost]]) {
    fs.writeFileSync(join(directory, `hosts-${name}`), `[127.0.0.1]:${port} ${key}\n`);
  }
  fs.mkdirSync(join(directory, "pids"), { mode: 0o777 });
  const server = spawn(sshd, ["-D", "-e", "-f", join(directory, "sshd_config")], {
    stdio: ["ignore", "ignore", "pipe"],
    ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
  });
  let log = "";
  server.stderr.setEncoding("utf8").on("data", (text: string) => (log += text));
  const gone = new Promise<void>((resolve) => server.once("close", () => resolve()));
  await eventually(() => log.includes("Server listening") || undefined, `sshd, which said: ${log}`);
  return {
    port,
    target: `ssh://${user.name}@127.0.0.1:${port}`,
    path: ({ key = "known", host = "known" } = {}) => createPath(directory, key, host),
    running: () => fs.readdirSync(join(directory, "pids")).map(Number).filter(isAlive),
    async [Symbol.asyncDispose]() {
      server.kill();
      await gone;
      fs.rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** @returns its public half, as a line of known_hosts has it */
function createKey(directory: string, name: string): string {
  const path = join(directory, name);
  execFileSync("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", path]);
  return fs.readFileSync(`${path}.pub`, "utf8").split(" ").slice(0, 2).join(" ");
}

function serverConfig(directory: string, port: number): string {
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${directory}/host`,
    `AuthorizedKeysFile ${directory}/authorized`,
    `PidFile none`,
    // Without it an account that has no password counts as locked.
    "UsePAM yes",
    "StrictModes no",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "",
  ].join("\n");
}

function createPath(directory: string, key: string, host: string): string {
  const path = join(directory, `bin-${key}-${host}`);
  const config = join(path, "config");
  fs.mkdirSync(path, { recursive: true });
  const lines = [
    "Host *",
    // As some have it; claw must have ssh's words all the same.
    "  LogLevel QUIET",
    `  IdentityFile ${directory}/${key === "known" ? "user" : "other"}`,
    "  IdentitiesOnly yes",
    `  UserKnownHostsFile ${directory}/hosts-${host}`,
    "  GlobalKnownHostsFile none",
  ];
  fs.writeFileSync(config, `${lines.join("\n")}\n`);
  const script = `#!/bin/sh\n: > ${directory}/pids/$$\nexec /usr/bin/ssh -F ${config} "$@"\n`;
  fs.writeFileSync(join(path, "ssh"), script, { mode: 0o755 });
  return `${path}:/usr/bin:/bin`;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // One that has ended and was not waited for is no process any more.
    return !/^State:\s+Z/m.test(fs.readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
