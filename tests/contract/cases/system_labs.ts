/**
 * The gateways that the cases of the system family share. Each writes a log file of its own: by default all gateways of
 * a machine share one, which may be very long.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { versions } from "../../support/real_gateway.ts";
import { type Lab, setUpLabs } from "../lab.ts";

const folder = mkdtempSync(join(tmpdir(), "claw-logs-"));

/** Where a lab's gateway logs. */
export function logPath({ version }: Pick<Lab, "version">): string {
  return join(folder, `${version}.log`);
}

export const systemLabs = versions.flatMap((version) =>
  setUpLabs({ only: version, hasModel: true, config: { logging: { file: logPath({ version }), level: "debug" } } })
);

after(() => rmSync(folder, { recursive: true, force: true }));
