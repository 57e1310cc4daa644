/**
 * What is odd about frames that came, though every call was answered: repetitions, losses, a flood. claw bears them;
 * other clients may not, and `watch` misses what was lost. Pure.
 */
import type { Hello, Way } from "./evidence.ts";
import { type Finding, finding } from "./finding.ts";

/** What its host tells of the event loop: 2026.3.13 knows no `gateway stability`. */
export function lookAtLoop(hello: Hello | undefined): { readonly command: string; readonly where: "gateway host" } {
  const isNewer = hello !== undefined && hello.protocol >= 4;
  return { command: isNewer ? "openclaw gateway stability" : "openclaw gateway status --deep", where: "gateway host" };
}

/** A gateway sends a handful within the time of a look. */
const floodEvents = 1_000;

export function judgeTraffic({ traffic, hello }: Pick<Way, "traffic" | "hello">): readonly Finding[] {
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
      ...lookAtLoop(hello),
    })]),
    ...(events < floodEvents ? [] : [finding("WIRE-FLOOD", {
      severity: "warning",
      cause: `${events} events came within this short look: something on the gateway talks without end`,
      command: "claw watch --until 5s",
    })]),
  ];
}
