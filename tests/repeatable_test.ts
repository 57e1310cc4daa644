import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openSocketGateway } from "./support/dev_gateway.ts";
import { createTestHome } from "./support/world.ts";

async function unanswered(fault: string, args: readonly string[], timeout = "5s") {
  await using gateway = await openSocketGateway({ faults: [fault] });
  using home = createTestHome({ CLAW_URL: gateway.url, CLAW_TOKEN: gateway.secret });
  const { exit, stdout } = await home.claw([...args, "--json", "--timeout", timeout]);
  const { error } = JSON.parse(stdout);
  return [exit, error.code, error.details.isSent];
}

describe("asRepeatable()", () => {
  it("lets a command that only reads be repeated when no answer came", async () => {
    const lost = "close-after-request=1006";
    assert.deepEqual(await unanswered(lost, ["cron", "list"]), [69, "net/closed", true]);
    assert.deepEqual(await unanswered(lost, ["status"]), [69, "net/closed", true]);
    assert.deepEqual(await unanswered("silent-after-request", ["health"], "1s"), [69, "net/timeout", true]);
  });

  it("forbids it for one that acts", async () => {
    assert.deepEqual(await unanswered("close-after-request=1006", ["event", "x"]), [79, "net/unanswered", true]);
  });
});
