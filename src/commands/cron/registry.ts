/**
 * The verbs of `claw cron`, in the order of the help page. A verb's file is loaded when it runs. To add one: its file, and a
 * line here. All commands: `commands/registry.ts`.
 */
import type { Registration } from "../../cli/command.ts";

/** All of them. */
export const cronCommands: readonly Registration[] = [
  {
    words: ["cron", "list"],
    summary: "list the jobs, with when they run next",
    load: async () => (await import("./list.ts")).cronList,
  },
  {
    words: ["cron", "show"],
    summary: "show one job in full, with its next runs",
    load: async () => (await import("./show.ts")).cronShow,
  },
  {
    words: ["cron", "add"],
    summary: "add a job",
    load: async () => (await import("./add.ts")).cronAdd,
  },
  {
    words: ["cron", "edit"],
    summary: "change a job, by flags or in an editor",
    load: async () => (await import("./edit.ts")).cronEdit,
  },
  {
    words: ["cron", "enable"],
    summary: "switch a job on",
    load: async () => (await import("./enable.ts")).cronEnable,
  },
  {
    words: ["cron", "disable"],
    summary: "switch a job off",
    load: async () => (await import("./disable.ts")).cronDisable,
  },
  {
    words: ["cron", "rm"],
    summary: "remove a job",
    load: async () => (await import("./remove.ts")).cronRemove,
  },
  {
    words: ["cron", "run"],
    summary: "run a job now",
    load: async () => (await import("./run.ts")).cronRun,
  },
  {
    words: ["cron", "runs"],
    summary: "show what runs came to",
    load: async () => (await import("./runs.ts")).cronRuns,
  },
  {
    words: ["cron", "status"],
    summary: "check the scheduler: whether it is on, and what comes next",
    load: async () => (await import("./status.ts")).cronStatus,
  },
  {
    words: ["cron", "apply"],
    summary: "make the gateway's jobs what a file says",
    load: async () => (await import("./apply.ts")).cronApply,
  },
  {
    words: ["cron", "diff"],
    summary: "compare the gateway's jobs with a file; exit 1 when they differ",
    load: async () => (await import("./diff.ts")).cronDiff,
  },
  {
    words: ["cron", "export"],
    summary: "print the jobs as a file for apply",
    load: async () => (await import("./export.ts")).cronExport,
  },
  {
    words: ["cron", "doctor"],
    summary: "look for jobs that do not run as they should; exit 1 when there are some",
    load: async () => (await import("./doctor.ts")).cronDoctor,
  },
  {
    words: ["cron", "next"],
    summary: "show the coming runs of all jobs on one time line",
    load: async () => (await import("./next.ts")).cronNext,
  },
];
