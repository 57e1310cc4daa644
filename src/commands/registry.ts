/**
 * Every command, in the order of the help page. A command's file is loaded when it runs; that of `claw event` is at
 * hand, since loading a file apart costs as much as it saves. To add a command: its file, and a line here.
 */
import type { Registration } from "../cli/command.ts";
import { event } from "./event.ts";

export const registry: readonly Registration[] = [
  {
    words: ["event"],
    summary: "hand a text to the gateway's agent, now or with its next heartbeat",
    load: () => Promise.resolve(event),
  },
  {
    words: ["status"],
    summary: "check the gateway, and show which settings come from where",
    load: async () => (await import("./status.ts")).status,
  },
  {
    words: ["whoami"],
    summary: "show this device's id, key file and stored tokens, offline",
    load: async () => (await import("./whoami.ts")).whoami,
  },
  {
    words: ["gateway", "dev"],
    summary: "run the embedded gateway on this machine, for tests and demos",
    load: async () => (await import("./gateway_dev.ts")).gatewayDev,
  },
  {
    words: ["completion"],
    summary: "print a completion script for bash, zsh, fish or powershell",
    load: async () => (await import("./completion.ts")).completion,
  },
  {
    words: ["complete"],
    summary: "answer a completion script",
    isHidden: true,
    load: async () => (await import("./completion.ts")).complete,
  },
];
