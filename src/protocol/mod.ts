/**
 * The wire, as both ends speak it: the one door to `src/protocol`.
 *
 * A gateway speaks JSON in WebSocket text frames. It opens with the event `connect.challenge {nonce, ts}`. The client
 * answers with the request `connect`: the protocol range it speaks, who it is, the scopes it wants, a secret, and a
 * device proof: an Ed25519 signature over `proofText`, which contains the nonce and the challenge's own `ts`. The
 * gateway answers `hello-ok` (or refuses, and closes). From then on each request `{type:"req", id, method, params}` is
 * answered by one response `{type:"res", id, ok, payload | error}`; events `{type:"event", event, payload}` come unasked.
 *
 * Vocabulary: the *gateway* is the server; a *device* is an installation, known by its key; *credentials* are what a
 * handshake presents; *pairing* is a person's approval of a device; a *transport* is a pipe for text; a *connection* is
 * the client's view after hello-ok, a *session* the gateway's view of one client; a *call* is a request and its
 * response; the user's `claw event` becomes a *wake* here.
 *
 * No I/O, no clock, no random, no crypto in this folder. Next on the path: `frames.ts`, `codec.ts`, `connect.ts`.
 */
export * from "./codec.ts";
export * from "./connect.ts";
export * from "./cron.ts";
export * from "./cron_calls.ts";
export * from "./device.ts";
export * from "./events.ts";
export * from "./failures.ts";
export * from "./frames.ts";
export * from "./limits.ts";
export * from "./methods.ts";
export * from "./proof.ts";
export * from "./redaction.ts";
export * from "./system.ts";
