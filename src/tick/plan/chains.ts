// The chains of acts: how a live is started, ended, undone; and what follows when an act of a chain fails.
import type { Wish } from '../../shared/wanted.js';
import type { Effect, EffectName, SlotRecord } from '../model.js';

/** What is kept of a container's output when it goes for good; in debug mode, here as below, all of it is. */
export const LAST_OUTPUT: Effect = { do: 'saveOutput', lines: 1000 };

/** When it is started again: of one that fails again and again each start has its part. */
const OUTPUT_BEFORE_RESTART: Effect = { do: 'saveOutput', lines: 200 };

/** From a reserved slot to a live that is known: also what is left of it, for every act is safe to repeat. */
export function startChain(record: SlotRecord): Effect[] {
  return [{ do: 'claim', act: { is: 'begin' } }, ...afterClaim(record)];
}

/** From a claimed broadcaster on. */
export function afterClaim(record: SlotRecord): Effect[] {
  return [{ do: 'tellPodStarted', act: { is: 'look' } }, ...afterTold(record)];
}

/** From Pod's row in progress on. */
export function afterTold(record: SlotRecord): Effect[] {
  return [{ do: 'clearOut' }, { do: 'render', onlyIfDamaged: false }, { do: 'up' }, ...afterUp(record)];
}

function afterUp(record: SlotRecord): Effect[] {
  const mail: Effect[] = record.startMailSent ? [] : [{ do: 'mailStart' }];
  const chat: Effect[] = record.enableChat ? [{ do: 'pingChat' }] : [];
  const isPageKnown = record.webinar !== undefined && record.webinar.page !== null;
  return [...(isPageKnown ? [{ do: 'tellWebinarStarted' } as const] : []), ...mail, ...chat];
}

/** What is left of an ending, by how far it has come. */
export function stopChain(record: SlotRecord, endedAt: string, because?: string): Effect[] {
  const afterDown: Effect[] = [{ do: 'moveOut' }, ...tellingOfEnd(record), { do: 'release' }];
  if (record.step === 'down') return afterDown;
  const begin: Effect[] =
    record.step === 'stopping' ? [] : [{ do: 'beginStop', endedAt, ...(because === undefined ? {} : { because }) }];
  return [...begin, { do: 'render', onlyIfDamaged: true }, { do: 'finish' }, LAST_OUTPUT, { do: 'down' }, ...afterDown];
}

/** Nobody but us may have seen the end: Pod is told. The broadcaster of a gateway stays, and is switched off. */
function tellingOfEnd({ webinar, broadcasterRemoved }: SlotRecord): Effect[] {
  if (webinar !== undefined) return [{ do: 'switchOff' }, { do: 'tellWebinarStopped' }];
  const removal = broadcasterRemoved ? [] : [{ do: 'removeBroadcaster', act: { is: 'look' } } as const];
  return [...removal, { do: 'tellPodStopped' }];
}

/** A claim that was never told to Pod, or that another server has won: the broadcaster goes, the slot is free. */
export function unclaimChain(): Effect[] {
  return [{ do: 'beginUndo', step: 'unclaiming' }, { do: 'removeBroadcaster', act: { is: 'look' } }, { do: 'release' }];
}

/** A start that failed: nothing of it runs, and what it has recorded is out of the slot. */
function undoingOfUp(): Effect[] {
  return [
    { do: 'beginUndo', step: 'givingBack' },
    { do: 'render', onlyIfDamaged: true },
    LAST_OUTPUT,
    { do: 'down' },
    { do: 'keepFragments' },
  ];
}

/** A start that failed after Pod was told: the request waits again. */
export function giveBackChain(): Effect[] {
  return [
    ...undoingOfUp(),
    { do: 'tellPodGivenBack' },
    { do: 'removeBroadcaster', act: { is: 'look' } },
    { do: 'release' },
  ];
}

/** A webinar's start that failed: what Pod's calls want stays, and Pod itself has said that it is in progress. */
export function giveUpWebinarChain(): Effect[] {
  return [...undoingOfUp(), { do: 'release' }];
}

