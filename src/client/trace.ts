/**
 * A transport that tells what passes through it, one line a message, with every secret masked: what `--trace` writes.
 * The form is that of `tests/transcripts`: `{t, dir, frame}` and `{t, dir, close}`, `t` in ms since the opening.
 */
import type { Clock } from "../platform/clock.ts";
import { decodeFrame, type Message, redact } from "../protocol/mod.ts";
import type { Transport } from "../transport/transport.ts";

/** Wraps a transport; `write` gets one JSON text a call, without a line end. */
export function traceTransport(transport: Transport, clock: Clock, write: (line: string) => void): Transport {
  const startedAt = clock.elapsed();
  const note = (dir: "in" | "out", entry: Record<string, unknown>) =>
    write(JSON.stringify({ t: Math.round((clock.elapsed() - startedAt) * 10) / 10, dir, ...entry }));
  void transport.closed.then((close) => note("in", { close }));
  return {
    send(text) {
      note("out", describe(text));
      transport.send(text);
    },
    async receive(signal) {
      const message = await transport.receive(signal);
      if (message !== undefined) note("in", describe(message));
      return message;
    },
    close(code = 1000, reason = "") {
      note("out", { close: { code, reason } });
      transport.close(code, reason);
    },
    closed: transport.closed,
  };
}

/** What is no frame is not quoted: nobody knows what is in it. */
function describe(message: Message): Record<string, unknown> {
  try {
    return { frame: redact(decodeFrame(message)) };
  } catch {
    return { raw: `(${message.length} ${typeof message === "string" ? "characters" : "bytes"} that are no frame)` };
  }
}
