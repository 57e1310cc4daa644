/**
 * The product's version, as `claw --version` prints it and as the gateway sees it in `connect`.
 * Kept equal to `deno.json`'s by `scripts/build.ts`, which refuses to build when the two differ.
 */
export const version = "0.1.0";
