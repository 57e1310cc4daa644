/**
 * How requests that come and go are told to people, one line each. Pure.
 */
import type { RequestFacts } from "../../devices/request_facts.ts";
import { shortId } from "../../devices/roster.ts";
import { clip, nameWords, scopeWords, someOf } from "./device_words.ts";
import type { SeenNews } from "./request_feed.ts";

/** A request, or what became of it; the requester's own words stand last, where they can push nothing out of sight. */
export function newsWords(news: SeenNews["news"]): string {
  switch (news.kind) {
    case "requested":
      return `${requestWords(news.request)} asks for ${askedWords(news.request)}`;
    case "changed":
      return `${requestWords(news.request)} changed, and asks for ${askedWords(news.request)}`;
    case "resolved":
    case "gone":
      return `request ${news.requestId} of device ${shortId(news.deviceId)} ${endWords(news)}`;
    case "dropped":
      return `${news.count} were dropped: they came faster than they were read`;
  }
}

function endWords(news: Extract<SeenNews["news"], { kind: "resolved" | "gone" }>): string {
  const decision = news.kind === "gone" ? undefined : news.decision;
  if (news.replacedBy !== undefined && decision !== "approved") return `was replaced by ${news.replacedBy}`;
  return decision === undefined ? "is gone: decided, or too old" : `was ${clip(decision)}`;
}

function requestWords({ requestId, deviceId }: RequestFacts): string {
  return `request ${requestId} of device ${shortId(deviceId)}`;
}

function askedWords(facts: RequestFacts): string {
  const { requestedScopes, newScopes, newRoles, keyFingerprint, remoteIp, label, displayName } = facts;
  const held = requestedScopes.filter((scope) => !newScopes.includes(scope));
  const key = facts.idFollowsFromKey === false ? "a key that is NOT this device's" : keyFingerprint ?? "not told";
  return [
    scopeWords(held, newScopes),
    ...(newRoles.length === 0 ? [] : [`to be ${someOf(newRoles)}`]),
    `key ${key}`,
    ...(remoteIp === undefined ? [] : [`from ${clip(remoteIp)}`]),
    ...(label === undefined && displayName === undefined ? [] : [`called ${nameWords(label, displayName)}`]),
  ].join("  ");
}
