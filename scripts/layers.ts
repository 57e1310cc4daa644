/**
 * The house as data: which room stands on which floor, and what each may reach. Imports only go down, or stay in their
 * own room. A new room, dependency or exception amends this table, with its reason, in the commit that needs it.
 * `check_layers.ts` enforces it.
 */

/** A folder of `src`, or one file. */
export interface Room {
  readonly name: string;
  /** A folder when it ends with `/`, else a file; or several files. */
  readonly path: string | readonly string[];
  readonly floor: number;
  /** Rooms that its files may import. */
  readonly imports: readonly string[];
  /** Rooms of which its files may import types only. */
  readonly types?: readonly string[];
  /** Import specifiers from outside the project (`node:*` stands for all built-ins); with files: those alone. */
  readonly packages?: readonly Package[];
  /** What single files may import beyond that. */
  readonly exceptions?: readonly Exception[];
}

export interface Package {
  readonly specifier: string;
  readonly files?: readonly string[];
  /**
   * Only its types, or by `import()`. Bun's bundler lifts a static import of a built-in module to the top of the whole
   * program, also out of a file that is itself loaded late: every start would pay for it.
   */
  readonly isLate?: boolean;
}

export interface Exception {
  readonly file: string;
  readonly imports: readonly string[];
  readonly reason: string;
}

const certificateReader = "src/transport/certificate.ts";
const bedrock = ["errors", "version"];
const zod: Package = { specifier: "zod/mini" };

