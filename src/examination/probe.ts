/**
 * Looks at everything between this run and its gateway, and changes nothing: settings, files, then the way itself
 * (`examination/way.ts`). Made by `context.ts`; what is seen is judged in `src/doctor`.
 */
import type { Doctor, Going } from "../cli/doctor.ts";
import type { FlagValues } from "../cli/quick_parse.ts";
import { role } from "../client/handshake.ts";
import type { Failure, SecretSight, Surroundings, Target, Way, WayFailure } from "../doctor/evidence.ts";
import { asClawError, ClawError } from "../errors.ts";
import { checkDevice } from "../identity/device_check.ts";
import { createFingerprinter } from "../identity/fingerprint.ts";
import { keyFilePath, loadIdentity } from "../identity/key_file.ts";
import { noteLockout } from "../identity/lockout_file.ts";
import { loadToken } from "../identity/token_file.ts";
import { createOwnKey } from "../own_key.ts";
import { storeOf } from "../places.ts";
import { limitTime } from "../platform/clock.ts";
import { factsOf } from "../platform/files.ts";
import { quoteForShell } from "../platform/private_file.ts";
import type { World } from "../platform/world.ts";
import { scopes } from "../protocol/mod.ts";
import { describeSettings } from "../settings/describe.ts";
import { redactUrl } from "../settings/endpoint.ts";
import type { Settings, Shadowed } from "../settings/resolve.ts";
import type { OpenStep } from "../transport/guarded_dial.ts";
import { lookAtPage } from "../transport/http_look.ts";
import type { Transport } from "../transport/transport.ts";
import { bySecret, type KeySight, present, type Store } from "./login.ts";
import { testSelf } from "./self_test.ts";
import { goWay, type Presented } from "./way.ts";

/** What the run's context lends. */
export interface DoctorParts {
  readonly world: World;
  /** Told of every secret before it is used. */
  hide(secret: string): void;
  open(settings: Settings, onStep: (step: OpenStep) => void): (signal: AbortSignal) => Promise<Transport>;
  readonly values: FlagValues;
  settings(): Promise<Settings>;
  signal(): AbortSignal;
  extendTime(ms: number): void;
}

/** 2026.9 waits 15 s for a handshake before it hangs up: who gives up earlier does not see why. */
const patienceMs = 8_000;
const lookMs = 2_000;

/** From a secret to its six digits. */
export type Fingerprint = (secret: string) => Promise<string>;

export function createDoctor(parts: DoctorParts): Doctor {
  const { world } = parts;
  let made: Promise<Fingerprint> | undefined;
  // One for all that this run shows; where there is no place for claw's files, nothing is known to be told apart.
  const fingerprinter = () => made ??= fingerprinterOf(parts).catch(() => () => Promise.resolve("??????"));
  return {
    os: world.os,
    selfTest: () => testSelf(world, parts.signal()),
    surroundings: async () => await lookAround(parts, await fingerprinter()),
    go: (going = {}) => going.isQuick ? goQuickly(parts, going) : go(parts, going),
    async services() {
      const { lookAtServices } = await import("./services.ts");
      return await lookAtServices(parts, await fingerprinter());
    },
    async mend() {
      const { mendFiles } = await import("./mend.ts");
      return mendFiles(storeOf(world, parts.values));
    },
    async redactor() {
      const { createRedactor } = await import("./redact.ts");
      return await createRedactor(parts, await fingerprinter());
    },
    async writeNew(path, text) {
      const { createPrivate } = await import("../platform/private_file.ts");
      return createPrivate(world.os, /[/\\]/.test(path) ? path : `./${path}`, text, world.ids.uuid());
    },
  };
}

