// What a look at the page means.
import type { Look, PageSight } from '../model.js';
import type { PartName } from './selectors.js';

export function pageSightOf(look: Look): PageSight {
  const { parts } = look;
  const has = (part: PartName): boolean => parts.includes(part);
  if (look.url === '' || look.url === 'about:blank') return { kind: 'blank' };
  const refusal = refusalIn(look);
  if (refusal !== null) return { kind: 'refused', why: refusal };
  if (has('guestLobby') || /\/guest-?wait/i.test(look.url)) return { kind: 'lobby' };
  if (has('meetingEnded')) return { kind: 'ended' };
  if (has('errorScreen')) return { kind: 'ended' };
  if (look.hasApp) return { kind: 'client', parts, isPlaying: look.isPlaying };
  return look.text === '' ? { kind: 'blank' } : { kind: 'off' };
}

/** BigBlueButton refuses with XML, or with a redirect to the logout address whose `errors` say why. */
function refusalIn({ url, text, hasApp }: Look): string | null {
  const errors = URL.canParse(url) ? new URL(url).searchParams.get('errors') : null;
  if (errors !== null) return short(messagesIn(errors) ?? errors);
  if (hasApp || !text.includes('FAILED')) return null;
  const key = /<messageKey>([^<]*)<|FAILED\s*([A-Za-z]+)/.exec(text);
  return short(key?.[1] ?? key?.[2] ?? text);
}

function messagesIn(errors: string): string | null {
  const found = [...errors.matchAll(/"(?:message|key)"\s*:\s*"([^"]*)"/g)].map((match) => match[1] ?? '');
  return found.length === 0 ? null : found.join(', ');
}

function short(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
