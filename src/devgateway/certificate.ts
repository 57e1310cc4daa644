/**
 * A self-signed certificate for the dev gateway's `--tls`, made at its start: EC P-256, for this machine's own names.
 * Just enough of DER (X.690) and of RFC 5280 to write one; it reads none. Written out here because the libraries that
 * make certificates bring whole ASN.1 stacks along for these few fields.
 */

/** A certificate and its private key, in PEM. */
export interface KeyedCertificate {
  readonly cert: string;
  readonly key: string;
  /** SHA-256 as openssl prints it: `2B:50:48:…`. */
  readonly fingerprint: string;
  /** Signs others in its name, when it is an authority's. */
  readonly signer: Signer;
}

export interface Signer {
  readonly commonName: string;
  readonly privateKey: CryptoKey;
}

export interface CertificateRequest {
  readonly commonName: string;
  /** Host names that it is for. */
  readonly names?: readonly string[];
  /** IPv4 addresses that it is for. */
  readonly addresses?: readonly string[];
  /** Epoch ms. */
  readonly validFromMs: number;
  readonly validToMs: number;
  /** Whether it may sign others. */
  readonly isAuthority?: boolean;
  /** Left out: it signs itself. */
  readonly issuer?: Signer;
  /** Unpredictable; 16 bytes are enough for all. */
  readonly serial: Uint8Array;
}

type Bytes = Uint8Array<ArrayBuffer>;

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** Object identifiers, as DER writes them. */
const ids = {
  /** ecdsa-with-SHA256, RFC 5758 §3.2. */
  signature: [0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2],
  commonName: [0x55, 4, 3],
  subjectAltName: [0x55, 0x1d, 0x11],
  basicConstraints: [0x55, 0x1d, 0x13],
} as const;

/** Makes a key pair and a certificate of it. */
export async function makeCertificate(request: CertificateRequest): Promise<KeyedCertificate> {
  const { privateKey, publicKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const spki = new Uint8Array(await crypto.subtle.exportKey("spki", publicKey));
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
  const { commonName, issuer = { commonName, privateKey } } = request;
  const body = bodyOf(request, issuer.commonName, spki);
  const signed = new Uint8Array(await crypto.subtle.sign(algorithm, issuer.privateKey, body));
  // WebCrypto gives r and s side by side; a certificate has them as two integers.
  const signature = sequence(integer(signed.subarray(0, 32)), integer(signed.subarray(32)));
  const certificate = sequence(body, signatureAlgorithm(), element(0x03, Uint8Array.of(0), signature));
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", certificate));
  return {
    cert: pem("CERTIFICATE", certificate),
    key: pem("PRIVATE KEY", pkcs8),
    fingerprint: Array.from(digest, (byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join(":"),
    signer: { commonName, privateKey },
  };
}

/** RFC 5280 §4.1: TBSCertificate. */
function bodyOf(request: CertificateRequest, issuerName: string, spki: Bytes): Bytes {
  const { commonName, names = [], addresses = [], validFromMs, validToMs, isAuthority = false, serial } = request;
  const hosts = [
    ...names.map((name) => text(0x82, name)),
    ...addresses.map((address) => element(0x87, Uint8Array.from(address.split("."), Number))),
  ];
  const extensions = [
    ...(hosts.length === 0 ? [] : [extension(ids.subjectAltName, sequence(...hosts))]),
    ...(isAuthority ? [extension(ids.basicConstraints, sequence(element(0x01, Uint8Array.of(0xff))))] : []),
  ];
  return sequence(
    element(0xa0, integer(Uint8Array.of(2))),
    integer(serial),
    signatureAlgorithm(),
    nameOf(issuerName),
    sequence(time(validFromMs), time(validToMs)),
    nameOf(commonName),
    spki,
    ...(extensions.length === 0 ? [] : [element(0xa3, sequence(...extensions))]),
  );
}

function signatureAlgorithm(): Bytes {
  return sequence(identifier(ids.signature));
}

function nameOf(commonName: string): Bytes {
  return sequence(element(0x31, sequence(identifier(ids.commonName), text(0x0c, commonName))));
}

function extension(id: readonly number[], value: Bytes): Bytes {
  return sequence(identifier(id), element(0x04, value));
}

/** Tag, length and content; nothing here is longer than two bytes can say. */
function element(tag: number, ...parts: readonly Uint8Array[]): Bytes {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  const whole = new Uint8Array(1 + size.length + length);
  whole.set([tag, ...size]);
  let at = 1 + size.length;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function sequence(...parts: readonly Uint8Array[]): Bytes {
  return element(0x30, ...parts);
}

function identifier(id: readonly number[]): Bytes {
  return element(0x06, Uint8Array.from(id));
}

function text(tag: number, value: string): Bytes {
  return element(tag, new TextEncoder().encode(value));
}

/** A positive integer: as short as it can be, and its first bit 0. */
function integer(bytes: Uint8Array): Bytes {
  const first = bytes.findIndex((byte) => byte !== 0);
  const short = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  return (short[0] ?? 0) > 127 ? element(0x02, Uint8Array.of(0), short) : element(0x02, short);
}

/** UTCTime until 2049, GeneralizedTime from then on (RFC 5280 §4.1.2.5). */
function time(ms: number): Bytes {
  const written = new Date(ms).toISOString().replace(/\.\d+/, "").replace(/[-:T]/g, "");
  return written < "2050" ? text(0x17, written.slice(2)) : text(0x18, written);
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = btoa(String.fromCharCode(...bytes)).match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
