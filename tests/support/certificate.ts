/**
 * A self-signed certificate like the one that a gateway makes for itself (`CN = openclaw-gateway`, no alternative
 * names), and its key, which protects nothing: for tests that must meet an untrusted certificate.
 */
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
