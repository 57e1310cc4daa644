/**
 * What a gateway answers and tells, as JSON for people: it stays JSON on a terminal, and what could steer one is spelt
 * out.
 */
import { escapeJson } from "../../cli/escape.ts";
import type { View } from "../../cli/outcome.ts";

/** A list of millions, nested deep, would fill the memory with blanks: then it stands in one line. */
const mostBlanks = 67_108_864;

/** An answer, over many lines. */
export function viewAnswer(value: unknown): View {
  const indent = blanksIn(value, 0) > mostBlanks ? 0 : 2;
  return { kind: "raw", text: `${escapeJson(JSON.stringify(value, null, indent))}\n` };
}

/** What was told on the way to it: its name and payload in one line. */
export function viewMoment(name: string, payload: unknown): View {
  const word = JSON.stringify(name).slice(1, -1);
  return { kind: "raw", text: escapeJson(`${word}  ${JSON.stringify(payload)}\n`) };
}

/** How many blanks it takes to set in each line by its level. */
function blanksIn(value: unknown, level: number): number {
  if (typeof value !== "object" || value === null) return 0;
  let blanks = 2 * level;
  for (const member of Object.values(value)) blanks += 2 * (level + 1) + blanksIn(member, level + 1);
  return blanks;
}
