/**
 * A token or password that cannot be shown by accident: template strings, JSON and console all get `***`. Only
 * `reveal` hands the text out, so that a search for it finds every place where a secret leaves this class.
 */

const mask = "***";

export class Secret {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The secret itself: for the wire, and for keyed fingerprints. */
  reveal(): string {
    return this.#text;
  }

  /** Whether both hold the same text. */
  equals(other: Secret): boolean {
    return this.#text === other.#text;
  }

  toString(): string {
    return mask;
  }

  toJSON(): string {
    return mask;
  }

  /** What Node's and Bun's console print. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return mask;
  }

  /** What Deno's console prints. */
  [Symbol.for("Deno.customInspect")](): string {
    return mask;
  }
}
