// Reads a request's body as Django's REST framework does: JSON, form or multipart.

export type PodBody =
  | { kind: 'fields'; fields: Record<string, unknown>; form: boolean }
  | { kind: 'unsupported'; mediaType: string }
  | { kind: 'unparsable'; detail: string }
  | { kind: 'notAnObject'; type: string };

/** An empty body counts as an empty form, whatever its type says. */
export function parseBody(contentType: string, body: Buffer): PodBody {
  if (body.length === 0) return { kind: 'fields', fields: {}, form: true };
  const mediaType = (contentType.split(';')[0] ?? '').trim().toLowerCase();
  switch (mediaType) {
    case 'application/json':
      return parseJson(body.toString());
    case 'application/x-www-form-urlencoded':
      return { kind: 'fields', fields: Object.fromEntries(new URLSearchParams(body.toString())), form: true };
    case 'multipart/form-data':
      return { kind: 'fields', fields: parseMultipart(contentType, body.toString()), form: true };
    default:
      return { kind: 'unsupported', mediaType: contentType };
  }
}

function parseJson(text: string): PodBody {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: 'unparsable', detail: `JSON parse error - ${pythonComplaint(text, String(error))}` };
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return { kind: 'notAnObject', type: pythonType(value) };
  }
  return { kind: 'fields', fields: value as Record<string, unknown>, form: false };
}

/** Exact for a text that ends too early; near enough for the others. */
function pythonComplaint(text: string, complaint: string): string {
  const position = Number(/position (\d+)/.exec(complaint)?.[1] ?? text.length);
  const before = text.slice(0, position).split('\n');
  return `Expecting value: line ${before.length} column ${(before.at(-1) ?? '').length + 1} (char ${position})`;
}

/** Python's name for what stands in a JSON text. */
export function pythonType(value: unknown): string {
  if (value === null) return 'NoneType';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  return { boolean: 'bool', string: 'str', object: 'dict' }[typeof value as string] ?? 'str';
}

function parseMultipart(contentType: string, body: string): Record<string, string> {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  const fields: Record<string, string> = {};
  if (boundary === undefined) return fields;
  for (const part of `\r\n${body}`.split(`\r\n--${boundary}`).slice(1)) {
    const end = part.indexOf('\r\n\r\n');
    const name = /^content-disposition:.*?\bname="([^"]*)"/im.exec(part.slice(0, Math.max(end, 0)))?.[1];
    if (name !== undefined) fields[unquote(name)] = part.slice(end + 4);
  }
  return fields;
}

/** Browsers and `FormData` write quotes and line ends in names as per cent codes. */
function unquote(name: string): string {
  return name.replace(/%22/g, '"').replace(/%0D/g, '\r').replace(/%0A/g, '\n');
}
