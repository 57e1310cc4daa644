/**
 * `claw context trust`: shows the certificate that a context's gateway presents, and pins it once a person has compared
 * it, or a script names it. Looking sends no credential. What a pin does: `transport/guarded_dial.ts`.
 */
import { defineCommand } from "../../cli/command.ts";
import type { Context, GatewayCertificate } from "../../cli/context.ts";
import { done, negative, type Outcome, type Pairs } from "../../cli/outcome.ts";
import { asClawError, ClawError } from "../../errors.ts";
import { setInContext } from "../../settings/context_files.ts";
import { parseFingerprint } from "../../settings/fingerprint.ts";
import type { Settings } from "../../settings/resolve.ts";
import { nameArgument, requireFile } from "./standing.ts";

const onHost = "openssl x509 -in ~/.openclaw/gateway/tls/gateway-cert.pem -noout -fingerprint -sha256";

export const contextTrust = defineCommand({
  isReadOnly: false,
  arguments: [nameArgument],
  flags: {
    fingerprint: { type: "string", value: "sha256", summary: "pin it without asking, if this is what is presented" },
    replace: { type: "boolean", summary: "another certificate is pinned: take this one instead" },
    yes: { type: "boolean", summary: "pin one that this machine trusts anyway" },
  },
  examples: [
    { line: "claw context trust home", does: "show the certificate, ask, and pin it" },
    { line: "claw context trust home --fingerprint 2B:50:48:…", does: "for scripts: pin that very one" },
    { line: "claw context trust home --replace", does: "after the gateway got a new one" },
  ],
  notes: [
    `Compare before you say yes. The gateway's own machine prints the SHA-256 of a certificate that OpenClaw made with:\n${onHost}`,
    "The pin is written as tlsFingerprint into the context's file, whose comments and other lines stay. A context may go\n" +
    "through a proxy or by ssh: the look goes there too.",
  ],
  async run({ fingerprint, replace, yes }, [name = ""], context) {
    if (context.isGiven("tlsFingerprint")) {
      throw new ClawError("usage/bad-flag", "--tls-fingerprint is for a run; this writes a pin into a file", {
        hint: "name the certificate with --fingerprint SHA256",
      });
    }
    const file = requireFile(context.contextStore, name);
    const wanted = fingerprint === undefined
      ? undefined
      : parseFingerprint(fingerprint, { kind: "flag", name: "--fingerprint" });
    const meant = context.within({ context: name });
    const settings = await meant.settings({ isBlind: true });
    requireTls(settings, name);
    const certificate = await meant.certificate();
    const sight = { name, file, settings, certificate, nowMs: context.clock.now() };
    judge(sight, wanted, replace);
    if (settings.tlsFingerprint?.value === certificate.fingerprint) {
      return outcome(sight, "pinned-already", `${name} has it pinned already`);
    }
    const mayPin = wanted !== undefined || await agree(sight, yes, context);
    if (mayPin === "needless") {
      return outcome(sight, "trusted", `this machine trusts it: ${name} needs no pin (--yes pins it all the same)`);
    }
    if (!mayPin) return outcome(sight, "declined", "nothing was pinned");
    await setInContext(context.contextStore, name, "tlsFingerprint", certificate.fingerprint);
    return outcome(sight, "pinned", `pinned in ${file}`);
  },
});

interface Sight {
  readonly name: string;
  readonly file: string;
  readonly settings: Settings;
  readonly certificate: GatewayCertificate;
  /** Epoch ms. */
  readonly nowMs: number;
}

function requireTls({ endpoint: { value: endpoint } }: Settings, name: string): void {
  if (endpoint.isTls) return;
  throw new ClawError("input/invalid", `${endpoint.origin} has no certificate: ${name} does not use TLS`, {
    hint: `see where its URL stands with \`claw context show ${name}\``,
  });
}

