/**
 * A dev gateway with an operator who runs claw, and devices that ask to be paired: for tests of `claw device …`.
 */
import type { Identity } from "../../src/identity/keypair.ts";
import type { PendingPairing } from "../../src/devgateway/pairings.ts";
import { createDevice } from "./dev_client.ts";
import { openSocketGateway, type SocketGateway } from "./dev_gateway.ts";
import { createTestHome, type RunResult, type TestHome, type WorldChoices } from "./world.ts";

/** What a device says of itself when it asks; all else is plain. */
export interface Asking {
  readonly device?: Identity;
  readonly displayName?: string;
  readonly scopes?: readonly string[];
  readonly role?: string;
  readonly platform?: string;
  readonly remoteIp?: string;
}

export interface DeviceStage extends AsyncDisposable {
  readonly gateway: SocketGateway;
  readonly pairings: SocketGateway["gateway"]["memory"]["pairings"];
  readonly home: TestHome;
  /** Runs `claw device …` as the operator, with the gateway's secret unless the environment says otherwise. */
  run(args: readonly string[], choices?: WorldChoices): Promise<RunResult>;
  /** A device files a request. */
  ask(asking?: Asking): Promise<PendingPairing & { readonly device: Identity }>;
  /** A device that asked and was approved. */
  pair(asking?: Asking): Promise<Identity>;
  /** The operator's own device id. */
  ownId(): Promise<string>;
}

export async function openDeviceStage(protocol: 3 | 4): Promise<DeviceStage> {
  const gateway = await openSocketGateway({ protocol });
  const home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
  const { pairings } = gateway.gateway.memory;
  const ask = async ({ device: given, ...asking }: Asking = {}) => {
    const device = given ?? await createDevice();
    const { deviceId, publicKey } = device;
    const client = { platform: "linux", clientId: "cli", clientMode: "cli", role: "operator" };
    const claim = { deviceId, publicKey, ...client, scopes: ["operator.read"], remoteIp: "203.0.113.9", ...asking };
    return { ...pairings.request(claim, false).request, device };
  };
  return {
    gateway,
    pairings,
    home,
    ask,
    run: (args, choices) => home.claw(["device", ...args], choices),
    async pair(asking) {
      const { requestId, device } = await ask(asking);
      pairings.approve(requestId, "owner");
      return device;
    },
    async ownId() {
      return JSON.parse((await home.claw(["whoami", "--json"])).stdout).data.deviceId;
    },
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      home[Symbol.dispose]();
    },
  };
}

/** A proxy's options: it cuts the connection at the first answer to this method, or drops that answer. */
export function losingAnswer(targetPort: number, method: string, how: "cut" | "drop" = "cut") {
  let lost: string | undefined;
  let isLost = false;
  return {
    targetPort,
    // deno-lint-ignore no-explicit-any -- frames of every kind
    decide({ from, frame }: { from: string; frame: any }) {
      if (from === "client" && frame.method === method) lost = frame.id;
      if (isLost || from === "client" || frame.type !== "res" || frame.id !== lost) return "pass" as const;
      isLost = true;
      return how;
    },
  };
}

/** A proxy's options: it answers this method with another payload. */
// deno-lint-ignore no-explicit-any -- payloads of every kind
export function lying(targetPort: number, method: string, lie: (payload: any) => unknown) {
  const asked = new Set<string>();
  return {
    targetPort,
    // deno-lint-ignore no-explicit-any -- frames of every kind
    decide({ from, frame }: { from: string; frame: any }) {
      if (from === "client" && frame.method === method) asked.add(frame.id);
      if (from === "client" || frame.type !== "res" || !asked.has(frame.id)) return "pass" as const;
      return { instead: { ...frame, payload: lie(frame.payload) } };
    },
  };
}

/** A proxy's options: it answers this method with a refusal. */
export function refusing(targetPort: number, method: string) {
  const asked = new Set<string>();
  return {
    targetPort,
    // deno-lint-ignore no-explicit-any -- frames of every kind
    decide({ from, frame }: { from: string; frame: any }) {
      if (from === "client" && frame.method === method) asked.add(frame.id);
      if (from === "client" || frame.type !== "res" || !asked.has(frame.id)) return "pass" as const;
      return { instead: { type: "res", id: frame.id, ok: false, error: { code: "INVALID_REQUEST", message: "no" } } };
    },
  };
}

/** A text without its colours. */
// deno-lint-ignore no-control-regex -- that is what a colour is
export const plain = (text: string) => text.replace(/\u001b\[\d+m/g, "");
