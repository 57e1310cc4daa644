/**
 * Which wishes for more somebody may wait for, by the id of their request. What became of one: `scope_upgrades.ts`.
 */

/** A paired device's wish, as it stood when it was made. */
export interface Upgrade {
  readonly deviceId: string;
  readonly scopes: readonly string[];
  readonly tokenBefore: string | undefined;
  readonly expiresAtMs: number;
}

/** The wishes that somebody may wait for. */
export class Upgrades {
  readonly #wishes = new Map<string, Upgrade>();

  register(requestId: string, wish: Upgrade): void {
    const tokenBefore = this.#wishes.get(requestId)?.tokenBefore ?? wish.tokenBefore;
    this.#wishes.set(requestId, { ...wish, tokenBefore });
  }

  find(requestId: string): Upgrade | undefined {
    return this.#wishes.get(requestId);
  }
}
