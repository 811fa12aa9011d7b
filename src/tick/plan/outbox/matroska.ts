// What the first bytes of a file say of it: whether it is a Matroska file, and whether its end was written.
// Source: RFC 8794 (EBML: ids, sizes, sizes that are not known), RFC 9559 (Matroska).

/** `whole`: all of its segment is there. `open`: its end was not written, or not yet. `none`: no player can make anything of it. */
export type MatroskaHead = { is: 'whole' } | { is: 'open' } | { is: 'none'; why: string };

/** So many bytes from the beginning are enough; writers need a hundred. */
export const HEAD_BYTES = 4096;

const EBML = 0x1a45dfa3;
const DOC_TYPE = 0x4282;
const SEGMENT = 0x18538067;

/** WebM is Matroska with fewer codecs. */
const DOC_TYPES = new Set(['matroska', 'webm']);

/** An element of which the content begins at `from` and ends before `end`; null: its size is not known. */
interface Element {
  id: number;
  from: number;
  end: number | null;
}

/** `bytes`: the first ones; `size`: of the whole file. */
export function matroskaHead(bytes: Uint8Array, size: number): MatroskaHead {
  if (size === 0) return { is: 'none', why: 'it is empty' };
  const header = elementAt(bytes, 0);
  if (header?.id !== EBML || header.end === null) return { is: 'none', why: 'it is no Matroska file' };
  if (!DOC_TYPES.has(docType(bytes, header.from, header.end))) return { is: 'none', why: 'it is no Matroska file' };
  const segment = firstSegment(bytes, header.end);
  if (segment === null) return { is: 'none', why: 'it ends before its content begins' };
  return { is: segment.end !== null && segment.end <= size ? 'whole' : 'open' };
}

/** What stands between the header and the segment (padding, a checksum) is passed over. */
function firstSegment(bytes: Uint8Array, start: number): Element | null {
  let found = elementAt(bytes, start);
  while (found !== null && found.id !== SEGMENT && found.end !== null) found = elementAt(bytes, found.end);
  return found?.id === SEGMENT ? found : null;
}

/** `matroska` where none is said. */
function docType(bytes: Uint8Array, start: number, end: number): string {
  let found = elementAt(bytes, start);
  while (found?.end != null && found.end <= end) {
    if (found.id === DOC_TYPE) return String.fromCharCode(...bytes.subarray(found.from, found.end)).replace(/\0+$/, '');
    found = elementAt(bytes, found.end);
  }
  return 'matroska';
}

function elementAt(bytes: Uint8Array, at: number): Element | null {
  const id = numberAt(bytes, at, 'with its marker');
  if (id === null || id.value === null) return null;
  const length = numberAt(bytes, id.end, 'without');
  if (length === null) return null;
  return { id: id.value, from: length.end, end: length.value === null ? null : length.end + length.value };
}

/**
 * A number of variable length: the zeros before its first one say how many bytes follow. All ones: not known (`value` is
 * null). Null where there is none, or the bytes end before it does.
 */
function numberAt(
  bytes: Uint8Array,
  at: number,
  marker: 'with its marker' | 'without',
): { value: number | null; end: number } | null {
  const first = bytes[at];
  if (first === undefined || first === 0) return null;
  const length = Math.clz32(first) - 23;
  const end = at + length;
  if (end > bytes.length) return null;
  let value = marker === 'without' ? first & (0xff >> length) : first;
  let isKnown = (first & (0xff >> length)) !== 0xff >> length;
  for (const byte of bytes.subarray(at + 1, end)) {
    value = value * 256 + byte;
    if (byte !== 0xff) isKnown = true;
  }
  return { value: isKnown ? value : null, end };
}
