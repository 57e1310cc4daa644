/**
 * `claw device pair`: asks a gateway to let this device in, or to give it more, and waits for the decision where told to.
 * The waiting itself: `devices/await_approval.ts` by asking again, `devices/scope_upgrade.ts` over one connection.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context, Gateway } from "../../cli/context.ts";
import { done, failed, type Outcome, stream, type View } from "../../cli/outcome.ts";
import { readPairingRefusal } from "../../devices/pairing_refusal.ts";
import { scopesBeyond } from "../../devices/roster.ts";
import { takesUpgrades } from "../../devices/scope_upgrade.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { isName, longestName } from "../../identity/name_file.ts";
import { scopes } from "../../protocol/mod.ts";
import { parseDuration } from "../../settings/duration.ts";
import { scopeList } from "./device_words.ts";
import { keepWords, type OpenCode, openCode, refusedCode } from "./pair_code.ts";
import { followRequest, openUpgrade, type Standing } from "./pair_wait.ts";
import { approveCommands, type OwnRequest, requestWord, showRequest } from "./pair_words.ts";
import { operatorRole, parseScopes, requireGranted } from "./token_scopes.ts";

export const devicePair = defineCommand({
  isReadOnly: false,
  arguments: [{ name: "time", summary: "after --wait: how long, e.g. 30m; the same as --wait-timeout" }],
  flags: {
    scopes: {
      type: "list",
      value: "scopes",
      summary: "what it wants to do, e.g. read,write (default: what it may, or write)",
    },
    wait: { type: "boolean", summary: "wait until somebody decides; exit 0 only when it is approved" },
    waitTimeout: { type: "string", value: "duration", summary: "how long to wait (default: 10m)" },
    name: { type: "string", value: "text", summary: "what this device calls itself from now on, at every gateway" },
    code: { type: "string", value: "code", summary: "the gateway's setup code, instead of its secret (- reads stdin)" },
  },
  examples: [
    { line: "claw device pair", does: "get in, or learn what has to be approved and how" },
    { line: "claw device pair --scopes write,pairing --wait 30m", does: "ask for more, and wait for the decision" },
    {
      line: "claw device pair --wait --wait-timeout 1h --json",
      does: "for a script: a line with the request, then one with the end",
    },
    {
      line: "ssh gateway-host openclaw qr --setup-code-only | claw device pair --code -",
      does: "get in at a gateway by its setup code",
    },
  ],
  notes: [
    "Exit 0: this device may do it now. 77: somebody has to approve it, rejected it, or did not decide in time. A gateway\n" +
    "on the same machine approves without asking.",
    "A request lives for five minutes from when the device last asked; --wait asks again with the same facts, so that\n" +
    "the request and its id stay the same, and stops when another request stands in its place. Ctrl-C leaves it there.",
    "On 2026.9.6 a device that is paired and has no secret of the gateway asks over one connection; only with --wait,\n" +
    "since the old token ends with the approval and nobody but who waits is told the new one.",
    "A setup code says where its gateway is, and stands in for the gateway's secret for ten minutes; from afar somebody\n" +
    "has to approve the device all the same. On 2026.3.13 the first try uses it up, so that who was approved needs\n" +
    "another one; on 2026.9.6 it belongs to the first device that comes with it, and nobody can tell one for nodes alone.",
  ],
  async run(options, [time], outer) {
    const code = options.code === undefined ? undefined : await openCode(options.code, outer);
    const context = code?.here ?? outer;
    const order = await readOrder(options, time, code, context);
    const { ask, waitMs, wanted } = order;
    const standing = await ask().then(
      (gateway) => ({ gateway }),
      (thrown: unknown) => standingOf(asClawError(thrown), order, context),
    );
    if ("gateway" in standing) return await told(standing.gateway, order, context);
    const me = await context.whoAmI();
    const shown = showRequest(standing.request, me);
    if (waitMs === undefined) return failed(waits(standing.request, code), shown.data, shown.view);
    context.extendTime(waitMs);
    return stream((async function* () {
      yield shown;
      const gateway = await followRequest(standing, { ask, waitMs, wanted }, context);
      const { data, view } = await told(gateway, order, context);
      yield { data, view };
    })());
  },
});

interface Order {
  /** What it wants, and what it has. */
  readonly wanted: readonly string[];
  /** What the stored token carries. */
  readonly held: readonly string[];
  /** Tells that token from another. */
  readonly heldFingerprint: string | undefined;
  /** undefined: not at all. */
  readonly waitMs: number | undefined;
  readonly code: OpenCode | undefined;
  /** Connects, which is how a device asks. */
  ask(): Promise<Gateway>;
}

