/**
 * What is odd about frames that came, though every call was answered: repetitions, losses, a flood. claw bears them;
 * other clients may not, and `watch` misses what was lost. Pure.
 */
import type { Way } from "./evidence.ts";
import { type Finding, finding } from "./finding.ts";

/** A gateway sends a handful within the time of a look. */
const floodEvents = 1_000;

export function judgeTraffic({ traffic }: Pick<Way, "traffic">): readonly Finding[] {
  if (traffic === undefined) return [];
  const { repeatedAnswers, missedEvents, events } = traffic;
  return [
    ...(repeatedAnswers === 0 ? [] : [finding("WIRE-TWICE", {
      severity: "warning",
      cause: "an answer came twice: a proxy repeats what passes through it",
      command: "openclaw gateway status --deep",
      where: "gateway host",
    })]),
    ...(missedEvents === 0 ? [] : [finding("WIRE-GAP", {
      severity: "warning",
      cause: `${missedEvents} of the events that the gateway numbered did not come: it dropped them, or a proxy did`,
      command: "openclaw gateway stability",
      where: "gateway host",
    })]),
    ...(events < floodEvents ? [] : [finding("WIRE-FLOOD", {
      severity: "warning",
      cause: `${events} events came within this short look: something on the gateway talks without end`,
      command: "claw watch --until 5s",
    })]),
  ];
}