/** Settings, key and files, as they are for these parts' world. */
export async function lookAround(parts: DoctorParts, fingerprint: Fingerprint): Promise<Surroundings> {
  const { world: { clock, os, env } } = parts;
  const startedAt = clock.elapsed();
  const settings = await orFailure(() => parts.settings());
  const settingsMs = clock.elapsed() - startedAt;
  const store = await orFailure(() => Promise.resolve().then(() => storeOf(parts.world, parts.values)));
  const known = "value" in store ? store.value : undefined;
  const found = "value" in settings ? settings.value : undefined;
  const key = known === undefined ? store : await orFailure(() => loadKey(known, found));
  const sound = key !== undefined && "value" in key ? key.value as KeySight : undefined;
  const keyFile = known === undefined ? undefined : keyFilePath(known);
  return {
    settingsMs: round(settingsMs),
    settingsFailure: "failure" in settings ? settings.failure : "failure" in store ? store.failure : undefined,
    keyMs: round(clock.elapsed() - startedAt - settingsMs),
    keyFailure: "failure" in key && !("failure" in store) ? key.failure : undefined,
    target: found && targetOf(found),
    ...await secretsOf(found, fingerprint),
    hasDeviceKey: sound?.identity !== undefined,
    grant: sound?.token && { scopes: sound.token.scopes, fingerprint: await fingerprint(sound.token.token) },
    checks: known === undefined ? [] : await checkDevice(known),
    isMended: false,
    warnings: found?.warnings ?? [],
    keyFile,
    keyDirectory: known && quoteForShell(known.directory),
    isOpenclaws: known !== undefined && keyFile !== undefined && sound?.identity !== undefined &&
      createOwnKey(known, env["OPENCLAW_STATE_DIR"]).isOpenclaws(keyFile),
    isInContainer: os === "linux" && isContainer(env),
    os,
    rows: found === undefined ? [] : await describeSettings(found, fingerprint),
  };
}

/** Nothing is put where nothing of claw's is. @throws ClawError where there is no place for it */
async function fingerprinterOf({ world, values }: DoctorParts): Promise<Fingerprint> {
  return await createFingerprinter(storeOf(world, values), true);
}

/** Never makes a key. */
async function loadKey(store: Store, settings: Settings | undefined): Promise<KeySight> {
  const identity = (await loadIdentity(store))?.identity;
  if (identity === undefined || settings === undefined) return { identity, token: undefined };
  return { identity, token: loadToken(store, settings.endpoint.value.origin, role, identity.deviceId) };
}

function targetOf({ endpoint, context, proxy }: Settings): Target {
  const { url, host, port, isTls, isLoopback, isPrivate, ssh } = endpoint.value;
  const decision = proxy?.value;
  return {
    url: redactUrl(url),
    host,
    port,
    isTls,
    isLoopback: isLoopback && ssh === undefined,
    isPrivate,
    ssh: ssh?.value,
    isDefault: endpoint.origin.kind === "default",
    from: endpoint.origin.name,
    context: context?.value,
    proxy: decision && proxy && {
      isUsed: decision.kind === "proxy",
      shown: decision.kind === "proxy" ? decision.shown : decision.why,
      from: proxy.origin.name,
    },
  };
}

async function secretsOf(
  settings: Settings | undefined,
  fingerprint: Fingerprint,
): Promise<Pick<Surroundings, "secret" | "rivals">> {
  const secret = settings?.secret;
  const sight = secret && {
    kind: secret.kind,
    fingerprint: secret.isDeferred || secret.kind === "password"
      ? undefined
      : await fingerprint((await secret.read()).reveal()),
    from: secret.origin.name,
    isFromEnvironment: secret.origin.kind === "env",
  };
  const rivals = (settings?.shadowed ?? []).filter(({ kind, why, value }) =>
    kind !== "url" && why === "outranked" && value !== undefined
  );
  return { secret: sight, rivals: await Promise.all(rivals.map((rival) => sightOf(rival, fingerprint))) };
}

async function sightOf(
  { kind, origin, value }: Shadowed,
  fingerprint: Fingerprint,
): Promise<SecretSight> {
  const isShown = kind === "token" && value !== undefined;
  return {
    kind,
    fingerprint: isShown ? await fingerprint(value.reveal()) : undefined,
    from: origin.name,
    isFromEnvironment: origin.kind === "env",
  };
}

/** Marks that Docker, Podman and Kubernetes leave. */
function isContainer(env: World["env"]): boolean {
  if (env["container"] || env["KUBERNETES_SERVICE_HOST"]) return true;
  return ["/.dockerenv", "/run/.containerenv"].some((path) => factsOf(path) !== undefined);
}

