/**
 * The dev gateway's log: one structured line for each thing a real gateway would log, with the real one's words, plus
 * one sentence of advice where a client was refused.
 */

export interface GatewayLogLine {
  /** Epoch ms. */
  readonly at: number;
  /** The connection it is about; "" for the gateway itself. */
  readonly connId: string;
  /** The real gateway's words for it, e.g. `closed before connect`. */
  readonly event: string;
  readonly text: string;
  /** What the client did wrong and what would be right. */
  readonly advice?: string;
  /** How long the connection had been open. */
  readonly durationMs?: number;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** One line for people: time, words, details (ids shortened); the advice follows on a line of its own. */
export function formatLogLine(line: GatewayLogLine): string {
  const conn = line.connId === "" ? "" : ` conn=${line.connId.replace(/^(.{8}).+(.{4})$/, "$1…$2")}`;
  const duration = line.durationMs === undefined ? "" : ` durationMs=${line.durationMs}`;
  const facts = Object.entries(line.facts ?? {})
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([name, value]) => ` ${name}=${visible(typeof value === "string" ? value : JSON.stringify(value))}`)
    .join("");
  const head = `${new Date(line.at).toISOString()} [ws] ${line.event}${conn}${duration}${facts}`;
  const text = line.text === "" || line.text === line.event ? head : `${head} ${visible(line.text)}`;
  return line.advice === undefined ? text : `${text}\n    advice: ${visible(line.advice)}`;
}

/** What a client sent must not steer a terminal: control and direction characters become escapes. */
function visible(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
