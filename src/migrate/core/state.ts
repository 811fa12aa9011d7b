// A recording's state in BBB: in all but one its playback cannot be seen.
import type { BbbRecording } from '../model.js';

/** bbb-web's states, and `any` (its API's parameter `state`). */
export const STATES = ['published', 'unpublished', 'processing', 'processed', 'deleted', 'any'];

const WORDS: Record<string, string> = {
  unpublished: 'it is unpublished in BBB',
  processing: 'BBB is still processing it',
  processed: 'BBB has processed it, and not published it yet',
  deleted: 'it is deleted in BBB',
};

/** Why its playback cannot be seen; null: it can, for all that BBB says. */
export function whyHidden({ state, published }: Pick<BbbRecording, 'state' | 'published'>): string | null {
  const is = stateOf({ state, published });
  return is === 'published' ? null : (WORDS[is] ?? `its state in BBB is ${JSON.stringify(is.slice(0, 40))}`);
}

/** `states`: null, or holds `any`: it does not matter. */
export function isInStates(recording: Pick<BbbRecording, 'state' | 'published'>, states: string[] | null): boolean {
  return states === null || states.includes('any') || states.includes(stateOf(recording));
}

/** Scalelite and old servers say only whether it is published. */
function stateOf({ state, published }: Pick<BbbRecording, 'state' | 'published'>): string {
  const said = state.toLowerCase();
  const isUnpublished = published.toLowerCase() === 'false';
  return isUnpublished && (said === '' || said === 'published') ? 'unpublished' : said || 'published';
}
