/**
 * Following a request of this device until somebody decides: which way of waiting, what is said meanwhile, and what each
 * end means for the person.
 */
import type { Context, Gateway } from "../../cli/context.ts";
import { formatDuration } from "../../cli/times.ts";
import { plainWord } from "../../devices/authority.ts";
import { type ApprovalEnd, awaitApproval } from "../../devices/await_approval.ts";
import { type PairingRefusal, requestLifeMs } from "../../devices/pairing_refusal.ts";
import { awaitUpgrade, requestUpgrade } from "../../devices/scope_upgrade.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { keepToken } from "./keep_token.ts";
import { approveCommands, type OwnRequest, requestWord } from "./pair_words.ts";
import { operatorRole, requireGranted } from "./token_scopes.ts";

/** A request, and the way to follow it. */
export interface Standing {
  readonly request: OwnRequest;
  /** How the gateway refused to let it in; undefined where asking by connecting is of no use. */
  readonly refusal: PairingRefusal | undefined;
  /** Where it was made over a connection that stands: the one that hears of the decision. */
  readonly upgrade:
    | { readonly gateway: Gateway; /** Whatever the gateway calls it. */ readonly requestId: string }
    | undefined;
}

export interface Following {
  /** Asks by connecting. */
  ask(): Promise<Gateway>;
  readonly waitMs: number;
  readonly wanted: readonly string[];
}

/**
 * Asks for more over a connection.
 * @returns undefined where that cannot be, and connecting may do instead
 * @throws ClawError as `requestUpgrade`, and `store/io` where no new token could be stored
 */
export async function openUpgrade(
  gateway: Gateway,
  wish: Pick<OwnRequest, "requestedScopes" | "approvedScopes">,
  refusal: PairingRefusal | undefined,
  context: Context,
): Promise<Standing | undefined> {
  try {
    // The approval ends the old token, and nobody is told the new one twice.
    gateway.spareToken();
    const { connection } = gateway;
    const { signal } = context;
    const requestId = await requestUpgrade({ connection, scopes: wish.requestedScopes, signal });
    const request = { ...wish, requestId: plainWord(requestId), reason: "scope-upgrade" } as const;
    // Another request than the one that connecting made: only one of them still stands.
    const standing = refusal?.requestId === request.requestId ? refusal : undefined;
    return { request, refusal: standing, upgrade: { gateway, requestId } };
  } catch (thrown) {
    context.signal.throwIfAborted();
    if (refusal === undefined) throw thrown;
    context.note(asClawError(thrown).message);
    return undefined;
  }
}

/** @returns the gateway that let this device in @throws ClawError `auth/pairing-required`, `interrupted` and others */
export async function followRequest(standing: Standing, following: Following, context: Context): Promise<Gateway> {
  const { request, upgrade, refusal } = standing;
  const endsAt = context.clock.elapsed() + following.waitMs;
  using progress = await context.progress();
  progress.show(`waiting for a decision on ${requestWord(request.requestId)}`);
  try {
    const heard = upgrade === undefined ? undefined : await listen(standing, upgrade, following, context);
    if (heard !== undefined) return heard;
    const { mayPoll = true, retryAfterMs = 0 } = refusal ?? {};
    const waitMs = endsAt - context.clock.elapsed();
    return await poll(standing, { mayPoll, retryAfterMs }, { ...following, waitMs }, context);
  } catch (thrown) {
    throw stillThere(asClawError(thrown), standing);
  }
}

async function poll(
  standing: Standing,
  manners: Pick<PairingRefusal, "mayPoll" | "retryAfterMs">,
  { ask, waitMs: limitMs }: Following,
  context: Context,
): Promise<Gateway> {
  const { clock, signal } = context;
  const { requestId } = standing.request;
  const onTrouble = ({ message }: ClawError) => context.note(`${message}: asking again`);
  const end = await awaitApproval({ ...manners, requestId, clock, signal, limitMs, ask, onTrouble })
    .catch((thrown: unknown) => {
      if (asClawError(thrown).code === "net/timeout") return { kind: "late" } as const;
      throw thrown;
    });
  if (end.kind === "approved") return end.value;
  throw undecided(end, standing);
}

