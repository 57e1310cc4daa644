/**
 * The verbs of `claw context`, in the order of the help page. A verb's file is loaded when it runs. To add one: its file, and a
 * line here. All commands: `commands/registry.ts`.
 */
import type { Registration } from "../../cli/command.ts";

/** All of them. */
export const contextCommands: readonly Registration[] = [
  {
    words: ["context", "list"],
    summary: "list the gateways that have a name, and which of them answer",
    load: async () => (await import("./list.ts")).contextList,
  },
  {
    words: ["context", "add"],
    summary: "give a gateway a name, with what goes there",
    load: async () => (await import("./add.ts")).contextAdd,
  },
  {
    words: ["context", "use"],
    summary: "use a context from now on",
    load: async () => (await import("./use.ts")).contextUse,
  },
  {
    words: ["context", "show"],
    summary: "show one context, and where each of its values stands, offline",
    load: async () => (await import("./show.ts")).contextShow,
  },
  {
    words: ["context", "validate"],
    summary: "log in by a context's own settings",
    load: async () => (await import("./validate.ts")).contextValidate,
  },
  {
    words: ["context", "trust"],
    summary: "look at a gateway's certificate, and pin it",
    load: async () => (await import("./trust.ts")).contextTrust,
  },
  {
    words: ["context", "rename"],
    summary: "give a context another name",
    load: async () => (await import("./rename.ts")).contextRename,
  },
  {
    words: ["context", "rm"],
    summary: "take a context away; its file is kept aside",
    load: async () => (await import("./remove.ts")).contextRemove,
  },
];
