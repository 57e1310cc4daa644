/**
 * What has come and was not taken yet, up to a limit: a reader that is slow, or has stopped, costs so much memory and no
 * more. What does not fit is counted, and the count stands where it is missing.
 */

export interface BacklogOptions<Item> {
  readonly mostItems: number;
  /** In characters, as `sizeOf` tells them; one item may be larger. */
  readonly mostSize: number;
  readonly sizeOf: (item: Item) => number;
  /** What stands for so many that were dropped. */
  readonly dropped: (count: number) => Item;
}

interface Waiting<Item> {
  readonly item: Item;
  readonly size: number;
}

export class Backlog<Item> {
  readonly #options: BacklogOptions<Item>;
  readonly #waiting: Waiting<Item>[] = [];
  #size = 0;
  /** How many were dropped behind the last that waits. */
  #dropped = 0;
  #end: { readonly error: Error | undefined } | undefined;
  #wake = () => {};

  constructor(options: BacklogOptions<Item>) {
    this.#options = options;
  }

  /** Adds an item, or counts it as dropped. After the end it does nothing. */
  put(item: Item): void {
    if (this.#end !== undefined) return;
    // Measuring takes as long as writing: what is taken at once is not measured.
    const size = this.#waiting.length === 0 ? 0 : this.#options.sizeOf(item);
    const isFull = this.#waiting.length >= this.#options.mostItems || this.#size + size > this.#options.mostSize;
    if (this.#waiting.length > 0 && isFull) {
      this.#dropped += 1;
      return;
    }
    this.#closeGap();
    this.#add(item, size);
  }

  /** Adds an item that must not be dropped, however much waits. After the end it does nothing. */
  keep(item: Item): void {
    if (this.#end !== undefined) return;
    this.#closeGap();
    this.#add(item, 0);
  }

  /** Nothing more will come; who takes past the last item is thrown the error, if there is one. */
  end(error?: Error): void {
    if (this.#end !== undefined) return;
    this.#closeGap();
    this.#end = { error };
    this.#wake();
  }

  /** The items in order, for one reader. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    for await (const batch of this.batches(1)) yield* batch;
  }

  /** The same, in batches of those that wait already, up to so many. */
  async *batches(mostItems: number): AsyncGenerator<readonly Item[]> {
    for (;;) {
      const taken = this.#waiting.splice(0, mostItems);
      if (taken.length > 0) {
        for (const { size } of taken) this.#size -= size;
        yield taken.map(({ item }) => item);
      } else if (this.#dropped > 0) {
        this.#closeGap();
      } else if (this.#end !== undefined) {
        if (this.#end.error !== undefined) throw this.#end.error;
        return;
      } else {
        await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    }
  }

  #closeGap(): void {
    if (this.#dropped === 0) return;
    const mark = this.#options.dropped(this.#dropped);
    this.#dropped = 0;
    this.#add(mark, this.#options.sizeOf(mark));
  }

  #add(item: Item, size: number): void {
    this.#waiting.push({ item, size });
    this.#size += size;
    this.#wake();
  }
}
