/**
 * What is told when this device got another key: who it is now, what is kept, and what is to be done at the gateways.
 */
import type { KeyChange } from "../../cli/context.ts";
import { done, type Outcome, type Pairs, type View } from "../../cli/outcome.ts";

export function tellKeyChange(status: "reset" | "imported", change: KeyChange): Outcome {
  const { oldDeviceId, deviceId, keyFingerprint, previousKey, gateways } = change;
  const pairs: Pairs = [
    ["device", deviceId],
    ["key", keyFingerprint],
    ...(oldDeviceId === undefined ? [] : [["before", oldDeviceId] as const]),
    ...(previousKey === undefined ? [] : [["old key", previousKey] as const]),
    ...gateways.map((gateway) => ["gateway", gateway] as const),
  ];
  const advice = previousKey === undefined && status === "reset" ? [] : [
    `${whoMust(status, change)}: claw device pair --wait`,
    ...(oldDeviceId === undefined ? [] : [`and the old one should go there: claw device remove ${oldDeviceId}`]),
  ];
  const views: View[] = [{ kind: "pairs", pairs }, ...advice.map((text): View => ({ kind: "line", text }))];
  return done({ status, ...change }, { kind: "stack", views });
}

/** A key that was made just now nobody knows; one that is imported may be paired here and there. */
function whoMust(status: "reset" | "imported", { gateways }: KeyChange): string {
  if (status === "imported") return "a gateway that does not know this device must approve it";
  return `${gateways.length > 0 ? "these gateways" : "a gateway that knew the old one"} must approve this device anew`;
}
