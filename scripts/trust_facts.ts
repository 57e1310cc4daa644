/**
 * The forms by which a program stops checking whom it talks to, read off its syntax tree: options of TLS in Node, Deno
 * and Bun, variables and switches of runtimes, options of ssh. Which files may use one is `layers.ts`' to say.
 */
import { child, type Node, text } from "./sources.ts";

/** Whatever they are set to, or in whatever text they stand, they are there to turn a check off. */
const switches = [
  // Node and Bun heed this variable.
  "NODE_TLS_REJECT_UNAUTHORIZED",
  // Deno's option, and its flag.
  "unsafelyIgnoreCertificateErrors",
  "unsafely-ignore-certificate-errors",
  // Options of ssh, whose host keys are the system's business.
  "StrictHostKeyChecking",
  "UserKnownHostsFile",
  "GlobalKnownHostsFile",
  "NoHostAuthenticationForLocalhost",
];

/** `rejectUnauthorized` with anything but `true`, or any mention of one of the switches. */
export function mayTrustAnyone(node: Node, parents: readonly Node[]): boolean {
  const words = wordsOf(node);
  if (switches.some((name) => words.includes(name))) return true;
  if (memberSet(node, parents) !== "rejectUnauthorized") return false;
  const value = child(node, "value") ?? child(node, "right");
  return value === undefined || Reflect.get(value, "value") !== true;
}

/** `checkServerIdentity` as a member that is given a value: with `() => undefined` any certificate fits any name. */
export function isOwnNameCheck(node: Node, parents: readonly Node[]): boolean {
  return memberSet(node, parents) === "checkServerIdentity";
}

/** The name of a member that the node sets or declares; what a pattern takes apart is not set. */
function memberSet(node: Node, parents: readonly Node[]): string | undefined {
  const sets = /^(Object(Property|Method)|Class(Accessor)?(Property|Method)|AssignmentExpression)$/.test(node.type);
  if (!sets || parents.at(-1)?.type === "ObjectPattern") return undefined;
  const name = child(node, "key") ?? child(child(node, "left") ?? node, "property");
  return text(name, "name") ?? text(name, "value");
}

function wordsOf(node: Node): string {
  if (node.type === "Identifier") return text(node, "name") ?? "";
  if (node.type === "StringLiteral") return text(node, "value") ?? "";
  const raw: unknown = node.type === "TemplateElement" ? Reflect.get(node, "value") : undefined;
  return raw === undefined ? "" : JSON.stringify(raw);
}
