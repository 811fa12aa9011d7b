// Takes secrets out of what is logged, mailed or shown, and makes one line of any text.
import { streamUrlParts } from './stream-url.js';

/** Stands where a secret stood. */
const MASK = '***';

/** A shorter secret is taken out where it stands alone only: a password `ap` must not maim words. */
const LONG_ENOUGH = 8;

/** Not inside a word; after `%3D`, which ends with a letter, a word begins all the same. */
const WORD_START = String.raw`(?:(?<![\p{L}\p{N}])|(?<=%[0-9A-Fa-f]{2}))`;
const WORD_END = String.raw`(?![\p{L}\p{N}])`;

/** The value of a parameter: quoted, or up to a blank or a separator. */
const VALUE = String.raw`(?:"[^"]*"|'[^']*'|[^\s&;,"'<>]+)`;

/** Secrets that are known by what stands before them, whatever they are. The last group is kept. */
const MARKED: [RegExp, string][] = [
  [/\b(authorization["']?\s*[:=]\s*["']?)(?:(?:token|basic|bearer)\s+)?[^\s"',]+/giu, `$1${MASK}`],
  [/\b(token\s+)[0-9a-f]{8,}\b/giu, `$1${MASK}`],
  [/(checksum(?:=|%3d))(?:(?!%26)[^\s&"'<>])*/giu, `$1${MASK}`],
  [
    new RegExp(
      String.raw`((?:password|passwd|\bpwd|attendeePW|moderatorPW)["']?\s*(?:=|:(?!/)|%3d)\s*)${VALUE}`,
      'giu',
    ),
    `$1${MASK}`,
  ],
  [new RegExp(String.raw`((?:secret|token)(?:=|%3d))${VALUE}`, 'giu'), `$1${MASK}`],
  [/<((?:attendee|moderator)(?:PW|Password))>[^<]*(<\/\1>|$)/giu, `<$1>${MASK}$2`],
];

/** Redactor for a configuration's secrets and for everything that looks like one. */
export function createRedactor(secrets: string[]): (text: string) => string {
  const known = patternOf(secrets);
  return (text) => {
    const withoutKnown = known === null ? text : text.replace(known, MASK);
    const withoutUrls = withoutKnown.replace(/\b(?:rtmp[a-z]*|smtps?):\/\/[^\s"'<>]+/giu, maskCredentials);
    return MARKED.reduce((masked, [pattern, replacement]) => masked.replace(pattern, replacement), withoutUrls);
  };
}

function patternOf(secrets: string[]): RegExp | null {
  const forms = new Set(secrets.filter((secret) => secret.trim() !== '').flatMap(formsOf));
  if (forms.size === 0) return null;
  // The longest first, so that a secret that holds another one is taken out whole.
  const alternatives = [...forms].sort((one, other) => other.length - one.length).map(alternativeOf);
  return new RegExp(alternatives.join('|'), 'gu');
}

/** A secret as it stands in texts: itself, in URLs, in forms, in JSON, in XML and, for Compose, with doubled dollars. */
function formsOf(secret: string): string[] {
  const text = wellFormed(secret);
  const inUrl = encodeURIComponent(text);
  const encoded = [inUrl, encodeURI(text), inUrl.replace(/%20/g, '+'), strictly(inUrl)];
  const inXml = secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  return [
    secret,
    ...encoded,
    ...encoded.map((form) => form.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    JSON.stringify(secret).slice(1, -1),
    inXml,
    inXml.replace(/"/g, '&quot;').replace(/'/g, '&#39;'),
    secret.replace(/\$/g, '$$$$'),
  ];
}

/** RFC 3986: some programs also encode the five characters that encodeURIComponent leaves. */
function strictly(encoded: string): string {
  return encoded.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function alternativeOf(form: string): string {
  const literal = form.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  return form.length < LONG_ENOUGH ? `${WORD_START}${literal}${WORD_END}` : literal;
}

function maskCredentials(url: string): string {
  const { credentials, withoutCredentials } = streamUrlParts(url);
  return credentials === '' ? url : withoutCredentials.replace('://', `://${MASK}@`);
}

/**
 * One line, whatever the text holds: control characters, line and paragraph separators, and the characters that turn
 * the direction of writing become blanks; halves of surrogate pairs become U+FFFD.
 */
export function oneLine(text: string): string {
  return wellFormed(text)
    .replace(/\r\n/g, ' ')
    .replace(/[\p{Cc}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ');
}

/** Halves of surrogate pairs are no text: encodeURIComponent throws on them. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/gu, '\ufffd');
}

/** One line of at most so many characters, where blanks of any kind and number are one; `mark` ends what was cut. */
export function truncate(text: string, maximum: number, mark = '…'): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ').trim();
  return line.length <= maximum ? line : `${line.slice(0, maximum - mark.length).replace(/\p{Cs}$/u, '')}${mark}`;
}
