/**
 * Preloaded into a real gateway, it blocks the event loop for a while, as a busy agent turn does: the cause of handshakes
 * that the gateway drops. Each SIGWINCH (which gateways ignore; 2026.9.6 restarts on SIGUSR2) asks for one block:
 *
 *   CLAW_LAB_BLOCK_AT=challenge   right after the next challenge is sent, before its answer can be read (default)
 *   CLAW_LAB_BLOCK_AT=now         at once
 *   CLAW_LAB_BLOCK_MS=4000        for so long
 *
 *     CLAW_LAB_PRELOAD=scripts/block_event_loop.mjs scripts/real_gateway.sh start 2026.3.13 31000 DIR
 *     kill -WINCH "$(cat DIR/gateway.pid)"
 */
import { Socket } from "node:net";
import process from "node:process";

const blockMs = Number(process.env.CLAW_LAB_BLOCK_MS ?? 4_000);
const waitsForChallenge = process.env.CLAW_LAB_BLOCK_AT !== "now";
let asked = 0;

function block() {
  const endMs = performance.now() + blockMs;
  while (performance.now() < endMs);
}

process.on("SIGWINCH", () => {
  if (waitsForChallenge) asked += 1;
  else block();
});

const { write } = Socket.prototype;
Socket.prototype.write = function (chunk, ...rest) {
  const isSent = write.call(this, chunk, ...rest);
  if (asked > 0 && typeof chunk?.includes === "function" && chunk.includes('"connect.challenge"')) {
    asked -= 1;
    // Not here: the bytes leave at the end of this turn of the loop.
    setImmediate(block);
  }
  return isSent;
};
