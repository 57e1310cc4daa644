/**
 * PEM text from files: whether what it holds are certificates. The parser is the system's TLS library's, and is loaded
 * only when it is asked: `node:crypto` costs 4 ms at start.
 */

/** The certificates in a text, whole or damaged, each as its own PEM. */
function blocksOf(text: string): readonly string[] {
  return text.split(/(?=-----BEGIN )/).filter((block) => /^-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----/.test(block));
}

/** How many certificates a text holds; undefined when one of them is damaged. */
export async function countCertificates(text: string): Promise<number | undefined> {
  const blocks = blocksOf(text);
  const { X509Certificate } = await import("node:crypto");
  try {
    for (const block of blocks) new X509Certificate(block);
  } catch {
    return undefined;
  }
  return blocks.length;
}

/** The SHA-256 of a text's first certificate, as openssl prints it; undefined when there is none that is whole. */
export async function fingerprintOf(text: string): Promise<string | undefined> {
  const [first] = blocksOf(text);
  if (first === undefined) return undefined;
  const { X509Certificate } = await import("node:crypto");
  try {
    return new X509Certificate(first).fingerprint256;
  } catch {
    return undefined;
  }
}
