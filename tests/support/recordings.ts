/**
 * The recorded conversations in `tests/transcripts`, as a list of what happened, in order, over one or several
 * connections.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { PeerFacts } from "../../src/devgateway/peer.ts";
import { parseJson, type ProtocolVersion } from "../../src/protocol/mod.ts";

/** One line of a recording. `conn` counts connections from 0; `atMs` counts from the connection's opening. */
export type Moment =
  & { readonly conn: number; readonly atMs: number }
  & (
    | { readonly kind: "open"; readonly peer: PeerFacts }
    /** From the client: a frame, or a text that is none; `isBinary` as bytes. */
    | { readonly kind: "out"; readonly frame: unknown; readonly isBinary: boolean }
    | { readonly kind: "in"; readonly frame: Readonly<Record<string, unknown>> }
    | { readonly kind: "close"; readonly by: "client" | "gateway"; readonly code: number }
    /** A bootstrap token that the recorder read out of a setup code. */
    | { readonly kind: "decoded"; readonly token: string }
  );

export interface Recording {
  /** e.g. `2026.3.13/04b-wrong-token-with-device`. */
  readonly name: string;
  readonly protocol: ProtocolVersion;
  readonly auth: "token" | "password" | "none";
  readonly moments: readonly Moment[];
}

const folder = resolve(import.meta.dirname ?? ".", "../transcripts");

/** The secret of every recorded gateway. */
export const recordedSecret = "claw-lab-token-0123456789";

/** Every recording there is. */
export function readRecordings(): Recording[] {
  return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory()).flatMap(({ name: dir }) =>
    readdirSync(join(folder, dir)).filter((file) => file.endsWith(".jsonl")).map((file) => readRecording(dir, file))
  ).sort((a, b) => a.name.localeCompare(b.name));
}

function readRecording(dir: string, file: string): Recording {
  const version = dir === "official-cli" ? file : dir;
  const lines = readFileSync(join(folder, dir, file), "utf8").split("\n").filter((line) => line.trim() !== "")
    .map((line) => parseJson(line) as Line);
  return {
    name: `${dir}/${file.replace(".jsonl", "")}`,
    protocol: version.startsWith("2026.3.13") ? 3 : 4,
    auth: dir.endsWith("-none") ? "none" : dir.endsWith("-password") ? "password" : "token",
    moments: momentsOf(lines),
  };
}

interface Line {
  readonly t?: number;
  readonly dir?: string;
  readonly who?: string;
  readonly conn?: number;
  readonly frame?: unknown;
  readonly raw?: string;
  readonly op?: number;
  readonly close?: { readonly code: number };
  readonly http?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly decoded?: { readonly bootstrapToken: string };
}

function momentsOf(lines: readonly Line[]): Moment[] {
  const numbers = numberConnections(lines);
  return lines.flatMap((line, index): Moment[] => {
    const at = { conn: numbers[index] ?? 0, atMs: Math.ceil(line.t ?? 0) };
    const headers = openingOf(line);
    if (headers !== undefined) return [{ ...at, kind: "open", peer: peerOf(headers) }];
    if (line.decoded !== undefined) return [{ ...at, kind: "decoded", token: line.decoded.bootstrapToken }];
    if (line.close !== undefined) {
      return [{ ...at, kind: "close", by: line.dir === "out" ? "client" : "gateway", code: line.close.code }];
    }
    if (line.dir === "out" && line.raw !== undefined) {
      return [{ ...at, kind: "out", frame: padded(line.raw), isBinary: line.op === 2 }];
    }
    if (line.dir === "out" && line.frame !== undefined) {
      return [{ ...at, kind: "out", frame: line.frame, isBinary: false }];
    }
    if (line.dir === "in" && isObject(line.frame)) return [{ ...at, kind: "in", frame: line.frame }];
    return [];
  });
}

/** A client that opens its next connection may still hear from the one before, until the next one's challenge. */
function numberConnections(lines: readonly Line[]): number[] {
  const current = new Map<string, number>();
  const next = new Map<string, number>();
  let count = 0;
  return lines.map((line) => {
    const who = String(line.who ?? line.conn ?? "");
    if (openingOf(line) !== undefined) {
      next.set(who, count);
      return count++;
    }
    const isChallenge = isObject(line.frame) && line.frame["event"] === "connect.challenge";
    if (isChallenge || !current.has(who)) current.set(who, next.get(who) ?? 0);
    return current.get(who) ?? 0;
  });
}

function openingOf(line: Line): Readonly<Record<string, string>> | undefined {
  return line.headers ?? (line.dir === "out" && line.http ? headersOf(line.http) : undefined);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The recorder wrote a note in place of a message that was only long. */
function padded(raw: string): string {
  if (!raw.startsWith("<connect with 70 KiB")) return raw;
  return JSON.stringify({ type: "req", id: "1", method: "connect", params: { pad: "x".repeat(70 * 1024) } });
}

function headersOf(http: readonly string[]): Record<string, string> {
  return Object.fromEntries(http.slice(1).map((line) => line.split(/: (.*)/s, 2) as [string, string]));
}

function peerOf(headers: Readonly<Record<string, string>>): PeerFacts {
  const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return {
    address: "127.0.0.1",
    host: lower.get("host"),
    origin: lower.get("origin"),
    forwardedFor: lower.get("x-forwarded-for"),
    forwardedHost: lower.get("x-forwarded-host"),
    forwardedProto: lower.get("x-forwarded-proto"),
  };
}