/** Pod's call asks for a live that runs to be started anew: it stays the same live, with one recording more. */
export function restartWebinarChain({ generation, chatShown }: Pick<Wish, 'generation' | 'chatShown'>): Effect[] {
  return [
    { do: 'learn', live: { showChat: chatShown }, webinar: {} },
    { do: 'finish' },
    OUTPUT_BEFORE_RESTART,
    { do: 'render', onlyIfDamaged: false },
    { do: 'down' },
    // From here on it is one whose container has gone.
    { do: 'learn', live: {}, webinar: { generation } },
    { do: 'revive', anew: true },
  ];
}

/** The container of a live in progress is started again; `container`: what there is of it. */
export function reviveChain(container: 'stopped' | 'absent'): Effect[] {
  const output: Effect[] = container === 'absent' ? [] : [OUTPUT_BEFORE_RESTART];
  return [{ do: 'noteRestart' }, ...output, { do: 'render', onlyIfDamaged: false }, { do: 'revive', anew: false }];
}

/** One that runs and does not do its work is made anew; what it has recorded is closed as well as may be. */
export function restartChain(): Effect[] {
  return [
    { do: 'noteRestart' },
    OUTPUT_BEFORE_RESTART,
    { do: 'finish' },
    { do: 'render', onlyIfDamaged: false },
    ...reviveAnewChain(),
  ];
}

/** Containers that cannot be started as they are: their network is gone, or Compose cannot make use of them any more. */
export function reviveAnewChain(): Effect[] {
  return [{ do: 'down' }, { do: 'revive', anew: true }];
}

/**
 * What a failed act of a chain is followed by. Nothing: the next tick goes on from the slot file. `certain`: the other
 * side refused, so the act was not done. `step`: the record's, when the act failed.
 */
export function undoAfter(
  failed: EffectName,
  certain: boolean,
  step: SlotRecord['step'] | null,
  isWebinar = false,
): Effect[] {
  switch (failed) {
    case 'claim':
      return certain ? [{ do: 'release' }] : [];
    case 'tellPodStarted':
      return certain ? unclaimChain() : [];
    case 'render':
    case 'up':
      if (step !== 'told') return [];
      return isWebinar ? giveUpWebinarChain() : giveBackChain();
    default:
      return [];
  }
}

/** Acts whose failure leaves the rest of the chain to be done in the same tick: reports, and comforts. */
const NOT_ESSENTIAL: ReadonlySet<EffectName> = new Set([
  'clearOut',
  'keepFragments',
  'mailStart',
  'pingChat',
  'saveOutput',
  'finish',
  'explainSilence',
  'settleWish',
  'tellWebinarStarted',
  'prolongEvent',
]);

/**
 * Acts that end a container. A full disk, on which their beginning cannot be noted and no compose file be mended, must not
 * keep it recording.
 */
const ENDING: ReadonlySet<EffectName> = new Set(['render', 'finish', 'saveOutput', 'down']);

/** A compose file that could not be written fails the start; an end can do without. */
const NEEDS_COMPOSE_FILE: ReadonlySet<EffectName> = new Set(['up', 'revive', 'mailStart', 'pingChat']);

/** Whether an act may be done although these of its chain have failed before it. */
export function mayFollow(effect: EffectName, failed: readonly EffectName[]): boolean {
  if (NEEDS_COMPOSE_FILE.has(effect) && failed.includes('render')) return false;
  const essential = failed.filter((name) => !NOT_ESSENTIAL.has(name) && name !== 'render');
  // Once the container is down the broadcaster goes, even while its recording cannot be moved: viewers must not see a dead live.
  if (effect === 'removeBroadcaster' || effect === 'switchOff') return essential.every((name) => name === 'moveOut');
  // docker-compose may remove the containers, and then fail on their network.
  if (effect === 'revive') return essential.every((name) => name === 'down');
  if (ENDING.has(effect)) return essential.every((name) => name === 'beginStop');
  return essential.length === 0;
}