interface PairOptions {
  readonly scopes: readonly string[];
  readonly wait: boolean;
  readonly waitTimeout: string | undefined;
  readonly name: string | undefined;
}

async function readOrder(
  options: PairOptions,
  time: string | undefined,
  code: OpenCode | undefined,
  context: Context,
): Promise<Order> {
  const waitMs = patienceFor(code, readWait(options, time), context);
  const name = options.name === undefined ? undefined : nameOf(options.name);
  const asked = parseScopes(options.scopes, operatorRole);
  const token = await ownToken(context);
  const held = token?.scopes ?? [];
  const wanted = asked.length > 0 ? asked : held.length > 0 ? held : [scopes.write];
  return {
    wanted,
    held,
    heldFingerprint: token?.fingerprint,
    waitMs,
    code,
    ask: async () => {
      const gateway = await context.gateway(wanted, { by: code?.by, displayName: name }).catch((thrown: unknown) => {
        throw code === undefined ? thrown : refusedCode(asClawError(thrown), code, wanted);
      });
      requireGranted(gateway.connection.grantedScopes, wanted);
      return gateway;
    },
  };
}

function readWait({ wait, waitTimeout }: PairOptions, time: string | undefined): number | undefined {
  const hint = "see `claw help device pair`";
  if (time !== undefined && (!wait || waitTimeout !== undefined)) {
    // Not repeated: it may be a setup code in the wrong place.
    if (wait) {
      throw new ClawError("usage/bad-flag", "--wait-timeout and a time after --wait exclude each other", { hint });
    }
    throw new ClawError("usage/bad-flag", "a time is of no use without --wait", {
      hint: "leave it out; a setup code goes by standard input: `claw device pair --code -`",
    });
  }
  if (waitTimeout !== undefined && !wait) {
    throw new ClawError("usage/bad-flag", "--wait-timeout is of no use without --wait", { hint });
  }
  const waitMs = parseDuration(time ?? waitTimeout ?? "10m", {
    kind: "flag",
    name: time === undefined ? "--wait-timeout" : "--wait",
  });
  return wait ? waitMs : undefined;
}

/** Who asks again by a code needs one that still counts. */
function patienceFor(code: OpenCode | undefined, waitMs: number | undefined, { clock }: Context): number | undefined {
  if (code === undefined || waitMs === undefined) return waitMs;
  return code.expiresAtMs === undefined ? undefined : Math.min(waitMs, code.expiresAtMs - clock.now());
}

function nameOf(text: string): string {
  const name = text.trim();
  if (isName(name)) return name;
  throw new ClawError("input/invalid", `--name: a name has 1 to ${longestName} characters, on one line`);
}

async function ownToken(context: Context) {
  const { endpoint } = await context.settings();
  const { tokens } = await context.whoAmI();
  return tokens.find(({ gateway, role }) => gateway === endpoint.value.origin && role === operatorRole);
}

