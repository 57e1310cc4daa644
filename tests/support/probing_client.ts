/**
 * A client that says what no proper client says: for asking two gateways the same odd things and comparing their
 * answers. It follows a script and notes what it heard in words such as `res FORBIDDEN MISSING_SCOPE`.
 */
import { generateKey, type Identity, importIdentity } from "../../src/identity/keypair.ts";
import { type ConnectParams, parseJson, proofText } from "../../src/protocol/mod.ts";

/** Ways to get a device proof wrong; `v2` and `upper-case` are not wrong. */
export type ProofStyle =
  | "good"
  | "v2"
  | "upper-case"
  | "wrong-nonce"
  | "blank-nonce"
  | "no-nonce"
  | "stale"
  | "future"
  | "other-key"
  | "other-id"
  | "garbage-key"
  | "unsigned-scope-order"
  | "unsigned-token"
  | "raw-platform"
  | "extra-member"
  | "fraction";

/** One `connect`, and what follows. `$device` and `$job` in params stand for this client's own. */
export interface Script {
  /** Said instead of a first `connect`. */
  readonly opening?: string;
  readonly connect: Omit<ConnectParams, "device" | "client"> & { readonly client: Readonly<Record<string, unknown>> };
  readonly proof?: ProofStyle;
  /** First connect properly with the secret, and then present the token that came with hello-ok. */
  readonly presentsIssuedToken?: "deviceToken" | "token";
  readonly calls: readonly (readonly [method: string, params?: unknown] | { readonly frame: unknown })[];
}

type Json = Readonly<Record<string, unknown>>;

/** Runs a script and tells what the gateway said. */
export async function probe(url: string, secret: string, script: Script): Promise<string[]> {
  const device = await importIdentity(await generateKey());
  const names = new Map([["$device", device.deviceId], ["$secret", secret]]);
  if (script.presentsIssuedToken !== undefined) {
    const first = await open(url);
    const proper = { ...script.connect, role: "operator", scopes: ["operator.read"], auth: { token: secret } };
    const hello = await first.ask("connect", await connectParams(first.challenge, proper, device, "good", names));
    names.set("$token", String(member(hello, "payload", "auth", "deviceToken")));
    first.close();
  }
  const line = await open(url);
  const heard: string[] = [];
  const say = async (frame: unknown) => {
    const answer = await line.say(frame);
    heard.push(inWords(answer));
    const id = member(answer, "payload", "id") ?? member(answer, "payload", "job", "id");
    if (typeof id === "string") names.set("$job", id);
    return answer;
  };
  const auth = script.presentsIssuedToken === undefined
    ? script.connect.auth
    : { [script.presentsIssuedToken]: "$token" };
  const connect = { ...script.connect, ...(auth === undefined ? {} : { auth }) };
  const params = await connectParams(line.challenge, connect, device, script.proof, names);
  await say(script.opening ?? { type: "req", id: "c", method: "connect", params });
  for (const [index, call] of script.calls.entries()) {
    if (heard.at(-1)?.startsWith("close")) break;
    if ("frame" in call) await say(rename(call.frame, names));
    else await say({ type: "req", id: `r${index}`, method: call[0], params: rename(call[1], names) });
  }
  line.close();
  return heard;
}

