/**
 * Every setting there is, in one table: its flag, environment variable, key in claw's own config file, default and
 * meaning. Flags, `claw help environment`, the config file's check and `claw status` all read it. Values are resolved
 * in `resolve.ts`.
 */

/** How a value is written: `switch` is on or off, `command` a shell command that prints it, `entry` one of a keychain. */
export type SettingType =
  | "url"
  | "port"
  | "secret"
  | "file"
  | "directory"
  | "command"
  | "duration"
  | "fingerprint"
  | "proxy"
  | "name"
  | "ssh"
  | "entry"
  | "switch";

export interface Setting {
  /** Name of the flag, without its dashes. */
  readonly name: string;
  /** Name in claw's config file, and of the parsed flag. */
  readonly key: string;
  readonly env: string;
  readonly type: SettingType;
  readonly default?: string;
  /** The value itself must not be shown. */
  readonly isSecret: boolean;
  /** Whether claw's config file may set it. */
  readonly isInFile: boolean;
  /** It belongs to a gateway: who names another gateway takes another one's. */
  readonly isOfGateway?: true;
  /** Verbs have a flag of their own for it. */
  readonly isNoFlag?: true;
  /** One line, lower case, no period. */
  readonly help: string;
}

const plain = { isSecret: false, isInFile: true } as const;
/** What says where a gateway is, and what goes there. */
const gateway = { ...plain, isOfGateway: true } as const;
const secret = { ...gateway, isSecret: true } as const;
/** What must be known before the config file can be found, or belongs to one run. */
const outside = { isSecret: false, isInFile: false } as const;

/** What holds when nobody says otherwise. */
export const defaults = { timeout: "10s", retry: "0s", allowInsecurePrivate: "off" } as const;

/** The context that needs no file: what claw's config file and OpenClaw's own settings say. */
export const localContext = "local";

/** The table. */
export const settings = [
  {
    name: "context",
    key: "context",
    env: "CLAW_CONTEXT",
    type: "name",
    ...plain,
    help: "gateway to use, by the name of its context",
  },
  { name: "url", key: "url", env: "CLAW_URL", type: "url", ...gateway, help: "gateway URL, ws:// or wss://" },
  { name: "port", key: "port", env: "CLAW_PORT", type: "port", ...gateway, help: "port of a gateway on this machine" },
  {
    name: "ssh",
    key: "ssh",
    env: "CLAW_SSH",
    type: "ssh",
    ...gateway,
    help: "reach the gateway from another machine, [USER@]HOST, by ssh",
  },
  { name: "token", key: "token", env: "CLAW_TOKEN", type: "secret", ...secret, help: "shared token (- reads stdin)" },
  {
    name: "token-file",
    key: "tokenFile",
    env: "CLAW_TOKEN_FILE",
    type: "file",
    ...gateway,
    help: "file that holds the token",
  },
  {
    name: "token-cmd",
    key: "tokenCmd",
    env: "CLAW_TOKEN_CMD",
    type: "command",
    ...gateway,
    help: "shell command that prints the token",
  },
  {
    name: "token-keychain",
    key: "tokenKeychain",
    env: "CLAW_TOKEN_KEYCHAIN",
    type: "entry",
    ...gateway,
    help: "entry of the system's keychain that holds the token",
  },
  {
    name: "password",
    key: "password",
    env: "CLAW_PASSWORD",
    type: "secret",
    ...secret,
    help: "gateway password (- reads stdin)",
  },
  {
    name: "password-file",
    key: "passwordFile",
    env: "CLAW_PASSWORD_FILE",
    type: "file",
    ...gateway,
    help: "file that holds the password",
  },
  {
    name: "password-cmd",
    key: "passwordCmd",
    env: "CLAW_PASSWORD_CMD",
    type: "command",
    ...gateway,
    help: "shell command that prints the password",
  },
  {
    name: "password-keychain",
    key: "passwordKeychain",
    env: "CLAW_PASSWORD_KEYCHAIN",
    type: "entry",
    ...gateway,
    help: "entry of the system's keychain that holds the password",
  },
  {
    name: "tls-fingerprint",
    key: "tlsFingerprint",
    env: "CLAW_TLS_FINGERPRINT",
    type: "fingerprint",
    ...gateway,
    help: "the one certificate to accept from the gateway, by its SHA-256",
  },
  {
    name: "ca",
    key: "ca",
    env: "CLAW_CA",
    type: "file",
    ...gateway,
    help: "authorities to trust instead of the system's, in PEM",
  },
  {
    name: "proxy",
    key: "proxy",
    env: "CLAW_PROXY",
    type: "proxy",
    ...plain,
    isSecret: true,
    help: "proxy to a wss:// gateway, http://HOST:PORT or none",
  },
  {
    name: "timeout",
    key: "timeout",
    env: "CLAW_TIMEOUT",
    type: "duration",
    default: defaults.timeout,
    ...plain,
    help: "how long a run may take, connecting and closing included",
  },
  {
    name: "retry",
    key: "retry",
    env: "CLAW_RETRY",
    type: "duration",
    default: defaults.retry,
    ...plain,
    help: "how much longer to wait for a gateway that is not there",
  },
  {
    name: "allow-insecure-private",
    key: "allowInsecurePrivate",
    env: "CLAW_ALLOW_INSECURE_PRIVATE",
    type: "switch",
    default: defaults.allowInsecurePrivate,
    ...gateway,
    help: "allow unencrypted ws:// to a private network",
  },
  {
    name: "agent",
    key: "agent",
    env: "CLAW_AGENT",
    type: "name",
    ...plain,
    isNoFlag: true,
    help: "agent that events and jobs are for when no --agent is given",
  },
  { name: "trace", key: "trace", env: "CLAW_TRACE", type: "file", ...outside, help: "write every frame to a file" },
  {
    name: "config-dir",
    key: "configDir",
    env: "CLAW_CONFIG_DIR",
    type: "directory",
    ...outside,
    help: "directory of claw's config file and device key",
  },
  {
    name: "state-dir",
    key: "stateDir",
    env: "CLAW_STATE_DIR",
    type: "directory",
    ...outside,
    help: "directory of claw's device tokens",
  },
] as const satisfies readonly Setting[];

/** Names of the settings as the config file writes them. */
export type SettingKey = (typeof settings)[number]["key"];

/** OpenClaw's own environment variables that claw heeds, for the help page. */
export const openclawEnvironment = [
  { env: "OPENCLAW_GATEWAY_URL", help: "gateway URL; only credentials from the environment go there" },
  { env: "OPENCLAW_GATEWAY_PORT", help: "port of the gateway on this machine" },
  { env: "OPENCLAW_GATEWAY_TOKEN", help: "shared token of OpenClaw's gateway" },
  { env: "OPENCLAW_GATEWAY_PASSWORD", help: "password of OpenClaw's gateway" },
  { env: "OPENCLAW_CONFIG_PATH", help: "path of openclaw.json" },
  { env: "OPENCLAW_STATE_DIR", help: "directory of openclaw.json, instead of ~/.openclaw" },
  { env: "OPENCLAW_HOME", help: "home directory for ~/.openclaw" },
  { env: "OPENCLAW_ALLOW_INSECURE_PRIVATE_WS", help: "1 is the same as CLAW_ALLOW_INSECURE_PRIVATE=1" },
] as const;