/** What no yes can mend. @throws ClawError `net/tls` */
function judge({ name, settings, certificate, nowMs }: Sight, wanted: string | undefined, mayReplace: boolean): void {
  const { fingerprint, validFromMs, validToMs } = certificate;
  const place = settings.endpoint.value.origin;
  const details = { fingerprint, subject: certificate.subject, validFromMs, validToMs };
  if (wanted !== undefined && wanted !== fingerprint) {
    const message = `${place} presents another certificate than --fingerprint names: expected SHA-256 ${wanted}, ` +
      `presented ${fingerprint}`;
    throw new ClawError("net/tls", message, {
      hint: `one of the two is not the gateway's: compare on its own machine: ${onHost}`,
      details: { ...details, cause: "tls-changed", expectedFingerprint: wanted },
    });
  }
  const pin = settings.tlsFingerprint;
  if (pin !== undefined && pin.value !== fingerprint && !mayReplace) {
    const message =
      `${place} presents another certificate than the pinned one: it was rotated, or someone is between; ` +
      `pinned SHA-256 ${pin.value} (${pin.origin.name}), presented ${fingerprint}`;
    throw new ClawError("net/tls", message, {
      hint: `only if the gateway's own machine prints the presented one: claw context trust ${name} --replace`,
      details: { ...details, cause: "tls-changed", expectedFingerprint: pin.value },
    });
  }
  if (nowMs < validFromMs || nowMs > validToMs) {
    const message =
      `the certificate of ${place} is valid ${dayOf(validFromMs)} to ${dayOf(validToMs)}: a pin does not ` +
      "help against that";
    throw new ClawError("net/tls", message, {
      hint: "renew it on the gateway's own machine, or mend the clock of this one",
      details: { ...details, cause: "tls-expired" },
    });
  }
}

/** @returns "needless" where nobody has to decide */
async function agree(sight: Sight, isTrustedWanted: boolean, context: Context): Promise<boolean | "needless"> {
  const { certificate: { fingerprint, problem }, settings: { tlsFingerprint: pin } } = sight;
  const isTrusted = problem === "";
  if (isTrusted && isTrustedWanted) return true;
  // Without the old pin a gateway that got a certificate from an authority would not be reached.
  if (isTrusted && pin === undefined) return "needless";
  const facts: Pairs = [...certificatePairs(sight), ["compare with", onHost]];
  return await context.confirm("is that what the gateway's own machine prints? pin it?", facts).catch(
    (thrown: unknown) => {
      const error = asClawError(thrown);
      if (error.code !== "usage/missing-argument") throw error;
      throw new ClawError("usage/missing-argument", `${sight.name}: nobody can compare the certificate here`, {
        hint: "give what the gateway's own machine prints: --fingerprint SHA256",
        details: { fingerprint },
      });
    },
  );
}

function certificatePairs({ settings: { endpoint, tlsFingerprint: pin }, certificate }: Sight): Pairs {
  const { fingerprint, subject, isSelfIssued, names, validFromMs, validToMs, problem } = certificate;
  const trusted = problem === "" ? "yes" : isSelfIssued ? "no: it is self-signed" : `no: ${problem}`;
  return [
    ["gateway", endpoint.value.origin],
    ["SHA-256", fingerprint],
    ["subject", subject],
    ["for", names === "" ? "no name at all" : names],
    ["valid", `${dayOf(validFromMs)} to ${dayOf(validToMs)}`],
    ["trusted here", trusted],
    ["pinned now", pin === undefined ? "none" : `${pin.value} (${pin.origin.name})`],
    ...(pin === undefined || pin.value === fingerprint
      ? []
      : [["so", "it was rotated, or someone is between"] as const]),
  ];
}

function outcome(sight: Sight, status: string, text: string): Outcome {
  const { name, file, settings: { endpoint, tlsFingerprint: pin }, certificate } = sight;
  const { fingerprint, subject, isSelfIssued, names, validFromMs, validToMs, problem } = certificate;
  const data = {
    status,
    context: name,
    file,
    gateway: endpoint.value.origin,
    certificate: { fingerprint, subject, isSelfIssued, names, validFromMs, validToMs },
    isTrusted: problem === "",
    problem: problem === "" ? null : problem,
    pinnedBefore: pin?.value ?? null,
  };
  const view = { kind: "pairs", pairs: [...certificatePairs(sight), ["result", text]] } as const;
  return status === "declined" ? negative(data, { kind: "line", text }) : done(data, view);
}

function dayOf(ms: number): string {
  return Number.isFinite(ms) ? new Date(ms).toISOString().slice(0, 10) : "an unknown day";
}
