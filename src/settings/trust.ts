/**
 * Whose certificate is accepted of the chosen gateway: one that is pinned, one that a given authority signed, or (when
 * nothing is said) one that this machine trusts. A pin in a file belongs to the gateway that the file names, as secrets
 * do; one that was given for this run must be used, or the run ends.
 */
import { readPatiently } from "../platform/files.ts";
import { countCertificates, fingerprintOf } from "../platform/pem.ts";
import { unreadable } from "./config_text.ts";
import { type EndpointChoice, type EndpointSources, fromLayer, openclawGateways } from "./endpoint_choice.ts";
import { parseFingerprint } from "./fingerprint.ts";
import { expandHome, type Given } from "./layers.ts";
import { invalid, type Resolved } from "./origin.ts";

export interface Trust {
  /** SHA-256 of the one certificate that is accepted, as openssl prints it. */
  readonly tlsFingerprint: Resolved<string> | undefined;
  /** PEM certificates of authorities that are trusted instead of the system's, and their file. */
  readonly ca: Resolved<{ readonly path: string; readonly pem: string }> | undefined;
}

type Key = "tlsFingerprint" | "ca";

/** For a gateway that is spoken to over TLS. @throws ClawError `usage/bad-flag` or `config/invalid` */
export async function resolveTrust(
  endpoint: EndpointChoice,
  sources: EndpointSources,
): Promise<Trust> {
  const ca = await find("ca", endpoint, sources);
  const pin = await find("tlsFingerprint", endpoint, sources) ?? await openclawPin(endpoint, sources) ??
    (ca === undefined ? await ownCertificate(endpoint, sources) : undefined);
  return {
    tlsFingerprint: pin && { value: parseFingerprint(pin.text, pin.origin), origin: pin.origin },
    ca: ca && { value: await readAuthorities(expandHome(ca.text, sources.world), ca), origin: ca.origin },
  };
}

async function find(key: Key, endpoint: EndpointChoice, sources: EndpointSources): Promise<Given | undefined> {
  const given = sources.flags[key] ?? sources.env[key];
  if (given !== undefined || sources.claw[key] === undefined) return given;
  const named = await fromLayer(sources.claw, sources, "origin");
  return named === undefined || named.value.origin === endpoint.value.origin ? sources.claw[key] : undefined;
}

/** The pin that openclaw.json has for its remote gateway, when the run goes there. */
async function openclawPin(endpoint: EndpointChoice, sources: EndpointSources): Promise<Given | undefined> {
  const config = await sources.openclaw.glance();
  const text = config?.remote.tlsFingerprint;
  if (config === undefined || text === undefined) return undefined;
  if (openclawGateways(config, sources.world).remote?.origin !== endpoint.value.origin) return undefined;
  return { text, origin: { kind: "openclaw-config", name: `${config.path}: gateway.remote.tlsFingerprint` } };
}

/**
 * This machine's own gateway, asked at its own port, is known by its certificate's file, as the official command line
 * knows it: whoever could change that file could read the token beside it. A URL that was given by hand gets none of it.
 */
async function ownCertificate(endpoint: EndpointChoice, sources: EndpointSources): Promise<Given | undefined> {
  const config = await sources.openclaw.glance();
  if (endpoint.reach !== "origin" || !config?.isTls || config.certificatePath === undefined) return undefined;
  if (openclawGateways(config, sources.world).local.origin !== endpoint.value.origin) return undefined;
  const path = config.certificatePath;
  // Without it the certificate is unknown, which is said with all that there is to know.
  const pem = await readPatiently(path).catch(() => undefined);
  const text = pem === undefined ? undefined : await fingerprintOf(pem);
  return text === undefined ? undefined : { text, origin: { kind: "openclaw-config", name: path } };
}

async function readAuthorities(path: string, { origin }: Given): Promise<{ path: string; pem: string }> {
  const pem = await readPatiently(path).catch((cause: unknown) => {
    throw unreadable(path, cause);
  });
  if (pem === undefined) throw invalid(origin, `there is no file ${path}`);
  const count = await countCertificates(pem);
  if (count === 0) {
    throw invalid(origin, `${path} holds no certificate in PEM`, "it begins with -----BEGIN CERTIFICATE-----");
  }
  if (count === undefined) {
    throw invalid(
      origin,
      `${path} holds a certificate that is damaged`,
      "look at it with: openssl x509 -text -in FILE",
    );
  }
  return { path, pem };
}
