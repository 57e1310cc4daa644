/**
 * What a step wants done, as data: `session.ts` decides, `gateway.ts` does it, in this order. That keeps every decision
 * free of sockets and timers. Next: `session.ts`.
 */
import type { Frame } from "../protocol/mod.ts";

/** What a log line says besides when and on which connection. */
export interface LogNote {
  /** The real gateway's words for it, e.g. `handshake timeout`. */
  readonly event: string;
  readonly text: string;
  /** One sentence on what the client did wrong, and what would be right. */
  readonly advice?: string;
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** Tell every client that may see the event. `versioned` adds `stateVersion`. */
export interface Emit {
  readonly kind: "emit";
  readonly event: string;
  readonly payload: unknown;
  readonly versioned?: boolean;
}

/** What concerns no connection in particular: events, and deciding again after a while. */
export type Broadcast =
  | Emit
  | { readonly kind: "later"; readonly afterMs: number; readonly decide: () => readonly Broadcast[] };

export type Effect =
  | Broadcast
  /** Answer this client. */
  | { readonly kind: "send"; readonly frame: Frame }
  /** End this connection; `cause` and `advice` go into the log when it has ended. */
  | {
    readonly kind: "close";
    readonly code: number;
    readonly reason: string;
    readonly cause: string;
    readonly advice: string;
  }
  /** End every connection of a device whose credential is gone. */
  | { readonly kind: "evict"; readonly deviceId: string; readonly role: string | undefined }
  /** Ask `decide` every `everyMs` until it knows what to do, or this connection has ended. */
  | { readonly kind: "until"; readonly everyMs: number; readonly decide: () => readonly Effect[] | undefined }
  /** Run a cron job by hand; forced: whether or not it is due. */
  | { readonly kind: "run"; readonly jobId: string; readonly runId: string; readonly isForced: boolean }
  | { readonly kind: "log"; readonly note: LogNote };

/** A close reason may be 123 bytes of UTF-8 (RFC 6455 §5.5); the gateway cuts it there. */
export function cutReason(reason: string): string {
  const bytes = new TextEncoder().encode(reason);
  if (bytes.length <= 123) return reason;
  return new TextDecoder().decode(bytes.slice(0, 123)).replace(/\uFFFD$/, "");
}
