/**
 * Writes whose answer may be lost: then a fresh connection looks what became of them, where that can be told. Nothing
 * is ever sent twice.
 */
import type { Context } from "./context.ts";
import { formatDuration } from "./times.ts";
import type { Connection } from "../client/connection.ts";
import { asClawError, ClawError } from "../errors.ts";

/** Looking costs a handshake and a list. */
const lookMs = 10_000;

export interface Write<Result> {
  send(): Promise<Result>;
  /** What it came to, as the gateway shows it now; undefined when that cannot be told. Left out: nobody can look. */
  look?(connection: Connection): Promise<Result | undefined>;
  /** How a person may look. */
  readonly hint: string;
  /** The connection to look through, where one that may read will not do. */
  open?(): Promise<Connection>;
}

/**
 * Sends a write once and says for certain what became of it, or that nobody knows.
 * @throws ClawError as `Connection.call`; `net/unanswered` only when looking did not tell either
 */
export async function writeOnce<Result>(context: Context, { send, look, hint, open }: Write<Result>): Promise<Result> {
  try {
    return await send();
  } catch (thrown) {
    const error = asClawError(thrown);
    if (error.code === "interrupted" && error.details["isSent"] === true) throw withHint(error, hint);
    if (error.code !== "net/unanswered") throw withWait(error);
    context.extendTime(lookMs);
    const seen = await lookFor(context, look, open);
    if (seen === undefined) throw withHint(error, hint);
    context.warn(
      `${error.message.replace(/: the gateway may or may not have .*$/, "")}; the gateway shows that it is done`,
    );
    return seen;
  }
}

/** Whatever goes wrong now, the outcome of the write is what the person must hear of. */
async function lookFor<Result>(
  context: Context,
  look: Write<Result>["look"],
  open = async () => (await context.gateway("operator.read")).connection,
): Promise<Result | undefined> {
  if (look === undefined) return undefined;
  try {
    return await look(await open());
  } catch (thrown) {
    context.note(`looking what became of it failed: ${asClawError(thrown).message}`);
    return undefined;
  }
}

/** A gateway that has had enough writes for a minute says when it takes more; dialling again would not help. */
function withWait(error: ClawError): ClawError {
  const { retryAfterMs } = error.details;
  if (error.code !== "gateway/unavailable" || typeof retryAfterMs !== "number") return error;
  return withHint(error, `the gateway takes it again in ${formatDuration(retryAfterMs)}`);
}

function withHint(error: ClawError, hint: string): ClawError {
  return new ClawError(error.code, error.message, { hint, details: error.details, cause: error });
}
