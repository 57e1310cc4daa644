/**
 * An operator with every scope on a real gateway: approves, rotates and revokes behind claw's back, and looks at what
 * the gateway keeps. A device of its own, on a bare WebSocket.
 */
import { generateKey, importIdentity } from "../../src/identity/keypair.ts";
import { proofText } from "../../src/protocol/mod.ts";
import type { RealGateway } from "./real_gateway.ts";

export interface Operator extends Disposable {
  /** The payload of the answer. @throws Error with the gateway's refusal */
  // deno-lint-ignore no-explicit-any -- each method has its own
  call(method: string, params?: unknown): Promise<any>;
}

const client = { id: "cli", mode: "cli", version: "0.0.0", platform: "linux" } as const;
const scopes = ["admin", "read", "write", "approvals", "pairing"].map((name) => `operator.${name}`);

/** @param onFrame told of every frame */
export async function openOperator(
  { url, secret }: Pick<RealGateway, "url" | "secret">,
  // deno-lint-ignore no-explicit-any -- frames of every kind
  onFrame: (frame: any) => void = () => {},
): Promise<Operator> {
  const device = await importIdentity(await generateKey());
  const socket = new WebSocket(url);
  // deno-lint-ignore no-explicit-any -- frames of every kind
  const listeners = new Set<(frame: any) => void>([onFrame]);
  socket.onmessage = ({ data }) => listeners.forEach((listener) => listener(JSON.parse(String(data))));
  const next = (fits: Parameters<typeof nextFrame>[2]) => nextFrame(socket, listeners, fits);
  let lastId = 0;
  const call = async (method: string, params: unknown = {}) => {
    const id = `o${++lastId}`;
    const answer = next(({ type, id: answered }) => type === "res" && answered === id);
    socket.send(JSON.stringify({ type: "req", id, method, params }));
    const { ok, payload, error } = await answer;
    if (!ok) throw new Error(`${method}: ${JSON.stringify(error)}`);
    return payload;
  };
  const { payload: { nonce, ts: signedAt } } = await next(({ event }) => event === "connect.challenge");
  const proof = { clientId: client.id, clientMode: client.mode, role: "operator", platform: client.platform };
  const { deviceId, publicKey } = device;
  const signature = await device.sign(proofText({ ...proof, deviceId, scopes, signedAt, token: secret, nonce }));
  await call("connect", {
    minProtocol: 3,
    maxProtocol: 4,
    client,
    role: "operator",
    scopes,
    caps: [],
    auth: { token: secret },
    device: { id: deviceId, publicKey, signature, signedAt, nonce },
  });
  return { call, [Symbol.dispose]: () => socket.close(1000) };
}

/** The next frame that fits. @throws Error when the socket closes first */
function nextFrame(
  socket: WebSocket,
  // deno-lint-ignore no-explicit-any -- frames of every kind
  listeners: Set<(frame: any) => void>,
  // deno-lint-ignore no-explicit-any -- see above
  fits: (frame: any) => boolean,
  // deno-lint-ignore no-explicit-any -- see above
): Promise<any> {
  return new Promise((resolve, reject) => {
    listeners.add((frame) => fits(frame) && resolve(frame));
    socket.addEventListener("close", ({ code, reason }) => reject(new Error(`closed: ${code} ${reason}`)));
  });
}