export const rooms: readonly Room[] = [
  { name: "errors", path: "src/errors.ts", floor: 0, imports: [] },
  { name: "version", path: "src/version.ts", floor: 0, imports: [] },
  { name: "protocol", path: "src/protocol/", floor: 1, imports: ["errors"], packages: [zod] },
  { name: "platform", path: "src/platform/", floor: 1, imports: ["errors"], packages: [{ specifier: "node:*" }] },
  { name: "identity", path: "src/identity/", floor: 2, imports: ["errors", "platform"], packages: [zod] },
  {
    name: "settings",
    path: "src/settings/",
    floor: 2,
    // protocol: limits and scopes.
    imports: ["errors", "platform", "protocol"],
    // OpenClaw's own configuration is JSON5.
    packages: [zod, { specifier: "json5" }],
  },
  {
    name: "transport",
    path: "src/transport/",
    floor: 2,
    // protocol: what a message is, and limits.
    imports: ["errors", "protocol"],
    // Only a TLS socket can tell why a port did not speak WebSocket, and which certificate it has. The dial that needs it
    // speaks HTTP and WebSocket over that socket itself: under Bun the package `ws` is Bun's own, which cannot either.
    packages: [
      {
        specifier: "node:tls",
        files: ["src/transport/probe.ts", "src/transport/guarded_dial.ts", certificateReader],
        isLate: true,
      },
      {
        specifier: "node:net",
        files: [
          "src/transport/guarded_dial.ts",
          "src/transport/connect_proxy.ts",
          "src/transport/http_look.ts",
          "src/transport/passage.ts",
          "src/transport/stream_transport.ts",
        ],
        isLate: true,
      },
      { specifier: "node:crypto", files: ["src/transport/upgrade.ts"], isLate: true },
      { specifier: "node:stream", files: ["src/transport/upgrade.ts"], isLate: true },
    ],
  },
  {
    name: "schedule",
    path: "src/schedule/",
    floor: 2,
    // Types of what a schedule is on the wire.
    imports: ["errors", "protocol"],
    // The library, in the release that both gateway generations use themselves.
    packages: [{ specifier: "croner", files: ["src/schedule/fire_times.ts"] }],
  },
  {
    name: "client",
    path: "src/client/",
    floor: 3,
    // platform: limits on time.
    imports: [...bedrock, "protocol", "transport", "platform"],
  },
  {
    // What stands between a run and its gateway, judged: evidence in, findings out. Pure: who probes is the root.
    name: "doctor",
    path: "src/doctor/",
    floor: 3,
    imports: [...bedrock, "protocol"],
    types: ["platform"],
  },
  { name: "outbox", path: "src/outbox/", floor: 3, imports: ["errors", "platform"], packages: [zod] },
  {
    name: "devgateway",
    path: "src/devgateway/",
    floor: 3,
    // schedule: its scheduler fires when real ones do.
    imports: [...bedrock, "protocol", "transport", "identity", "platform", "schedule"],
    // It plays both generations, whose schemas differ in what they refuse. Faults are played over bare sockets: the
    // runtimes' own servers send nothing that is broken.
    packages: [
      zod,
      {
        specifier: "node:net",
        files: ["src/devgateway/faulty_server.ts", "src/devgateway/wire_socket.ts"],
        isLate: true,
      },
      { specifier: "node:tls", files: ["src/devgateway/faulty_server.ts"], isLate: true },
      { specifier: "node:crypto", files: ["src/devgateway/faulty_server.ts"], isLate: true },
    ],
  },
  {
    // What an operator does with jobs, over a connection: find, follow, compare, judge. No words for people but errors.
    name: "cron",
    path: "src/cron/",
    floor: 4,
    // platform: limits on time.
    imports: [...bedrock, "protocol", "schedule", "platform"],
    types: ["client"],
    // Jobs in a file are YAML or JSON.
    packages: [zod, { specifier: "yaml", files: ["src/cron/jobs_file.ts"] }],
  },
  {
    // The same for devices: find, judge a request, say who may approve it. identity: the fingerprint of a key.
    name: "devices",
    path: "src/devices/",
    floor: 4,
    imports: [...bedrock, "protocol", "identity"],
    // platform: waiting goes by the clock it is given.
    types: ["client", "platform"],
  },
  {
    // Following a gateway's events for weeks: which, over many connections, handed to programs. No words for people.
    name: "watch",
    path: "src/watch/",
    floor: 4,
    // platform, types: time and programs are passed in.
    imports: [...bedrock, "protocol", "client"],
    types: ["platform"],
  },
  {
    name: "cli",
    path: "src/cli/",
    floor: 4,
    imports: [...bedrock, "platform"],
    // protocol: the method table types what a command may call.
    types: ["protocol", "settings", "identity", "client", "outbox", "doctor"],
    // The argument parser is visible in one file; tab writes the shells' completion scripts; string-width knows how
    // wide a terminal shows text of other scripts.
    packages: [
      { specifier: "string-width", files: ["src/cli/table.ts"] },
      { specifier: "commander", files: ["src/cli/parse.ts"] },
      { specifier: "@bomb.sh/tab/commander", files: ["src/cli/completion.ts"] },
    ],
  },
  {
    name: "commands",
    path: "src/commands/",
    floor: 5,
    imports: [
      ...bedrock,
      "cli",
      "protocol",
      "client",
      "outbox",
      "identity",
      "settings",
      "schedule",
      "cron",
      "devices",
      "doctor",
      "watch",
    ],
    exceptions: [{
      file: "src/commands/gateway/dev.ts",
      imports: ["devgateway", "platform"],
      reason: "it runs the dev gateway, on a real clock",
    }, {
      file: "src/commands/gateway/faults.ts",
      imports: ["devgateway"],
      reason: "it shows and reads the dev gateway's faults",
    }],
  },
  {
    name: "root",
    // The composition root: these files join the rooms below, and each other.
    path: [
      "src/app.ts",
      "src/certificate_look.ts",
      "src/context.ts",
      "src/context_hint.ts",
      // What doctor, ping, check and bugreport see of everything below.
      "src/examination/",
      "src/fan_out.ts",
      "src/fan_out_words.ts",
      "src/input.ts",
      "src/listen_settings.ts",
      "src/login.ts",
      "src/long_run.ts",
      "src/opener.ts",
      "src/own_key.ts",
      "src/places.ts",
      "src/repeatable.ts",
      "src/run_time.ts",
      "src/ssh_route.ts",
      "src/whoami.ts",
    ],
    floor: 6,
    imports: [
      ...bedrock,
      "protocol",
      "platform",
      "identity",
      "settings",
      "transport",
      "schedule",
      "client",
      "outbox",
      "devgateway",
      "cron",
      "devices",
      "doctor",
      "watch",
      "cli",
      "commands",
    ],
  },
  {
    name: "main",
    path: "main.ts",
    floor: 7,
    // version: it is told before the program is loaded.
    imports: ["root", "platform", "version"],
    packages: [{ specifier: "node:process" }],
  },
];
