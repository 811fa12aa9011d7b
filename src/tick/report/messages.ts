// What an administrator is told of each kind of problem: what happened, what will happen next and what to do.
import type { Problem, ProblemKind } from '../model.js';
import { ENGLISH } from './messages-en.js';
import { FRENCH } from './messages-fr.js';

export type MessageLanguage = 'en' | 'fr';

/** `what` has no full stop: the bare fact (`Problem.detail`) follows it. */
export interface Sentences {
  /** A few words: the headline in the mail. */
  title: string;
  what: string;
  /** Whole sentences. */
  next: string;
}

/** A kind without sentences does not compile. */
export type Messages = Record<ProblemKind, Sentences>;

const MESSAGES: Record<MessageLanguage, Messages> = { en: ENGLISH, fr: FRENCH };

const PLACES: Record<MessageLanguage, { live: string; slot: string; colon: string }> = {
  en: { live: 'Livestream', slot: 'slot', colon: ': ' },
  fr: { live: 'Direct', slot: 'emplacement', colon: ' : ' },
};

/** The sentences for a problem; the title begins with the livestream and the slot that it is about. */
export function problemText(
  problem: Pick<Problem, 'kind'>,
  language: MessageLanguage,
  place: { livestreamId: number | null; slot: number | null },
): Sentences {
  const { title, what, next } = MESSAGES[language][problem.kind];
  return { title: headline(title, language, place), what, next };
}

function headline(
  title: string,
  language: MessageLanguage,
  place: { livestreamId: number | null; slot: number | null },
): string {
  const words = PLACES[language];
  const parts = [
    ...(place.livestreamId === null ? [] : [`${words.live} ${place.livestreamId}`]),
    ...(place.slot === null ? [] : [`${words.slot} ${place.slot}`]),
  ];
  if (parts.length === 0) return title;
  const start = parts.join(', ');
  return `${start.charAt(0).toUpperCase()}${start.slice(1)}${words.colon}${midSentence(title)}`;
}

/** Names (BBB, Pod) keep their capital. */
function midSentence(title: string): string {
  return /^(BBB|Pod)\b/.test(title) ? title : title.charAt(0).toLowerCase() + title.slice(1);
}
