/**
 * Frames in words, for the account of what a client did: who, which method, which params by name; never what stands in
 * them. Pure.
 */
import { parseJson } from "../protocol/mod.ts";
import { type Members, membersOf } from "./objections.ts";

/** A text's JSON, or undefined (which JSON has not) when it has none. */
export function jsonOf(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** Every credential that a connect presents, or hello-ok hands out. */
export function secretsIn(frame: Members): readonly string[] {
  const holders = [membersOf(frame["params"])["auth"], membersOf(frame["payload"])["auth"]];
  return holders.flatMap((holder) => [
    ...(typeof holder === "string" ? [holder] : []),
    ...Object.entries(membersOf(holder)).flatMap(([name, value]) =>
      typeof value === "string" && value !== "" && /token|password|secret|key/i.test(name) ? [value] : []
    ),
  ]).filter((secret) => secret.length > 3);
}

/** What a client sent: `connect as cli/cli, …`, `wake (mode, text)`. */
export function describeRequest(value: unknown): string {
  if (value === undefined) return "a message that is not JSON";
  const { type, method, params } = membersOf(value);
  if (typeof method !== "string") return `a frame of type ${brief(type)}, without a method`;
  if (method === "connect") return describeConnect(membersOf(params));
  const names = Object.keys(membersOf(params)).map((name) => cut(name));
  return names.length === 0 ? cut(method) : `${cut(method)} (${names.join(", ")})`;
}

function describeConnect(params: Members): string {
  const { id, mode, version } = membersOf(params["client"]);
  const device = membersOf(params["device"])["id"];
  const scopes = params["scopes"];
  const credentials = Object.keys(membersOf(params["auth"])).map((name) => cut(name));
  return [
    `connect as ${brief(id)}/${brief(mode)} ${brief(version)}`,
    `protocol ${brief(params["minProtocol"])} to ${brief(params["maxProtocol"])}`,
    `role ${brief(params["role"] ?? "operator")}`,
    `scopes ${Array.isArray(scopes) && scopes.length > 0 ? scopes.map((scope) => brief(scope)).join(" ") : "none"}`,
    `presents ${credentials.length === 0 ? "no secret" : credentials.join(" and ")}`,
    device === undefined ? "no device" : `device ${brief(device).slice(0, 12)}`,
  ].join(", ");
}

/** What the gateway sent. @param method what it answers */
export function describeGateway(frame: Members, method: string | undefined): string {
  if (frame["type"] !== "res") return `event ${brief(frame["event"])}`;
  if (frame["ok"] !== true) {
    const { code, message, details } = membersOf(frame["error"]);
    const detail = membersOf(details)["code"];
    const codes = detail === undefined ? brief(code) : `${brief(code)} ${brief(detail)}`;
    return `refuses ${cut(method ?? "it")}: ${codes}: ${cut(String(message), 300)}`;
  }
  const payload = membersOf(frame["payload"]);
  if (payload["type"] !== "hello-ok") return `answers ${cut(method ?? "it")}`;
  const { scopes, deviceToken } = membersOf(payload["auth"]);
  const granted = Array.isArray(scopes) && scopes.length > 0 ? scopes.map((scope) => brief(scope)).join(" ") : "none";
  const token = deviceToken === undefined ? "" : ", with a device token";
  return `hello-ok, protocol ${brief(payload["protocol"])}, scopes ${granted}${token}`;
}

/** A value of any kind, short. */
function brief(value: unknown): string {
  if (value === undefined) return "(none)";
  return cut(typeof value === "string" ? value : JSON.stringify(value));
}

function cut(text: string, length = 80): string {
  return text.length > length ? `${text.slice(0, length)}…` : text;
}
