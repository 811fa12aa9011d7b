// Takes a mail apart just far enough to read it: decoded headers, the text part and the HTML part.

export interface ParsedMail {
  /** Names in lower case, values unfolded and decoded. */
  headers: Record<string, string>;
  subject: string;
  from: string;
  to: string;
  text: string;
  html: string;
}

export function parseMail(raw: Buffer): ParsedMail {
  const root = splitPart(raw.toString('latin1'));
  const parts = leaves(root);
  const bodyOf = (type: string): string => {
    const part = parts.find((one) => one.type === type);
    return part === undefined ? '' : decodeBody(part);
  };
  const { headers } = root;
  return {
    headers,
    subject: headers['subject'] ?? '',
    from: headers['from'] ?? '',
    to: headers['to'] ?? '',
    text: bodyOf('text/plain'),
    html: bodyOf('text/html'),
  };
}

interface Part {
  headers: Record<string, string>;
  type: string;
  /** Bytes as latin1 characters. */
  body: string;
}

function splitPart(text: string): Part {
  const end = /\r?\n\r?\n/.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  const headers: Record<string, string> = {};
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const at = line.indexOf(':');
    if (at > 0) headers[line.slice(0, at).toLowerCase()] = decodeHeader(line.slice(at + 1).trim());
  }
  const type = (headers['content-type'] ?? 'text/plain').split(';')[0]?.trim().toLowerCase() ?? '';
  return { headers, type, body: end === null ? '' : text.slice(end.index + end[0].length) };
}

function leaves(part: Part): Part[] {
  const boundary = /boundary="?([^";]+)"?/i.exec(part.headers['content-type'] ?? '')?.[1];
  if (!part.type.startsWith('multipart/') || boundary === undefined) return [part];
  return `\n${part.body}`
    .split(new RegExp(`\\r?\\n--${boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`))
    .slice(1)
    .filter((piece) => !piece.startsWith('--'))
    .flatMap((piece) => leaves(splitPart(piece.replace(/^[ \t]*\r?\n/, ''))));
}

function decodeBody(part: Part): string {
  const encoding = (part.headers['content-transfer-encoding'] ?? '').toLowerCase();
  const charset = /charset="?([^";]+)"?/i.exec(part.headers['content-type'] ?? '')?.[1] ?? 'utf-8';
  if (encoding === 'base64') return decodeBytes(Buffer.from(part.body, 'base64'), charset);
  const body = encoding === 'quoted-printable' ? decodeQuotedPrintable(part.body.replace(/=\r?\n/g, '')) : part.body;
  return decodeBytes(Buffer.from(body, 'latin1'), charset);
}

function decodeQuotedPrintable(text: string): string {
  return text.replace(/=([0-9A-F]{2})/gi, (_match, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

function decodeBytes(bytes: Buffer, charset: string): string {
  return new TextDecoder(charset).decode(bytes);
}

/** RFC 2047: blanks between two encoded words do not count, and a character may be spread over both. */
function decodeHeader(value: string): string {
  const words = /((?:=\?[^?]+\?[bq]\?[^?]*\?=(?:\s+(?==\?))?)+)/gi;
  return value.replace(words, (run) => {
    const pieces = [...run.matchAll(/=\?([^?]+)\?([bq])\?([^?]*)\?=/gi)];
    const bytes = pieces.map(([, , encoding, content = '']) =>
      /b/i.test(encoding ?? '')
        ? Buffer.from(content, 'base64')
        : Buffer.from(decodeQuotedPrintable(content.replaceAll('_', ' ')), 'latin1'),
    );
    return decodeBytes(Buffer.concat(bytes), pieces[0]?.[1] ?? 'utf-8');
  });
}
