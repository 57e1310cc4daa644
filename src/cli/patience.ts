/**
 * How long the end of a run waits for whoever reads its output. While a run goes on, a reader may take as long as it
 * likes; when nothing more will come, one that takes nothing is given up. Used by verbs that go on for weeks.
 */
import { ClawError } from "../errors.ts";
import type { Clock } from "../platform/clock.ts";
import type { LongRun } from "./long_run.ts";

export interface Patience {
  /** Nothing more will come. @param error what ended the run, if that is a failure: it is told rather than the reader's */
  begin(error?: ClawError): void;
  /** The reader took something. */
  renew(): void;
  cancel(): void;
}

const patienceMs = 5_000;

/** For one run, whose output is given up with it. */
export function createPatience(clock: Clock, long: Pick<LongRun, "pourUntil">): Patience {
  const controller = new AbortController();
  let reason: ClawError | undefined;
  let cancel = () => {};
  const renew = () => {
    cancel();
    if (reason !== undefined) cancel = clock.after(patienceMs, () => controller.abort(reason));
  };
  long.pourUntil(controller.signal);
  return {
    begin(error) {
      reason = error ?? new ClawError("store/io", "standard output takes nothing more: what was left is not told");
      renew();
    },
    renew,
    cancel: () => cancel(),
  };
}
