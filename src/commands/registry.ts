/**
 * Every command, in the order of the help page. A command's file is loaded when it runs; that of `claw event` is at
 * hand, since loading a file apart costs as much as it saves. To add a command: its file, and a line here.
 */
import type { Registration } from "../cli/command.ts";
import { contextCommands } from "./context/registry.ts";
import { cronCommands } from "./cron/registry.ts";
import { deviceCommands } from "./device/registry.ts";
import { event } from "./event.ts";

const commands: readonly Registration[] = [
  {
    words: ["event"],
    summary: "hand a text to the gateway's agent, now or with its next heartbeat",
    load: () => Promise.resolve(event),
  },
  {
    words: ["watch"],
    summary: "follow the gateway's events, and run a program for each",
    load: async () => (await import("./watch/watch.ts")).watch,
  },
  {
    words: ["status"],
    summary: "check the gateway, and show which settings come from where",
    load: async () => (await import("./status.ts")).status,
  },
  {
    words: ["doctor"],
    summary: "find out what is wrong between claw and its gateway; exit 1 when something is",
    load: async () => (await import("./doctor/doctor.ts")).doctor,
  },
  {
    words: ["doctor", "cron"],
    summary: "look for jobs that do not run as they should: the same as cron doctor",
    load: async () => (await import("./cron/doctor.ts")).cronDoctor,
  },
  {
    words: ["doctor", "event"],
    summary: "find out whether an event would reach an agent",
    load: async () => (await import("./doctor/event.ts")).doctorEvent,
  },
  {
    words: ["doctor", "pairing"],
    summary: "look for requests that wait, and devices that are there twice",
    load: async () => (await import("./doctor/pairing.ts")).doctorPairing,
  },
  {
    words: ["ping"],
    summary: "measure the way to the gateway, round by round",
    load: async () => (await import("./doctor/ping.ts")).ping,
  },
  {
    words: ["check"],
    summary: "tell a monitoring system in one line how the gateway is; exits 0 to 3 as its plugins do",
    load: async () => (await import("./doctor/check.ts")).check,
  },
  {
    words: ["bugreport"],
    summary: "write what a doctor sees into a file without secrets, to be attached to an issue",
    load: async () => (await import("./doctor/bugreport.ts")).bugreport,
  },
  {
    words: ["whoami"],
    summary: "show this device's id, key file and stored tokens, offline",
    load: async () => (await import("./whoami.ts")).whoami,
  },
  {
    words: ["health"],
    summary: "show the gateway's report on itself; exit 1 when it is not well",
    load: async () => (await import("./health.ts")).health,
  },
  {
    words: ["presence"],
    summary: "show who is connected to the gateway",
    load: async () => (await import("./presence.ts")).presence,
  },
  {
    words: ["heartbeat", "last"],
    summary: "show the last heartbeat run",
    load: async () => (await import("./heartbeat/last.ts")).heartbeatLast,
  },
  {
    words: ["heartbeat", "enable"],
    summary: "let heartbeats run",
    load: async () => (await import("./heartbeat/enable.ts")).heartbeatEnable,
  },
  {
    words: ["heartbeat", "disable"],
    summary: "let no heartbeat run, of any agent",
    load: async () => (await import("./heartbeat/disable.ts")).heartbeatDisable,
  },
  {
    words: ["logs"],
    summary: "show the end of the gateway's log, and follow it",
    load: async () => (await import("./logs.ts")).logs,
  },
  ...cronCommands,
  ...deviceCommands,
  {
    words: ["call"],
    summary: "call any method of the gateway by its name",
    load: async () => (await import("./call/call.ts")).call,
  },
  ...contextCommands,
  {
    words: ["gateway", "dev"],
    summary: "run the embedded gateway on this machine, for tests and demos",
    load: async () => (await import("./gateway/dev.ts")).gatewayDev,
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

/** What other command lines call them, OpenClaw's own above all; help shows the one name. */
const aliases: readonly (readonly [alias: string, name: string])[] = [
  ["cron ls", "cron list"],
  ["cron get", "cron show"],
  ["cron create", "cron add"],
  ["cron remove", "cron rm"],
  ["cron delete", "cron rm"],
  ["context ls", "context list"],
  ["context remove", "context rm"],
  ["device ls", "device list"],
  ["device rm", "device remove"],
];

/** All of them. */
export const registry: readonly Registration[] = [...commands, ...aliases.flatMap(toRegistration)];

function toRegistration([alias, name]: readonly [string, string]): readonly Registration[] {
  return commands.filter(({ words }) => words.join(" ") === name).map((command) => ({
    ...command,
    words: alias.split(" "),
    isHidden: true,
  }));
}
