/**
 * Devices: who is paired, who asks to be, and their tokens. No method here ever shows another device's token on
 * protocol 4. Next: `methods.ts`.
 */
import * as z from "zod/mini";

const nonEmpty = () => z.string().check(z.minLength(1));
const text = () => z.optional(z.string());
const texts = () => z.optional(z.array(z.string()));
const at = () => z.optional(z.number());

/** What is told of a device wherever one is listed. */
const deviceFacts = () => ({
  deviceId: nonEmpty(),
  publicKey: text(),
  displayName: text(),
  platform: text(),
  deviceFamily: text(),
  clientId: text(),
  clientMode: text(),
  role: text(),
  roles: texts(),
  scopes: texts(),
  remoteIp: text(),
});

/** A request that waits for a person; it lives five minutes from when the device last asked. */
export const PendingDevice = z.lazy(() =>
  z.looseObject({
    requestId: nonEmpty(),
    ...deviceFacts(),
    silent: z.optional(z.boolean()),
    isRepair: z.optional(z.boolean()),
    ts: z.number(),
  })
);
export type PendingDevice = z.infer<typeof PendingDevice>;

/** What is told about a token: never the token. */
export const DeviceTokenSummary = z.lazy(() =>
  z.looseObject({
    role: z.string(),
    scopes: z.array(z.string()),
    createdAtMs: at(),
    rotatedAtMs: at(),
    revokedAtMs: at(),
    lastUsedAtMs: at(),
  })
);

/** From `approvedVia` on: protocol 4 only. */
export const PairedDevice = z.lazy(() =>
  z.looseObject({
    ...deviceFacts(),
    createdAtMs: at(),
    approvedAtMs: at(),
    tokens: z.optional(z.array(DeviceTokenSummary)),
    approvedVia: text(),
    operatorLabel: text(),
    lastSeenAtMs: at(),
    connected: z.optional(z.boolean()),
  })
);
export type PairedDevice = z.infer<typeof PairedDevice>;

export const DevicePairListParams = z.lazy(() => z.optional(z.strictObject({})));
/** On protocol 4 a device without `admin` sees only itself. */
export const DevicePairListResult = z.lazy(() =>
  z.looseObject({
    pending: z.array(PendingDevice),
    paired: z.array(PairedDevice),
  })
);

export const DevicePairRequestParams = z.lazy(() => z.strictObject({ requestId: nonEmpty() }));
export const DevicePairApproveResult = z.lazy(() => z.looseObject({ requestId: nonEmpty(), device: PairedDevice }));
export const DevicePairRejectResult = z.lazy(() => z.looseObject({ requestId: nonEmpty(), deviceId: nonEmpty() }));

export const DevicePairRemoveParams = z.lazy(() => z.strictObject({ deviceId: nonEmpty() }));
export const DevicePairRemoveResult = z.lazy(() => z.looseObject({ deviceId: nonEmpty() }));

export const DevicePairRenameParams = z.lazy(() =>
  z.strictObject({
    deviceId: nonEmpty(),
    label: nonEmpty().check(z.maxLength(64)),
  })
);
export const DevicePairRenameResult = z.lazy(() => z.looseObject({ deviceId: nonEmpty(), label: z.string() }));

/** Without `publicUrl` a gateway that listens on loopback alone has no address to put into the code. */
export const DeviceSetupCodeParams = z.lazy(() =>
  z.optional(z.strictObject({
    publicUrl: z.optional(nonEmpty()),
    preferRemoteUrl: z.optional(z.boolean()),
    includeQr: z.optional(z.boolean()),
    bootstrapProfile: z.optional(z.enum(["limited", "node"])),
  }))
);
/** `setupCode` is a secret: base64url of JSON with an address and a bootstrap token. */
export const DeviceSetupCodeResult = z.lazy(() =>
  z.looseObject({
    setupId: text(),
    setupCode: nonEmpty(),
    expiresAtMs: at(),
    gatewayUrl: nonEmpty(),
    access: text(),
  })
);

export const DeviceTokenRotateParams = z.lazy(() =>
  z.strictObject({
    deviceId: nonEmpty(),
    role: nonEmpty(),
    scopes: z.optional(z.array(nonEmpty())),
  })
);
/** `token` comes always on protocol 3; on 4 only to the device whose own token it is (`tokenDelivery: in-band`). */
export const DeviceTokenRotateResult = z.lazy(() =>
  z.looseObject({
    deviceId: nonEmpty(),
    role: nonEmpty(),
    token: text(),
    scopes: z.array(z.string()),
    rotatedAtMs: z.number(),
    tokenDelivery: text(),
  })
);

export const DeviceTokenRevokeParams = z.lazy(() => z.strictObject({ deviceId: nonEmpty(), role: nonEmpty() }));
export const DeviceTokenRevokeResult = z.lazy(() =>
  z.looseObject({
    deviceId: nonEmpty(),
    role: nonEmpty(),
    revokedAtMs: z.number(),
  })
);

/** All that the device wants, what it has included. The same wish finds the request that waits already. */
export const DeviceScopesRequestUpgradeParams = z.lazy(() =>
  z.strictObject({ scopes: z.array(nonEmpty()).check(z.minLength(1), z.maxLength(8)) })
);
export const DeviceScopesRequestUpgradeResult = z.lazy(() => z.looseObject({ requestId: nonEmpty() }));

/** Answered when the request is decided, or five minutes after it was made. */
export const DeviceScopesWaitUpgradeParams = z.lazy(() => z.strictObject({ requestId: nonEmpty() }));
/** `deviceToken` comes with `approved` alone: the new token, which takes the old one's place at once. */
export const DeviceScopesWaitUpgradeResult = z.lazy(() =>
  z.looseObject({
    status: z.enum(["approved", "rejected", "expired"]),
    requestId: nonEmpty(),
    deviceToken: z.optional(nonEmpty()),
    scopes: texts(),
  })
);

/** `decision` is `approved` or `rejected`. */
export const DevicePairResolved = z.lazy(() =>
  z.looseObject({
    requestId: nonEmpty(),
    deviceId: nonEmpty(),
    decision: z.string(),
    ts: z.number(),
  })
);
export type DevicePairResolved = z.infer<typeof DevicePairResolved>;
