// A text that comes piece by piece, of bounded length.

/** UTF-8; null: it is longer, and is given up. Throws what the pieces throw. */
export async function textWithin(pieces: AsyncIterable<Uint8Array>, mostBytes: number): Promise<string | null> {
  const kept: Uint8Array[] = [];
  let length = 0;
  for await (const piece of pieces) {
    length += piece.length;
    if (length > mostBytes) return null;
    kept.push(piece);
  }
  return Buffer.concat(kept).toString('utf8');
}
