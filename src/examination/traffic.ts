/**
 * What passes on the connection of a look, counted: answers that came twice, events that are missing, events in plenty.
 * A call fails of none of it, so nothing else tells. Judged in `doctor/judge_traffic.ts`.
 */
import { createSequenceCheck } from "../client/sequence.ts";
import type { Traffic } from "../doctor/evidence.ts";
import type { Frame, ProtocolVersion } from "../protocol/mod.ts";

export class TrafficCount {
  readonly #check: ReturnType<typeof createSequenceCheck>;
  readonly #answered = new Set<string>();
  #repeated = 0;
  #missed = 0;
  #events = 0;

  constructor(protocol: ProtocolVersion) {
    this.#check = createSequenceCheck(protocol);
  }

  /** Told of every frame behind hello-ok. */
  hear(frame: Frame): void {
    if (frame.type === "event") {
      this.#events += 1;
      this.#missed += this.#check(frame)?.missed ?? 0;
    } else if (frame.type === "res") {
      this.#repeated += this.#answered.has(frame.id) ? 1 : 0;
      this.#answered.add(frame.id);
    }
  }

  get counted(): Traffic {
    return { repeatedAnswers: this.#repeated, missedEvents: this.#missed, events: this.#events };
  }
}
