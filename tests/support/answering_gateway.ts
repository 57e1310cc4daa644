/**
 * A dev gateway that a test has answer some methods by its own words, over a real socket: for what no dev gateway does,
 * as running an agent.
 */
import { DevGateway } from "../../src/devgateway/gateway.ts";
import { listen } from "../../src/devgateway/listen.ts";
import type { PeerFacts } from "../../src/devgateway/peer.ts";
import { realClock } from "../../src/platform/clock.ts";
import { decodeFrame, type RequestFrame } from "../../src/protocol/mod.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { randomIds, testSecret } from "./dev_gateway.ts";

/** What the test does with a request: frames to send, or an end of the connection. */
export interface Answering {
  say(frame: object): void;
  /** Sends a text as it is. */
  sayText(text: string): void;
  hangUp(): void;
}

export interface AnsweringGateway extends AsyncDisposable {
  readonly url: string;
  readonly secret: string;
  /** The requests of these methods, as they came. */
  readonly requests: readonly RequestFrame[];
}

/** @param answers by method; hello-ok lists them among the others */
export async function openAnsweringGateway(
  answers: Readonly<Record<string, (request: RequestFrame, far: Answering) => void>>,
  protocol: 3 | 4 = 4,
): Promise<AnsweringGateway> {
  const requests: RequestFrame[] = [];
  const auth = { mode: "token", secret: testSecret } as const;
  const common = { clock: realClock, ids: randomIds, zone: "UTC", log: () => {} };
  class Answerer extends DevGateway {
    override accept(transport: Transport, peer: PeerFacts) {
      return super.accept(intercept(transport, answers, requests), peer);
    }
  }
  const gateway = new Answerer({ protocol, auth, pairing: "auto", ...common });
  const listening = await listen(gateway, { port: 0 });
  return { url: listening.url, secret: testSecret, requests, [Symbol.asyncDispose]: () => listening.close() };
}

function intercept(
  transport: Transport,
  answers: Parameters<typeof openAnsweringGateway>[0],
  requests: RequestFrame[],
): Transport {
  const far: Answering = {
    say: (frame) => transport.send(JSON.stringify(frame)),
    sayText: (text) => transport.send(text),
    hangUp: () => transport.close(1012, "service restart"),
  };
  return {
    closed: transport.closed,
    close: (code, reason) => transport.close(code, reason),
    send: (text) => transport.send(text.replace('"methods":[', `"methods":${listed(Object.keys(answers))}`)),
    async receive(signal) {
      for (;;) {
        const message = await transport.receive(signal);
        if (message === undefined) return undefined;
        const frame = decodeFrame(message);
        const answer = frame.type === "req" && Object.hasOwn(answers, frame.method) ? answers[frame.method] : undefined;
        if (frame.type !== "req" || answer === undefined) return message;
        requests.push(frame);
        answer(frame, far);
      }
    },
  };
}

/** The beginning of a list with these names, to be gone on with. */
function listed(names: readonly string[]): string {
  return `[${names.map((name) => `${JSON.stringify(name)},`).join("")}`;
}