/** @returns undefined when it was not heard, and connecting anew may tell more */
async function listen(
  { request, refusal }: Standing,
  { gateway, requestId }: NonNullable<Standing["upgrade"]>,
  { waitMs: limitMs, wanted }: Following,
  context: Context,
): Promise<Gateway | undefined> {
  const { connection } = gateway;
  const { clock, signal } = context;
  const end = await awaitUpgrade({ connection, scopes: request.requestedScopes, requestId, limitMs, clock, signal });
  const standing = { request, refusal, upgrade: { gateway, requestId } };
  switch (end.kind) {
    case "approved":
      keepToken(gateway, { role: operatorRole, token: end.token, scopes: end.scopes }, "it is approved");
      requireGranted(end.scopes, wanted);
      return gateway;
    case "lost":
      if (refusal === undefined) throw unheard(end.error, request);
      context.note(end.error.message);
      return undefined;
    case "late":
      throw undecided({ kind: "late" }, standing);
    default:
      throw undecided({ kind: "replaced", by: undefined, hasExpired: end.kind === "expired" }, standing);
  }
}

function unheard(error: ClawError, { requestId }: OwnRequest): ClawError {
  const code = error.code === "net/closed" ? "net/unanswered" : error.code;
  return new ClawError(code, `the decision on ${requestWord(requestId)} was not heard: ${error.message}`, {
    hint: secretHint,
    details: { ...error.details, requestId },
    cause: error,
  });
}

const secretHint =
  "if it was approved, this device's token has ended: connect once with the gateway's: --token-file FILE";

function undecided(end: Exclude<ApprovalEnd<Gateway>, { kind: "approved" }>, standing: Standing): ClawError {
  const { request: { requestId }, upgrade, refusal } = standing;
  const word = requestWord(requestId);
  const approve = approveCommands(requestId)["gatewayHost"];
  const again = upgrade !== undefined && refusal === undefined ? secretHint : `${approve}; then repeat this command`;
  const outcome = end.kind !== "replaced" ? end.kind : end.hasExpired ? "expired" : "rejected-or-replaced";
  const refuse = (message: string, hint: string, more: Record<string, unknown> = {}) =>
    new ClawError("auth/pairing-required", message, { hint, details: { requestId, outcome, ...more } });
  if (end.kind === "late") return refuse(`${word} was not approved in time; it stays for ${lifeWords}`, again);
  if (end.kind === "paused") {
    return refuse(`${word} waits, and the gateway does not want to be asked meanwhile`, again);
  }
  const { by } = end;
  const asked = by === undefined ? "" : `; now ${by} stands there, which nobody has decided`;
  const ask = by === undefined ? "ask again with `claw device pair --wait`" : `${approveCommands(by)["gatewayHost"]}`;
  if (end.hasExpired) return refuse(`${word} ran out before anybody decided${asked}`, ask, { replacedBy: by });
  const message = `${word} was rejected, or replaced by another wish of this device${asked}`;
  return refuse(message, `find out who rejected it, and why; to go on: ${ask}`, { replacedBy: by });
}

const lifeWords = `up to ${formatDuration(requestLifeMs)}`;

/** Whoever interrupts must know that the request does not end with claw. */
function stillThere(error: ClawError, { request: { requestId }, refusal }: Standing): ClawError {
  if (error.code !== "interrupted") return error;
  const hint = refusal === undefined
    ? secretHint
    : `${approveCommands(requestId)["gatewayHost"]}; then repeat this command`;
  return new ClawError("interrupted", `interrupted: ${requestWord(requestId)} stays for ${lifeWords}`, {
    hint,
    details: { ...error.details, requestId },
    cause: error,
  });
}