async function connectParams(
  challenge: { readonly nonce: string; readonly ts: number },
  given: Script["connect"],
  device: Identity,
  style: ProofStyle | undefined,
  names: ReadonlyMap<string, string>,
): Promise<unknown> {
  const params = rename(given, names) as Script["connect"];
  if (style === undefined) return params;
  const { client, auth, role = "operator", scopes = [] } = params;
  const signedAt = challenge.ts +
    (style === "stale" ? -125_000 : style === "future" ? 125_000 : style === "fraction" ? 0.5 : 0);
  const nonce = style === "wrong-nonce" ? crypto.randomUUID() : style === "blank-nonce" ? " " : challenge.nonce;
  const platform = String(client["platform"] ?? "");
  const text = proofText({
    deviceId: device.deviceId,
    clientId: String(client["id"]),
    clientMode: String(client["mode"]),
    role,
    scopes: style === "unsigned-scope-order" ? scopes.toReversed() : scopes,
    signedAt,
    token: style === "unsigned-token" ? "" : auth?.token ?? auth?.deviceToken ?? auth?.bootstrapToken ?? "",
    nonce,
    platform,
    deviceFamily: client["deviceFamily"] as string | undefined,
  }, style === "v2" ? "v2" : "v3");
  const signer = style === "other-key" ? await importIdentity(await generateKey()) : device;
  // The text of version 3 has the platform in lower case; whoever signs it as it stands is wrong.
  const signed = style === "raw-platform" ? text.replace(`|${platform.toLowerCase()}|`, `|${platform}|`) : text;
  const proof = {
    id: style === "other-id" ? "00".repeat(32) : device.deviceId,
    publicKey: style === "garbage-key" ? "!!!!" : device.publicKey,
    signature: await signer.sign(signed),
    signedAt,
    ...(style === "no-nonce" ? {} : { nonce }),
    ...(style === "extra-member" ? { extra: 1 } : {}),
  };
  return { ...params, device: proof };
}

interface Line {
  readonly challenge: { readonly nonce: string; readonly ts: number };
  /** The next response, or the close that came instead. */
  say(frame: unknown): Promise<Json>;
  ask(method: string, params: unknown): Promise<Json>;
  close(): void;
}

async function open(url: string): Promise<Line> {
  const socket = new WebSocket(url);
  const inbox: Json[] = [];
  let wake = () => {};
  const put = (frame: Json) => {
    inbox.push(frame);
    wake();
  };
  socket.onmessage = ({ data }) => put(parseJson(String(data)) as Json);
  socket.onclose = ({ code }) => put({ type: "close", code });
  const next = async (fits: (frame: Json) => boolean): Promise<Json> => {
    for (;;) {
      const frame = inbox.shift();
      if (frame === undefined) await new Promise<void>((resolve) => (wake = resolve));
      else if (frame["type"] === "close" || fits(frame)) return frame;
    }
  };
  const first = await next(({ event }) => event === "connect.challenge");
  const say = (frame: unknown) => {
    socket.send(typeof frame === "string" ? frame : JSON.stringify(frame));
    return next(({ type }) => type === "res");
  };
  return {
    challenge: first["payload"] as Line["challenge"],
    say,
    ask: (method, params) => say({ type: "req", id: "a", method, params }),
    close: () => socket.close(1000),
  };
}

function inWords(frame: Json): string {
  if (frame["type"] === "close") return `close ${frame["code"]}`;
  const { ok, payload, error } = frame;
  if (ok === true) {
    const auth = member(payload, "auth");
    const scopes = member(auth, "scopes");
    if (member(payload, "type") === "hello-ok") {
      const granted = Array.isArray(scopes) ? `[${scopes.join(" ")}]` : "no auth";
      const token = member(auth, "deviceToken") === undefined ? "" : " token";
      return `hello ${member(payload, "protocol")} ${member(auth, "method") ?? ""} ${granted}${token}`;
    }
    const facts = ["ok", "ran", ...member(payload, "ran") === false ? ["reason"] : [], "removed"].map((name) =>
      member(payload, name)
    ).filter((fact) => fact !== undefined);
    return ["res", frame["id"], "ok", ...facts].join(" ");
  }
  const details = ["code", "reason", "authReason"].map((name) => member(error, "details", name));
  return ["res", frame["id"], member(error, "code"), ...details].filter((word) => word !== undefined).join(" ");
}

function rename(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return names.get(value) ?? value;
  if (Array.isArray(value)) return value.map((item) => rename(item, names));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rename(item, names)]));
}

function member(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>(
    (here, name) => typeof here === "object" && here !== null ? (here as Json)[name] : undefined,
    value,
  );
}