/**
 * A secret that was given for this very run is tried by itself, and then the way is gone again by this device's own
 * token, if it has one: without a device 2026.3.13 grants nothing that could be looked at.
 */
async function go(parts: DoctorParts, going: Going): Promise<Way> {
  const settings = await parts.settings();
  const store = storeOf(parts.world, parts.values);
  if (settings.timeoutMs.origin.kind === "default") parts.extendTime(patienceMs);
  const wanted = going.wanted ?? [scopes.read];
  const hide = (text: string) => parts.hide(text);
  const sight = await loadKey(store, settings);
  const isProven = settings.secret?.isExplicit === true && sight.token !== undefined;
  if (isProven) {
    const { use: _use, ...rest } = going;
    const first = await goOnce(parts, rest, settings, () => bySecret(settings, store, wanted, hide));
    if (first.failed !== undefined) return first;
  }
  const secret = isProven ? undefined : settings.secret;
  return await goOnce(parts, going, settings, () => present({ ...settings, secret }, store, sight, wanted, hide));
}

/** One connection, as `claw ping` counts them: by the secret alone where there is one that was given for this run. */
async function goQuickly(parts: DoctorParts, going: Going): Promise<Way> {
  const settings = await parts.settings();
  const store = storeOf(parts.world, parts.values);
  const sight = await loadKey(store, settings);
  const hide = (text: string) => parts.hide(text);
  return await goOnce(
    parts,
    going,
    settings,
    () => present(settings, store, sight, going.wanted ?? [scopes.read], hide),
  );
}

async function goOnce(
  parts: DoctorParts,
  going: Going,
  settings: Settings,
  present: () => Promise<Presented>,
): Promise<Way> {
  const { value: endpoint } = settings.endpoint;
  const url = new URL(endpoint.url);
  using limit = going.limitMs === undefined ? undefined : limitTime(parts.signal(), parts.world.clock, going.limitMs);
  const way = await goWay({
    ...going,
    world: parts.world,
    signal: () => limit?.signal ?? parts.signal(),
    isTls: endpoint.isTls,
    isName: isLookedUpHere(settings),
    open: (signal, onStep) => parts.open(settings, onStep)(signal),
    async present() {
      const presented = await present();
      // A secret that did not come took all the time; whether the gateway is there is another question.
      if (isLate(presented.credentials)) parts.extendTime(patienceMs);
      return presented;
    },
    async lookAtHttp() {
      // Behind ssh or a proxy the same address is another place.
      if (endpoint.ssh !== undefined || settings.proxy?.value.kind === "proxy") return undefined;
      parts.extendTime(lookMs);
      const look = (path: string) => lookAtPage(url, path, parts.signal());
      return { healthz: await look("/healthz"), readyz: await look("/readyz") };
    },
  });
  if (way.failed?.isForeknown === false) remember(parts, endpoint.origin, way.failed);
  return way;
}

/** Only claw's own memory: what else uses this secret then stops in time. */
function remember({ world, values }: DoctorParts, origin: string, { error: { code, details } }: WayFailure): void {
  try {
    noteLockout(storeOf(world, values), origin, new ClawError(code, "", { details }));
  } catch { /* Where nothing can be kept, the look has still found what it found. */ }
}

function isLate(credentials: Presented["credentials"]): boolean {
  return credentials instanceof ClawError && credentials.code === "net/timeout";
}

/** Behind a proxy or ssh somebody else looks the name up. */
function isLookedUpHere({ endpoint: { value: { host, ssh } }, proxy }: Settings): boolean {
  return ssh === undefined && proxy?.value.kind !== "proxy" && /[a-z]/i.test(host) && !host.includes(":");
}

/** A wrong command line is no finding, nor is Ctrl-C. */
async function orFailure<T>(look: () => Promise<T>): Promise<{ readonly value: T } | { readonly failure: Failure }> {
  try {
    return { value: await look() };
  } catch (thrown) {
    const error = asClawError(thrown);
    if (["usage/bad-flag", "interrupted", "internal"].includes(error.code)) throw error;
    const { code, message, hint, details } = error;
    return { failure: { code, message, hint, details } };
  }
}

function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}
