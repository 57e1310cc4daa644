/**
 * One key from the terminal on standard input. The terminal gives up its line editing only while somebody waits for a
 * key, and gets it back whichever way that ends. Loaded by the few verbs that ask for keys.
 */
import process from "node:process";

const interruptKey = "\x03";

/**
 * The next key, or what came at once: a key that sends several characters, a text that was pasted. undefined when the
 * input has ended. Ctrl-C is a SIGINT, as it is without raw keys.
 * @throws the signal's reason
 */
export async function readKey(signal: AbortSignal): Promise<string | undefined> {
  signal.throwIfAborted();
  const key = await readRaw(signal);
  if (key !== interruptKey) return key;
  process.kill(process.pid, "SIGINT");
  return await new Promise((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true })
  );
}

async function readRaw(signal: AbortSignal): Promise<string | undefined> {
  const { stdin } = process;
  let forget = () => {};
  stdin.setRawMode(true);
  try {
    return await new Promise((resolve, reject) => {
      const onData = (chunk: Uint8Array | string) =>
        resolve(typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk));
      const onEnd = () => resolve(undefined);
      const onAbort = () => reject(signal.reason);
      forget = () => {
        stdin.off("data", onData).off("end", onEnd).off("error", onEnd);
        signal.removeEventListener("abort", onAbort);
      };
      stdin.on("data", onData).on("end", onEnd).on("error", onEnd);
      signal.addEventListener("abort", onAbort, { once: true });
      stdin.resume();
    });
  } finally {
    forget();
    stdin.pause();
    stdin.setRawMode(false);
  }
}
