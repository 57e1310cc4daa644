/**
 * Every command, in the order of the help page. A command's file is loaded when it runs; that of `claw event` is at
 * hand, since loading a file apart costs as much as it saves. To add a command: its file, and a line here.
 */
import type { Registration } from "../cli/command.ts";
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
  {
    words: ["cron", "list"],
    summary: "list the jobs, with when they run next",
    load: async () => (await import("./cron/list.ts")).cronList,
  },
  {
    words: ["cron", "show"],
    summary: "show one job in full, with its next runs",
    load: async () => (await import("./cron/show.ts")).cronShow,
  },
  {
    words: ["cron", "add"],
    summary: "add a job",
    load: async () => (await import("./cron/add.ts")).cronAdd,
  },
  {
    words: ["cron", "edit"],
    summary: "change a job, by flags or in an editor",
    load: async () => (await import("./cron/edit.ts")).cronEdit,
  },
  {
    words: ["cron", "enable"],
    summary: "switch a job on",
    load: async () => (await import("./cron/enable.ts")).cronEnable,
  },
  {
    words: ["cron", "disable"],
    summary: "switch a job off",
    load: async () => (await import("./cron/disable.ts")).cronDisable,
  },
  {
    words: ["cron", "rm"],
    summary: "remove a job",
    load: async () => (await import("./cron/remove.ts")).cronRemove,
  },
  {
    words: ["cron", "run"],
    summary: "run a job now",
    load: async () => (await import("./cron/run.ts")).cronRun,
  },
  {
    words: ["cron", "runs"],
    summary: "show what runs came to",
    load: async () => (await import("./cron/runs.ts")).cronRuns,
  },
  {
    words: ["cron", "status"],
    summary: "check the scheduler: whether it is on, and what comes next",
    load: async () => (await import("./cron/status.ts")).cronStatus,
  },
  {
    words: ["cron", "apply"],
    summary: "make the gateway's jobs what a file says",
    load: async () => (await import("./cron/apply.ts")).cronApply,
  },
  {
    words: ["cron", "diff"],
    summary: "compare the gateway's jobs with a file; exit 1 when they differ",
    load: async () => (await import("./cron/diff.ts")).cronDiff,
  },
  {
    words: ["cron", "export"],
    summary: "print the jobs as a file for apply",
    load: async () => (await import("./cron/export.ts")).cronExport,
  },
  {
    words: ["cron", "doctor"],
    summary: "look for jobs that do not run as they should; exit 1 when there are some",
    load: async () => (await import("./cron/doctor.ts")).cronDoctor,
  },
  {
    words: ["cron", "next"],
    summary: "show the coming runs of all jobs on one time line",
    load: async () => (await import("./cron/next.ts")).cronNext,
  },
  {
    words: ["device", "pair"],
    summary: "ask to be let in, or for more, and wait for the decision",
    load: async () => (await import("./device/pair.ts")).devicePair,
  },
  {
    words: ["device", "list"],
    summary: "list who is paired with the gateway, and who asks to be",
    load: async () => (await import("./device/list.ts")).deviceList,
  },
  {
    words: ["device", "watch"],
    summary: "show requests as they come, and decide on each by a key",
    load: async () => (await import("./device/watch.ts")).deviceWatch,
  },
  {
    words: ["device", "approve"],
    summary: "let a device in, or give it more, after a look",
    load: async () => (await import("./device/approve.ts")).deviceApprove,
  },
  {
    words: ["device", "reject"],
    summary: "refuse a request",
    load: async () => (await import("./device/reject.ts")).deviceReject,
  },
  {
    words: ["device", "rename"],
    summary: "give a paired device a label",
    load: async () => (await import("./device/rename.ts")).deviceRename,
  },
  {
    words: ["device", "remove"],
    summary: "take a device's pairing away",
    load: async () => (await import("./device/remove.ts")).deviceRemove,
  },
  {
    words: ["device", "rotate"],
    summary: "put a new token in the place of a device's",
    load: async () => (await import("./device/rotate.ts")).deviceRotate,
  },
  {
    words: ["device", "revoke"],
    summary: "make a device's token worthless",
    load: async () => (await import("./device/revoke.ts")).deviceRevoke,
  },
  {
    words: ["device", "show"],
    summary: "show this device's id, key and stored tokens, offline",
    load: async () => (await import("./whoami.ts")).whoami,
  },
  {
    words: ["device", "verify"],
    summary: "look this device's key and tokens over, offline; exit 1 when something is wrong",
    load: async () => (await import("./device/verify.ts")).deviceVerify,
  },
  {
    words: ["device", "reset"],
    summary: "give this device a new key; the old one is kept",
    load: async () => (await import("./device/reset.ts")).deviceReset,
  },
  {
    words: ["device", "export"],
    summary: "write this device's key into a new file",
    load: async () => (await import("./device/export.ts")).deviceExport,
  },
  {
    words: ["device", "import"],
    summary: "make a file's key this device's own; the old one is kept",
    load: async () => (await import("./device/import.ts")).deviceImport,
  },
  {
    words: ["call"],
    summary: "call any method of the gateway by its name",
    load: async () => (await import("./call/call.ts")).call,
  },
  {
    words: ["context", "list"],
    summary: "list the gateways that have a name, and which of them answer",
    load: async () => (await import("./context/list.ts")).contextList,
  },
  {
    words: ["context", "add"],
    summary: "give a gateway a name, with what goes there",
    load: async () => (await import("./context/add.ts")).contextAdd,
  },
  {
    words: ["context", "use"],
    summary: "use a context from now on",
    load: async () => (await import("./context/use.ts")).contextUse,
  },
  {
    words: ["context", "show"],
    summary: "show one context, and where each of its values stands, offline",
    load: async () => (await import("./context/show.ts")).contextShow,
  },
  {
    words: ["context", "validate"],
    summary: "log in by a context's own settings",
    load: async () => (await import("./context/validate.ts")).contextValidate,
  },
  {
    words: ["context", "trust"],
    summary: "look at a gateway's certificate, and pin it",
    load: async () => (await import("./context/trust.ts")).contextTrust,
  },
  {
    words: ["context", "rename"],
    summary: "give a context another name",
    load: async () => (await import("./context/rename.ts")).contextRename,
  },
  {
    words: ["context", "rm"],
    summary: "take a context away; its file is kept aside",
    load: async () => (await import("./context/remove.ts")).contextRemove,
  },
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
