/**
 * Certificates for tests. A fixed one like the one that a gateway makes for itself (`CN = openclaw-gateway`, no
 * alternative names), with its key, which protects nothing; and others made as a test wants them.
 */
import { type CertificateRequest, type KeyedCertificate, makeCertificate } from "../../src/devgateway/certificate.ts";

const dayMs = 86_400_000;

/** A certificate for 127.0.0.1, valid now and signed by itself, unless the test wants it otherwise. */
export async function certificateFor(choices: Partial<CertificateRequest> = {}): Promise<KeyedCertificate> {
  return await makeCertificate({
    commonName: "test gateway",
    addresses: ["127.0.0.1"],
    validFromMs: Date.now() - dayMs,
    validToMs: Date.now() + dayMs,
    serial: crypto.getRandomValues(new Uint8Array(16)),
    ...choices,
  });
}

/** One that was valid until yesterday. */
export const expired = { validFromMs: Date.now() - 9 * dayMs, validToMs: Date.now() - dayMs } as const;

/** The SHA-256 of the fixed one. */
export const selfSignedFingerprint =
  "2B:50:48:46:31:82:20:1D:0A:CF:07:2E:B8:49:3D:D0:79:02:8E:F3:A2:B1:B6:5C:E9:E7:1D:66:C5:B7:44:BA";

export const selfSigned = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgCnAyeW5L2KeCoiZr
87tJ5CvQzlPpJ13La6awp7UjOZShRANCAASMUQe2MIkkRSZRpw4TkAKeTcTgxqmD
E27rTwK+Pur/qndbH30t6m+z5samxyMDAHpghYY11tOVkfVvwqhqlGE2
-----END PRIVATE KEY-----
`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBjTCCATOgAwIBAgIUB0MsEtGzd0z1qztHnFL05NLqWEMwCgYIKoZIzj0EAwIw
GzEZMBcGA1UEAwwQb3BlbmNsYXctZ2F0ZXdheTAgFw0yNjExMjExNDE3MzZaGA8y
MTI2MTAyODE0MTczNlowGzEZMBcGA1UEAwwQb3BlbmNsYXctZ2F0ZXdheTBZMBMG
ByqGSM49AgEGCCqGSM49AwEHA0IABIxRB7YwiSRFJlGnDhOQAp5NxODGqYMTbutP
Ar4+6v+qd1sffS3qb7PmxqbHIwMAemCFhjXW05WR9W/CqGqUYTajUzBRMB0GA1Ud
DgQWBBTm2urcnXTu5j07oRKcpqUr9+fQ8TAfBgNVHSMEGDAWgBTm2urcnXTu5j07
oRKcpqUr9+fQ8TAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIHSd
6ifj/4idlERxuH+XQFBEiZP21+IPvU77letk1eEmAiEAvcgxYe6YVlhVrhPtJTuD
GigGBvot9kTBmOhFE9mXj1U=
-----END CERTIFICATE-----
`,
} as const;
