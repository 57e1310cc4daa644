/**
 * The other end of an ssh tunnel, as ssh itself takes it: `[USER@]HOST`, the name of an entry in ssh's configuration,
 * or `ssh://[USER@]HOST[:PORT]`. ssh gets it as one argument, and some configurations hand it on to a shell: what could
 * be an option or a shell's syntax there is refused. Starting ssh: `platform/ssh_process.ts`.
 */
import { ClawError } from "../errors.ts";
import type { Given } from "./layers.ts";
import { invalid } from "./origin.ts";

const forms = "write it like me@host, or as the name of an entry in ~/.ssh/config";
const longest = 255;

/** @throws ClawError `usage/bad-flag` or `config/invalid`; `config/insecure-url` when it carries a password */
export function parseSshTarget({ text, origin }: Given): string {
  const target = text.trim();
  const [, scheme = "", rest = ""] = /^(ssh:\/\/)?(.*)$/s.exec(target) ?? [];
  if (/:.*@/.test(rest)) {
    throw new ClawError("config/insecure-url", `${origin.name}: this carries a password`, {
      hint: "leave it out: ssh asks for it, or uses a key",
    });
  }
  const host = rest.slice(rest.lastIndexOf("@") + 1);
  const port = scheme === "" ? "22" : /:(\d*)\/?$/.exec(host)?.[1] ?? "22";
  if (!(Number(port) >= 1 && Number(port) <= 65_535)) throw invalid(origin, "this is not a port number", forms);
  const isStrange = target.length > longest || /[\s\p{C}'"`$;&|<>(){}*?!#\\]/u.test(target) || rest.includes("://");
  if (isStrange || host === "" || rest.startsWith("@") || rest.startsWith("-") || host.startsWith("-")) {
    throw invalid(origin, "this is not where ssh can go", forms);
  }
  return target;
}
