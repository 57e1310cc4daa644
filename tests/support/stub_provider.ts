/**
 * A model provider on loopback, as small as OpenClaw accepts one: OpenAI's chat completions, streamed. What it answers is
 * up to the test, and it keeps every prompt, which is how a test sees what reached the agent.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { eventually } from "./eventually.ts";
import { portOf } from "./sockets.ts";

/** A text, or an HTTP status to fail with; a promise keeps the agent waiting. */
export type Answer = string | number | Promise<string>;

export interface StubProvider extends AsyncDisposable {
  /** What goes into a gateway's configuration, so that its agent asks here. */
  readonly config: Readonly<Record<string, unknown>>;
  /** The last message of every prompt so far: that is where events stand. */
  readonly prompts: readonly string[];
  /** Resolves with the first prompt that contains the text. @throws Error when none comes in time */
  heard(text: string, withinMs?: number): Promise<string>;
  /** From now on it answers so; until then with `HEARTBEAT_OK`. */
  answer(answer: Answer): void;
}

export async function startStubProvider(): Promise<StubProvider> {
  const prompts: string[] = [];
  let answer: Answer = "HEARTBEAT_OK";
  const server = createServer(async (request, response) => {
    const body = await textOf(request);
    if (!request.url?.endsWith("/chat/completions")) return void response.writeHead(404).end();
    prompts.push(lastMessageOf(body));
    respond(response, await answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    config: configFor(portOf(server)),
    prompts,
    heard: (text, withinMs = 30_000) =>
      eventually(() => prompts.find((prompt) => prompt.includes(text)), `a prompt with ${text}`, withinMs),
    answer: (next) => void (answer = next),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function configFor(port: number): Readonly<Record<string, unknown>> {
  const model = {
    id: "stub",
    name: "Stub",
    reasoning: false,
    input: ["text"],
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    contextWindow: 128_000,
    maxTokens: 1024,
  };
  return {
    models: {
      mode: "replace",
      providers: {
        stub: {
          baseUrl: `http://127.0.0.1:${port}/v1`,
          apiKey: "no-key-is-checked",
          api: "openai-completions",
          models: [model],
        },
      },
    },
    agents: { defaults: { model: { primary: "stub/stub" } } },
  };
}

function lastMessageOf(body: string): string {
  const { messages = [] } = JSON.parse(body) as { messages?: { content: string | { text?: string }[] }[] };
  const content = messages.at(-1)?.content ?? "";
  return typeof content === "string" ? content : content.map(({ text = "" }) => text).join("\n");
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return text;
}

function respond(response: ServerResponse, answer: Awaited<Answer>): void {
  if (typeof answer === "number") {
    response.writeHead(answer, { "content-type": "application/json" });
    return void response.end(JSON.stringify({ error: { message: "the stub fails as asked", type: "server_error" } }));
  }
  const chunk = (delta: object, finish: string | null) =>
    `data: ${
      JSON.stringify({
        id: "stub",
        object: "chat.completion.chunk",
        created: 1,
        model: "stub",
        choices: [{ index: 0, delta, finish_reason: finish }],
      })
    }\n\n`;
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(chunk({ role: "assistant", content: answer }, null));
  response.end(`${chunk({}, "stop")}data: [DONE]\n\n`);
}
