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
import { approveCommands, type OwnRequest, requestWord } from "./pair_words.ts";
import { operatorRole } from "./token_scopes.ts";

/** A request, and the way to follow it. */
export interface Standing {
  readonly request: OwnRequest;
  /** How the gateway refused to let it in; undefined where asking by connecting is of no use. */
  readonly refusal: PairingRefusal | undefined;
  /** Where it was made over a connection that stands: the one that hears of the decision. */
  readonly upgrade: Gateway | undefined;
}

export interface Following {
  /** Asks by connecting. */
  ask(): Promise<Gateway>;
  readonly waitMs: number;
}

/** Asks for more over a connection. @throws ClawError as `requestUpgrade` */
export async function openUpgrade(
  upgrade: Gateway,
  wish: Pick<OwnRequest, "requestedScopes" | "approvedScopes">,
  refusal: PairingRefusal | undefined,
  { signal }: Context,
): Promise<Standing> {
  const { connection } = upgrade;
  const requestId = await requestUpgrade({ connection, scopes: wish.requestedScopes, signal });
  const request = { ...wish, requestId: plainWord(requestId), reason: "scope-upgrade" } as const;
  // Another request than the one that connecting made: only one of them still stands.
  return { request, refusal: refusal?.requestId === requestId ? refusal : undefined, upgrade };
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

/** @returns undefined when the connection was lost, and connecting anew may tell more */
async function listen(
  standing: Standing,
  upgrade: Gateway,
  { waitMs: limitMs }: Following,
  { clock, signal }: Context,
): Promise<Gateway | undefined> {
  const { requestId = "", requestedScopes: scopes } = standing.request;
  const { connection } = upgrade;
  const end = await awaitUpgrade({ connection, scopes, requestId, limitMs, clock, signal });
  switch (end.kind) {
    case "approved":
      upgrade.keepToken({ role: operatorRole, token: end.token, scopes: end.scopes });
      return upgrade;
    case "lost":
      if (standing.refusal !== undefined) return undefined;
      throw new ClawError(
        "net/unanswered",
        `the decision on ${requestWord(requestId)} was not heard: ${end.error.message}`,
        {
          hint: secretHint,
          details: { requestId },
          cause: end.error,
        },
      );
    case "late":
      throw undecided({ kind: "late" }, standing);
    default:
      throw undecided({ kind: "replaced", by: undefined, hasExpired: end.kind === "expired" }, standing);
  }
}

const secretHint =
  "if it was approved, this device's token has ended: connect once with the gateway's: --token-file FILE";

function undecided(end: Exclude<ApprovalEnd<Gateway>, { kind: "approved" }>, standing: Standing): ClawError {
  const { request: { requestId }, upgrade, refusal } = standing;
  const word = requestWord(requestId);
  const approve = approveCommands(requestId)["gatewayHost"];
  const again = upgrade !== undefined && refusal === undefined ? secretHint : `${approve}; then repeat this command`;
  const refuse = (message: string, hint: string, more: Record<string, unknown> = {}) =>
    new ClawError("auth/pairing-required", message, { hint, details: { requestId, outcome: end.kind, ...more } });
  if (end.kind === "late") return refuse(`${word} was not approved in time; it stays for ${lifeWords}`, again);
  if (end.kind === "paused") {
    return refuse(`${word} waits, and the gateway does not want to be asked meanwhile`, again);
  }
  const { by } = end;
  const asked = by === undefined ? "" : `; asking made another one, ${by}, which nobody has decided`;
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