/** What stands between this device and what it wants. @throws ClawError when it is no decision of somebody's */
async function standingOf(error: ClawError, order: Order, context: Context): Promise<Standing> {
  const refusal = readPairingRefusal(error);
  const requestedScopes = [...new Set([...order.held, ...order.wanted])].sort();
  // Without a refusal it is paired, has no secret of the gateway, and its token covers less than it wants.
  if (refusal === undefined && (error.code !== "auth/scope" || order.held.length === 0)) throw error;
  const approvedScopes = refusal?.reason === "not-paired" ? [] : refusal?.approvedScopes ?? toldBy(order.held);
  const wish = { requestedScopes, approvedScopes };
  // Whose certificate is accepted was said by the code: what this device has of that gateway is not shown there.
  const mayUpgrade = order.code === undefined &&
    (refusal === undefined || (refusal.reason === "scope-upgrade" && order.waitMs !== undefined));
  const upgrade = mayUpgrade ? await openForUpgrade(context) : undefined;
  if (upgrade !== undefined && order.waitMs !== undefined) {
    const standing = await openUpgrade(upgrade, wish, refusal, context);
    if (standing !== undefined) return standing;
  }
  if (refusal !== undefined) return { refusal, request: { ...refusal, ...wish }, upgrade: undefined };
  if (upgrade === undefined) throw error;
  throw new ClawError(error.code, error.message, {
    hint:
      "ask for it with --wait: nobody but who waits is told the new token; or give the gateway's: --token-file FILE",
    details: error.details,
    cause: error,
  });
}

/** A connection by this device's own token, where the gateway hears wishes over one. */
async function openForUpgrade(context: Context): Promise<Gateway | undefined> {
  const gateway = await context.gateway([], { by: "device-token" }).catch((thrown: unknown) => {
    context.signal.throwIfAborted();
    context.note(asClawError(thrown).message);
  });
  if (gateway?.login.kind !== "device-token" || !takesUpgrades(gateway.connection)) return undefined;
  return gateway;
}

function toldBy(held: readonly string[]): readonly string[] | undefined {
  return held.length === 0 ? undefined : held;
}

function waits({ requestId, requestedScopes }: OwnRequest, code: OpenCode | undefined): ClawError {
  const message = `${requestWord(requestId)} waits for somebody to approve it: ${scopeList(requestedScopes)}`;
  const next = code?.isSingleUse === true
    ? "then repeat this command with a new code: this one is used up, so that it cannot wait either"
    : "then repeat this command, or wait with --wait";
  return new ClawError("auth/pairing-required", message, {
    hint: `${approveCommands(requestId)["gatewayHost"]}; ${next}`,
    details: { requestId },
  });
}

async function told(gateway: Gateway, order: Order, context: Context): Promise<Outcome & { kind: "done" }> {
  const token = await ownToken(context);
  const isOld = token !== undefined && token.fingerprint === order.heldFingerprint &&
    scopesBeyond(order.wanted, order.held).length === 0;
  const { hello } = gateway.connection.handshake;
  const isIssued = hello.auth?.deviceToken !== undefined;
  const stored = isIssued && !gateway.kept.isStored ? undefined : token;
  const granted = stored?.scopes ?? gateway.connection.grantedScopes;
  const { deviceId } = await context.whoAmI();
  const data = {
    status: isOld ? "already-paired" : "paired",
    deviceId,
    gateway: (await context.settings()).endpoint.value.origin,
    scopes: granted,
    isTokenStored: stored !== undefined,
  };
  const start = isOld ? "this device is paired already: it" : "paired: this device";
  const lack = isIssued ? notStored : "; the gateway issued no token";
  const text = `${start} may use ${scopeList(granted)}${stored === undefined ? lack : ""}`;
  const line: View = { kind: "line", text };
  const keep = order.code && await keepWords(order.code);
  const view: View = keep === undefined ? line : { kind: "stack", views: [line, { kind: "line", text: keep }] };
  return done(data, view) as Outcome & { kind: "done" };
}

const notStored = "; its token is not stored here: without the gateway's secret it is not let in";
