/**
 * The exit numbers, one sentence each: what `claw help exit-codes` prints and scripts may rely on. The number of each
 * error code stands in `src/errors.ts`; a test keeps the two in step.
 */
export const exitCodes: readonly (readonly [exit: number, meaning: string])[] = [
  [0, "done"],
  [1, "done, and the answer is no: a run that failed, jobs that differ, a scheduler that is off, no heartbeat seen"],
  [64, "the command line is wrong"],
  [65, "bad input, or the gateway refused the request"],
  [69, "the gateway could not be reached: nothing was sent, trying again is safe"],
  [70, "a bug in claw"],
  [74, "a file of claw's own could not be read or written"],
  [75, "the gateway says: later. Trying again is safe"],
  [76, "the other end does not speak the gateway's protocol, or not this version"],
  [77, "a person must act: approve the device, or mend the credential"],
  [78, "a setting is wrong or unsafe"],
  [
    79,
    "sent, but how it ended is not known: the gateway may have acted on it, or some of several have. Never repeat it blindly",
  ],
  [130, "interrupted by Ctrl-C (SIGINT)"],
  [143, "ended by SIGTERM"],
];
