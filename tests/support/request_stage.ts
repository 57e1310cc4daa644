/**
 * A dev gateway that asks a person about everybody, an operator who may do everything, and devices that ask to be let
 * in over connections of their own: for tests of `claw device watch`.
 */
import type { PendingPairing } from "../../src/devgateway/pairings.ts";
import { type Clock, realClock } from "../../src/platform/clock.ts";
import { openSocketGateway, type SocketGateway } from "./dev_gateway.ts";
import { freePort } from "./sockets.ts";
import { startWatching, type Watching } from "./watch_stage.ts";
import { createTestHome, type RunResult, type TestHome, type WorldChoices } from "./world.ts";

export interface Asker {
  readonly home: TestHome;
  /** Asks to be let in with these scopes, and comes back at once. */
  ask(scopes?: string): Promise<PendingPairing>;
}

export interface RequestStage extends AsyncDisposable {
  readonly gateway: SocketGateway;
  readonly pairings: SocketGateway["gateway"]["memory"]["pairings"];
  /** The operator's. */
  readonly home: TestHome;
  /** Runs `claw device …` as the operator. */
  run(args: readonly string[]): Promise<RunResult>;
  /** Starts `claw device watch …` as the operator. */
  watch(args?: readonly string[], choices?: WorldChoices): Watching;
  /** Another device, which calls itself so. */
  asker(name?: string): Asker;
}

const allScopes = "read,write,admin,pairing,approvals";

/** @param clock of all ends; the real one unless another is given */
export async function openRequestStage(protocol: 3 | 4, clock: Clock = realClock): Promise<RequestStage> {
  const port = await freePort();
  const gateway = await openSocketGateway({ protocol, port, pairing: "manual", clock, handshakeTimeoutMs: 600_000 });
  const { pairings } = gateway.gateway.memory;
  const homes: TestHome[] = [];
  const asker = (name = "laptop"): Asker => {
    const home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret, CLAW_TIMEOUT: "10m" });
    homes.push(home);
    return {
      home,
      async ask(scopes = "read") {
        const { exit, stdout } = await home.claw(["device", "pair", "--scopes", scopes, "--name", name, "--json"], {
          clock,
        });
        if (exit !== 77) throw new Error(`it asked for nothing: ${exit} ${stdout}`);
        const { deviceId } = JSON.parse((await home.claw(["whoami", "--json"])).stdout).data;
        const request = pairings.pending().find((pending) => pending.deviceId === deviceId);
        if (request === undefined) throw new Error(`no request: ${stdout}`);
        return request;
      },
    };
  };
  const operator = asker("desk");
  pairings.approve((await operator.ask(allScopes)).requestId, "owner");
  return {
    gateway,
    pairings,
    home: operator.home,
    run: (args) => operator.home.claw(["device", ...args], { clock }),
    watch: (args = [], choices = {}) =>
      startWatching(operator.home, ["device", "watch", ...args], { clock, ...choices }),
    asker,
    async [Symbol.asyncDispose]() {
      await gateway[Symbol.asyncDispose]();
      for (const home of homes) home[Symbol.dispose]();
    },
  };
}
