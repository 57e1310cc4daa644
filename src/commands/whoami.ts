/**
 * `claw whoami`, also called `claw device show`: this device as it stands on disk. Offline, and it creates no identity.
 */
import { defineCommand } from "../cli/command.ts";
import { done } from "../cli/outcome.ts";

export const whoami = defineCommand({
  isReadOnly: true,
  flags: {},
  examples: [
    { line: "claw device show", does: "id and key of this device, as an operator compares them" },
    { line: "claw whoami --json", does: "device id, key file and stored tokens, without any secret" },
  ],
  notes: [
    "The key is what an operator compares before this device is approved. A fingerprint is the same only on this\n" +
    "installation: it tells two secrets apart, and reveals neither.",
  ],
  async run(_options, _operands, context) {
    const me = await context.whoAmI();
    const tokens = me.tokens.map(({ storedAtMs, ...token }) => ({
      ...token,
      storedAt: new Date(storedAtMs).toISOString(),
    }));
    const { name, ...rest } = me;
    const data = { ...rest, tokens, name: name ?? null };
    return done(data, {
      kind: "pairs",
      pairs: [
        ["device", me.deviceId ?? "none yet: the first connection makes one"],
        ...(me.name === undefined ? [] : [["calls itself", me.name] as const]),
        ...(me.keyFingerprint === undefined ? [] : [["key", me.keyFingerprint] as const]),
        ["fingerprint", me.fingerprint ?? "none yet"],
        ["key file", me.keyFile],
        ...tokens.map((token): [string, string] => [
          "token",
          `${token.gateway} as ${token.role}: ${
            token.scopes.join(", ") || "no scope"
          } (${token.fingerprint}, ${token.storedAt})`,
        ]),
      ],
    });
  },
});
