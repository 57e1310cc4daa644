/**
 * Whether this device's key and tokens are sound, without asking any gateway: each thing by itself, so that all that is
 * wrong is told at once. It mends nothing. The files' own rules are `key_file.ts` and `token_file.ts`.
 */
import { asClawError, type ClawError } from "../errors.ts";
import { join } from "../platform/directories.ts";
import { factsOf } from "../platform/files.ts";
import { quoteForShell } from "../platform/private_file.ts";
import { type IdentityStore, keyFilePath, loadIdentity } from "./key_file.ts";
import { type Identity, keyFingerprintOf, toBase64url, verifySignature } from "./keypair.ts";
import { loadTokenFile, tokenDirectory, tokenFiles, type TokenStore } from "./token_file.ts";

/** One thing that was looked at. */
export interface DeviceCheck {
  readonly name: string;
  readonly isOk: boolean;
  /** What was found; where it is wrong, with the file's name. */
  readonly found: string;
  /** How to mend what is wrong. */
  readonly mend?: string;
  /** What kind of wrong it is. */
  readonly kind?: CheckKind;
  /** The same as one line for the shell, where one does. */
  readonly command?: string;
}

/**
 * `missing`: not there yet, as before the first connection. `open`: others may read or write. `linked`: a link stands in
 * its place. `foreign`: it is another user's. `unreadable`: the system refuses. `damaged`: all else.
 */
export type CheckKind = "missing" | "open" | "linked" | "foreign" | "unreadable" | "damaged";

/** Looks at everything; what cannot be read is a finding, too. Never throws a ClawError. */
export async function checkDevice(store: IdentityStore & TokenStore): Promise<readonly DeviceCheck[]> {
  const paths = new Set([store.directory, store.stateDirectory, tokenDirectory(store)]);
  const directories = (await Promise.all([...paths].map((path) => directoryCheck(store, path)))).flat();
  const key = await orFinding("key file", async () => (await loadIdentity(store))?.identity);
  if ("isOk" in key) return [...directories, key];
  const identity = key.value;
  if (identity === undefined) return [...directories, missingKey(store)];
  return [...directories, ...await keyChecks(store, identity), ...await tokenChecks(store, identity)];
}

function missingKey(store: IdentityStore): DeviceCheck {
  const found = `there is no ${keyFilePath(store)} yet`;
  return { name: "key file", isOk: false, kind: "missing", found, mend: "connect once: claw makes a key then" };
}

async function keyChecks(store: IdentityStore, identity: Identity): Promise<readonly DeviceCheck[]> {
  const text = `claw device verify ${toBase64url(store.ids.bytes(16))}`;
  const isSound = await verifySignature(identity.publicKey, text, await identity.sign(text));
  const path = keyFilePath(store);
  return [
    { name: "key file", isOk: true, found: `${path}: yours alone, and its checksum fits` },
    { name: "device id", isOk: true, found: `${identity.deviceId} follows from the key` },
    { name: "key", isOk: true, found: await keyFingerprintOf(identity.publicKey) },
    isSound ? { name: "signature", isOk: true, found: "made and verified" } : {
      name: "signature",
      isOk: false,
      found: `${path}: its two halves are of different keys`,
      kind: "damaged",
      mend: restoreKey,
    },
  ];
}

const restoreKey = "restore it from a backup, or move it aside; the identity that claw then makes must be paired again";

async function tokenChecks(store: TokenStore, { deviceId }: Identity): Promise<readonly DeviceCheck[]> {
  const paths = await orFinding("token", () => Promise.resolve().then(() => tokenFiles(store)));
  if ("isOk" in paths) return [paths];
  return await Promise.all(
    paths.value.map(async (path): Promise<DeviceCheck> => {
      const token = await orFinding("token", () => Promise.resolve(loadTokenFile(store, path)));
      if ("isOk" in token) return token;
      const { origin = "", role = "", deviceId: owner } = token.value ?? {};
      if (owner === deviceId) return { name: "token", isOk: true, found: `${path}: ${origin} as ${role}` };
      const mend = "move it aside: the gateway's shared secret earns this device its own";
      return { name: "token", isOk: false, kind: "damaged", found: `${path}: it was issued to another device`, mend };
    }),
  );
}

/** Who may write into a directory may put another key into it. */
async function directoryCheck({ os }: IdentityStore, path: string): Promise<readonly DeviceCheck[]> {
  if (os === "windows") return [];
  // Where a link leads, not the link: that one has no modes of its own.
  const facts = await orFinding("directory", () => Promise.resolve().then(() => factsOf(join(os, path, "."))));
  if ("isOk" in facts) return [facts];
  if (facts.value === undefined) return [];
  const octal = `mode ${facts.value.mode.toString(8).padStart(4, "0")}`;
  if ((facts.value.mode & 0o022) === 0) return [{ name: "directory", isOk: true, found: `${path}: ${octal}` }];
  const found = `${path}: others may write there (${octal})`;
  const command = `chmod 700 ${quoteForShell(path)}`;
  return [{ name: "directory", isOk: false, kind: "open", found, mend: command, command }];
}

async function orFinding<T>(name: string, read: () => Promise<T>): Promise<{ readonly value: T } | DeviceCheck> {
  try {
    return { value: await read() };
  } catch (thrown) {
    const error = asClawError(thrown);
    const { message, hint } = error;
    return { name, isOk: false, found: message, ...(hint === undefined ? {} : { mend: hint }), ...remedyFor(error) };
  }
}

function remedyFor({ code, details }: ClawError): Pick<DeviceCheck, "kind" | "command"> {
  const path = quoteForShell(String(details["path"] ?? ""));
  if (code === "store/io") return { kind: "unreadable", command: `ls -ld ${path}` };
  if (code !== "config/key-exposed") return { kind: "damaged" };
  if (details["reason"] === "is-link") return { kind: "linked", command: `mv "$(realpath ${path})" ${path}` };
  if (details["reason"] === "foreign") return { kind: "foreign", command: `sudo chown "$(id -un)" ${path}` };
  return { kind: "open", command: `chmod 600 ${path}` };
}
