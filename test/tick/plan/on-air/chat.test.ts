// Whether viewers' messages reach a live in progress, and how often that is asked.
import { describe, expect, test } from '@jest/globals';
import type { ChatSight, SlotRecord, Watched } from '../../../../src/tick/model.js';
import { isChatAsked, opinionOfChat } from '../../../../src/tick/plan/on-air/chat.js';
import { NOW, slotRecord } from '../../../support/memory/samples.js';

function ago(minutes: number): string {
  return new Date(NOW.getTime() - minutes * 60_000).toISOString();
}

const WELL: ChatSight = { silence: null, fromPod: { asked: 'live1.univ.test:6379', fault: null }, listeners: 1 };
const SILENT: ChatSight = { silence: 'no answer', fromPod: null, listeners: null };
const HIDDEN: ChatSight = { ...WELL, fromPod: { asked: 'live1.univ.test:6379', fault: 'ECONNREFUSED' } };
const DEAF: ChatSight = { ...WELL, listeners: 0 };

const YOUNG: Partial<SlotRecord> = { upAt: ago(2) };
const OLD: Partial<SlotRecord> = { upAt: ago(3) };
const HEARD: Partial<SlotRecord> = { upAt: ago(30), chatHeardAt: ago(29) };
const STARTED_AGAIN: Partial<SlotRecord> = { upAt: ago(1), chatHeardAt: ago(29) };
const NOTHING = [null, false, undefined];

describe('the chat of a live', () => {
  test.each<[string, ChatSight, Partial<SlotRecord>, Watched | undefined, unknown[]]>([
    ['is heard for the first time: noted', WELL, YOUNG, undefined, [null, true, undefined]],
    [
      'is heard, where this host cannot tell what Pod sees',
      { ...WELL, fromPod: null },
      YOUNG,
      undefined,
      [null, true, undefined],
    ],
    ['was heard before: nothing', WELL, HEARD, undefined, NOTHING],
    ['is heard again after its container was started again', WELL, STARTED_AGAIN, undefined, [null, true, undefined]],
    ['of a Redis that does not tell who listens: nothing', { ...WELL, listeners: null }, OLD, undefined, NOTHING],
    ['is deaf, just after the start', DEAF, YOUNG, undefined, NOTHING],
    ['is deaf after three minutes: told', DEAF, OLD, undefined, ['chatUnheard', false, undefined]],
    ['was not heard since its container was started again: that has time', DEAF, STARTED_AGAIN, undefined, NOTHING],
    [
      'is not to be found by Pod, after three minutes: told',
      HIDDEN,
      OLD,
      undefined,
      ['chatUnreachable', false, undefined],
    ],
    ['is silent after three minutes: told as what it is', SILENT, OLD, undefined, ['chatSilent', false, undefined]],
    ['of a live whose start is not known', DEAF, { reservedAt: ago(10) }, undefined, ['chatUnheard', false, undefined]],
    ['was heard and is deaf: remembered', DEAF, HEARD, undefined, [null, false, NOW.toISOString()]],
    ['has been deaf for two minutes', DEAF, HEARD, { deafSince: ago(2) }, [null, false, ago(2)]],
    ['has been deaf for three minutes: told', DEAF, HEARD, { deafSince: ago(3) }, ['chatUnheard', false, ago(3)]],
    ['was deaf and is heard: nothing is left to remember', WELL, HEARD, { deafSince: ago(3) }, NOTHING],
  ])('%s', (_name, sight, changes, watched, expected) => {
    const record = slotRecord(1, { enableChat: true, ...changes });
    const { problem, isNewlyHeard, deafSince } = opinionOfChat(sight, record, watched, 1, NOW);
    expect([problem?.kind ?? null, isNewlyHeard, deafSince]).toEqual(expected);
  });

  test('the problem names the address, and the channel', () => {
    const record = slotRecord(1, { enableChat: true, ...OLD });
    const detailOf = (sight: ChatSight): string | undefined =>
      opinionOfChat(sight, record, undefined, 3, NOW).problem?.detail;
    expect(detailOf(HIDDEN)).toBe('nobody answers on live1.univ.test:6379: ECONNREFUSED');
    expect(detailOf(DEAF)).toContain('the channel chat3');
  });
});

describe('it is asked', () => {
  const minutesOf = (changes: Partial<SlotRecord>, watched?: Watched): number[] =>
    Array.from({ length: 40 }, (_, minute) => minute).filter((minute) =>
      isChatAsked(slotRecord(1, changes), watched, new Date(NOW.getTime() + minute * 60_000)),
    );

  test('each minute until it is heard, and while nobody listens', () => {
    expect(minutesOf(YOUNG)).toHaveLength(40);
    expect(minutesOf({ upAt: ago(1), chatHeardAt: ago(29) })).toHaveLength(40);
    expect(minutesOf(HEARD, { deafSince: ago(1) })).toHaveLength(40);
  });

  test('then every ten minutes', () => {
    expect(minutesOf({ upAt: ago(1), chatHeardAt: ago(0) })).toEqual([10, 20, 30]);
    expect(minutesOf({ chatHeardAt: ago(3) })).toEqual([7, 17, 27, 37]);
  });
});
