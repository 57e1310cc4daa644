/**
 * The verbs of `claw device`, in the order of the help page. A verb's file is loaded when it runs. To add one: its file, and a
 * line here. All commands: `commands/registry.ts`.
 */
import type { Registration } from "../../cli/command.ts";

/** All of them. */
export const deviceCommands: readonly Registration[] = [
  {
    words: ["device", "pair"],
    summary: "ask to be let in, or for more, and wait for the decision",
    load: async () => (await import("./pair.ts")).devicePair,
  },
  {
    words: ["device", "list"],
    summary: "list who is paired with the gateway, and who asks to be",
    load: async () => (await import("./list.ts")).deviceList,
  },
  {
    words: ["device", "watch"],
    summary: "show requests as they come, and decide on each by a key",
    load: async () => (await import("./watch.ts")).deviceWatch,
  },
  {
    words: ["device", "approve"],
    summary: "let a device in, or give it more, after a look",
    load: async () => (await import("./approve.ts")).deviceApprove,
  },
  {
    words: ["device", "reject"],
    summary: "refuse a request",
    load: async () => (await import("./reject.ts")).deviceReject,
  },
  {
    words: ["device", "rename"],
    summary: "give a paired device a label",
    load: async () => (await import("./rename.ts")).deviceRename,
  },
  {
    words: ["device", "remove"],
    summary: "take a device's pairing away",
    load: async () => (await import("./remove.ts")).deviceRemove,
  },
  {
    words: ["device", "rotate"],
    summary: "put a new token in the place of a device's",
    load: async () => (await import("./rotate.ts")).deviceRotate,
  },
  {
    words: ["device", "revoke"],
    summary: "make a device's token worthless",
    load: async () => (await import("./revoke.ts")).deviceRevoke,
  },
  {
    words: ["device", "show"],
    summary: "show this device's id, key and stored tokens, offline",
    load: async () => (await import("../whoami.ts")).whoami,
  },
  {
    words: ["device", "verify"],
    summary: "look this device's key and tokens over, offline; exit 1 when something is wrong",
    load: async () => (await import("./verify.ts")).deviceVerify,
  },
  {
    words: ["device", "reset"],
    summary: "give this device a new key; the old one is kept",
    load: async () => (await import("./reset.ts")).deviceReset,
  },
  {
    words: ["device", "export"],
    summary: "write this device's key into a new file",
    load: async () => (await import("./export.ts")).deviceExport,
  },
  {
    words: ["device", "import"],
    summary: "make a file's key this device's own; the old one is kept",
    load: async () => (await import("./import.ts")).deviceImport,
  },
];
