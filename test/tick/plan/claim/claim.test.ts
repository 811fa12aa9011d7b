// The protocol of a claim, decision by decision: what follows from what was found.
import { describe, expect, test } from '@jest/globals';
import type { Broadcaster, Effect, SlotRecord, Surroundings } from '../../../../src/tick/model.js';
import { following } from '../../../../src/tick/plan/claim/claim.js';
import type { Following, Found, Standing } from '../../../../src/tick/plan/claim/found.js';
import { pauseBeforeCreationMs } from '../../../../src/tick/plan/claim/making.js';
import { sharesBroadcasters } from '../../../../src/tick/plan/claim/telling.js';
import { CLAIM_LIFETIME_MS, LOOK_LIFETIME_MS, SIGHTING_SETTLED_MS } from '../../../../src/tick/plan/claim/limits.js';
import { emptyMemory } from '../../../../src/tick/report/memory.js';
import { makeConfig } from '../../../support/memory/config.js';
import { broadcaster, livestream, NOW, slotRecord } from '../../../support/memory/samples.js';

const LIVE = 12;
const MINE = broadcaster(1, '[BBB] Cours');
const ago = (ms: number): Date => new Date(NOW.getTime() - ms);

function standing(numberOfServers: number, sightings: Record<string, string> = {}): Standing {
  return { slot: 1, now: NOW, memory: { ...emptyMemory(), sightings }, config: makeConfig({ numberOfServers }) };
}

const ALONE = standing(1);
const OF_TWO = standing(2);
const SETTLED = standing(2, { 1: ago(SIGHTING_SETTLED_MS).toISOString(), 2: ago(SIGHTING_SETTLED_MS).toISOString() });

function record(changes: Partial<SlotRecord> = {}): SlotRecord {
  return slotRecord(LIVE, {
    step: 'claiming',
    meetingName: 'Cours',
    broadcasterName: '[BBB] Cours',
    streamKey: 'bbb-Cours',
    broadcasterId: null,
    slug: null,
    ...changes,
  });
}

const claimed = (changes: Partial<SlotRecord> = {}): SlotRecord =>
  record({ step: 'claimed', broadcasterId: 1, slug: 'bbb-cours', claimedAt: NOW.toISOString(), ...changes });

function around(broadcasters: Broadcaster[], inUse: number[] = []): Surroundings {
  return { broadcasters, inUse: new Set(inUse), records: [] };
}

/** An act in a word or two. */
function word(effect: Effect): string {
  const act = 'act' in effect ? ` ${effect.act.is}` : '';
  return `${effect.do}${act}`;
}

/** What follows in one line: changes, then acts, then what is said. */
function inWords(next: Following): string {
  return [
    ...Object.entries(next.change ?? {}).map(
      ([key, value]) => `${key}=${String(value as string | number | boolean | null)}`,
    ),
    ...(next.next ?? []).map(word),
    ...(next.instead === undefined ? [] : [`instead: ${next.instead.map(word).join(', ') || 'nothing'}`]),
    ...(next.sightings ?? []).map(({ id }) => `saw ${id}`),
    ...(next.failure === undefined ? [] : [`fails: ${next.failure.kind}`]),
  ].join('; ');
}

const UNCLAIM = 'instead: beginUndo, removeBroadcaster look, release';
const GIVE_BACK =
  'instead: beginUndo, render, saveOutput, down, keepFragments, tellPodGivenBack, removeBroadcaster look, release';
const REFUSAL = { reason: 'POST answers 400', isServerError: false };
const SERVER_ERROR = { reason: 'POST answers 500', isServerError: true };
const lookedForNames = (
  refusal: typeof REFUSAL,
  broadcasters: Broadcaster[],
  inUse: number[] = [],
  { attempt = 1, retries = 0 } = {},
): Found => ({
  of: 'look',
  because: { refusal, attempt, retries },
  around: around(broadcasters, inUse),
  lookedAt: NOW,
});
const lookedAtLeftOver = (broadcasters: Broadcaster[], inUse: number[] = []): Found => ({
  of: 'look',
  because: { leftOver: 1, attempt: 1, retries: 0 },
  around: around(broadcasters, inUse),
  lookedAt: NOW,
});
const lookedForRivals = (broadcasters: Broadcaster[]): Found => ({
  of: 'look',
  because: 'rivals',
  around: around(broadcasters),
  lookedAt: NOW,
});
const TAKING_CHANGE = 'step=claimed; broadcasterId=1; slug=bbb-cours; dialect=broadcaster_url';

describe('a claim', () => {
  test.each<[string, Found, SlotRecord, Standing, string]>([
    ['begins with the creation', { of: 'begin' }, record(), ALONE, 'claim create'],
    [
      'of a left-over begins with a look at it',
      { of: 'begin' },
      record({ takesBroadcasterId: 1 }),
      ALONE,
      'claim look',
    ],
    ['that is made goes on', { of: 'begin' }, claimed(), OF_TWO, ''],
    [
      'that is too old is a left-over like any other',
      { of: 'begin' },
      claimed({ claimedAt: ago(CLAIM_LIFETIME_MS + 1).toISOString() }),
      OF_TWO,
      'step=claiming; takesBroadcasterId=1; broadcasterId=null; claim look',
    ],
    [
      'of a server that is alone is never too old',
      { of: 'begin' },
      claimed({ claimedAt: ago(86_400_000).toISOString() }),
      ALONE,
      '',
    ],
    ['takes a left-over that is still nobody’s', lookedAtLeftOver([MINE]), record(), ALONE, 'claim take'],
    [
      'creates when the left-over is gone',
      lookedAtLeftOver([]),
      record({ takesBroadcasterId: 1 }),
      ALONE,
      'takesBroadcasterId=null; claim create',
    ],
    [
      'creates when the left-over is in use by now',
      lookedAtLeftOver([MINE], [1]),
      record({ takesBroadcasterId: 1 }),
      ALONE,
      'takesBroadcasterId=null; claim create',
    ],
  ])('%s', (_name, found, before, where, expected) => {
    expect(inWords(following(found, before, where))).toBe(expected);
  });

  test('that was made or taken is noted with the instant before it was asked for', () => {
    const askedAt = ago(3000);
    const noted = `${TAKING_CHANGE}; claimedAt=${askedAt.toISOString()}`;
    const created: Found = { of: 'create', answer: { created: MINE }, askedAt, attempt: 1, retries: 0 };
    expect(inWords(following(created, record(), ALONE))).toBe(noted);
    expect(inWords(following(created, record(), OF_TWO))).toBe(`${noted}; claim look`);
    expect(inWords(following({ of: 'take', leftOver: MINE, lookedAt: askedAt }, record(), OF_TWO))).toBe(noted);
  });
});

describe('after a refusal', () => {
  test.each<[string, Found, Standing, string]>([
    [
      'Pod’s list is looked at',
      { of: 'create', answer: { refused: '400', isServerError: false }, askedAt: NOW, attempt: 1, retries: 0 },
      ALONE,
      'claim look',
    ],
    [
      'names that are somebody’s get the id added',
      lookedForNames(REFUSAL, [MINE], [1]),
      ALONE,
      'broadcasterName=[BBB] Cours (12); streamKey=bbb-Cours-12; takesBroadcasterId=null; claim create',
    ],
    [
      'other names are tried four times, no more',
      lookedForNames(REFUSAL, [MINE], [1], { attempt: 4 }),
      ALONE,
      'fails: namesTaken',
    ],
    [
      'a server that is alone takes its own left-over at once',
      lookedForNames(REFUSAL, [MINE]),
      ALONE,
      'broadcasterName=[BBB] Cours; streamKey=bbb-Cours; takesBroadcasterId=1; claim look',
    ],
    [
      'one of several waits: it may be a claim in the making',
      lookedForNames(REFUSAL, [MINE]),
      OF_TWO,
      'instead: nothing; saw 1',
    ],
    [
      'one of several takes what has been seen for long enough',
      lookedForNames(REFUSAL, [MINE]),
      SETTLED,
      'broadcasterName=[BBB] Cours; streamKey=bbb-Cours; takesBroadcasterId=1; claim look',
    ],
    [
      'it is an error when every name is somebody’s',
      lookedForNames(
        REFUSAL,
        ['', ' (12)', ' (12-2)', ' (12-3)', ' (12-4)'].map((end, id) => broadcaster(id, `[BBB] Cours${end}`)),
        [0, 1, 2, 3, 4],
      ),
      ALONE,
      'fails: namesTaken',
    ],
    ['a 400 for names that nobody has is an error', lookedForNames(REFUSAL, []), ALONE, 'fails: startFailed'],
    ['a 500 for names that nobody has is tried again', lookedForNames(SERVER_ERROR, []), ALONE, 'claim create'],
    ['and once more', lookedForNames(SERVER_ERROR, [], [], { retries: 1 }), ALONE, 'claim create'],
    ['but not a third time', lookedForNames(SERVER_ERROR, [], [], { retries: 2 }), ALONE, 'fails: startFailed'],
    [
      'a 500 for names whose slug another has gets other names, and no second try of these',
      lookedForNames(SERVER_ERROR, [broadcaster(2, 'another', { slug: 'bbb-cours' })]),
      ALONE,
      'broadcasterName=[BBB] Cours (12); streamKey=bbb-Cours-12; takesBroadcasterId=null; claim create',
    ],
  ])('%s', (_name, found, where, expected) => {
    expect(inWords(following(found, record(), where))).toBe(expected);
  });

  test('each further try has a longer pause, the first none', () => {
    const pauses = [0, 1, 2].map(pauseBeforeCreationMs);
    expect(pauses[0]).toBe(0);
    expect(pauses).toEqual([...new Set(pauses)].sort((one, other) => one - other));
    const again = following(lookedForNames(SERVER_ERROR, []), record(), ALONE).next;
    expect(again).toEqual([{ do: 'claim', act: { is: 'create', attempt: 1, retries: 1 } }]);
  });
});

describe('after its creation one of several servers looks for rivals', () => {
  const rival = broadcaster(2, '[BBB] Cours (12)');
  const abroad = broadcaster(2, '[BBB] Cours', { streamUrl: 'https://elsewhere.univ.test/x.m3u8' });
  test.each<[string, Broadcaster[], Standing, string]>([
    ['with none it goes on', [MINE], OF_TWO, ''],
    ['with one it steps back', [MINE, rival], OF_TWO, `${UNCLAIM}; saw 2`],
    ['a namesake with another playlist counts as one while it is new', [MINE, abroad], OF_TWO, `${UNCLAIM}; saw 2`],
    ['and makes the claim a contested one afterwards', [MINE, abroad], SETTLED, 'contested=true'],
  ])('%s', (_name, broadcasters, where, expected) => {
    expect(inWords(following(lookedForRivals(broadcasters), claimed(), where))).toBe(expected);
  });

  test('a claim of which the instant was not noted is made now', () => {
    const unnoted = claimed({ claimedAt: null });
    expect(inWords(following(lookedForRivals([MINE, abroad]), unnoted, SETTLED))).toBe('contested=true');
    expect(inWords(following(lookedForRivals([MINE, abroad]), unnoted, OF_TWO))).toBe(`${UNCLAIM}; saw 2`);
  });
});

describe('before Pod is told', () => {
  const waiting = livestream(LIVE);
  const here = livestream(LIVE, { status: 1, server: '1/1', broadcasterId: 1 });
  const elsewhere = livestream(LIVE, { status: 1, server: '2/1', broadcasterId: 1 });
  const row = (seen: typeof waiting | null, { inUse = [] as number[], lookedAt = NOW } = {}): Found => ({
    of: 'row',
    row: seen,
    inUse: new Set(inUse),
    lookedAt,
  });
  const old = { claimedAt: ago(CLAIM_LIFETIME_MS + 1).toISOString() };
  const taken = { takesBroadcasterId: 1 };
  test.each<[string, Found, SlotRecord, Standing, string]>([
    ['a row that waits is told', row(waiting), claimed(), OF_TWO, 'tellPodStarted patch'],
    ['a row that is ours already needs no telling', row(here), claimed(), OF_TWO, 'step=told'],
    ['a row that is somebody else’s takes the claim back', row(elsewhere), claimed(), OF_TWO, UNCLAIM],
    ['so does a row that is gone', row(null), claimed(), ALONE, UNCLAIM],
    ['so does a broadcaster that another live has got', row(waiting, { inUse: [1] }), claimed(taken), OF_TWO, UNCLAIM],
    ['so does a claim that is too old', row(waiting), claimed(old), OF_TWO, UNCLAIM],
    ['but not on a server that is alone', row(waiting), claimed(old), ALONE, 'tellPodStarted patch'],
    [
      'a contested claim is not told by an old look',
      row(waiting, { lookedAt: ago(LOOK_LIFETIME_MS + 1) }),
      claimed({ contested: true }),
      OF_TWO,
      'instead: nothing',
    ],
    [
      'a plain one is',
      row(waiting, { lookedAt: ago(LOOK_LIFETIME_MS + 1) }),
      claimed(),
      OF_TWO,
      'tellPodStarted patch',
    ],
    ['a plain claim that is told is done', { of: 'patch' }, claimed(), OF_TWO, 'step=told'],
    [
      'a contested one waits and looks again',
      { of: 'patch' },
      claimed(taken),
      OF_TWO,
      'tellPodStarted pause; tellPodStarted look again',
    ],
  ])('%s', (_name, found, before, where, expected) => {
    expect(inWords(following(found, before, where))).toBe(expected);
  });

  test('the broadcasters of other lives are asked for where one was taken among several servers, and nowhere else', () => {
    const asked = (before: SlotRecord, { config }: Standing): boolean => sharesBroadcasters(before, config);
    expect([asked(claimed(taken), OF_TWO), asked(claimed(taken), ALONE), asked(claimed(), OF_TWO)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  const again = (seen: typeof here | null, there: Broadcaster | null, inUseBefore: number[] = []): Found => ({
    of: 'row again',
    row: seen,
    broadcaster: there,
    inUseBefore: new Set(inUseBefore),
  });
  test.each<[string, Found, string]>([
    ['a row that is still ours is told', again(here, MINE), 'step=told'],
    ['a row that another server has got takes the claim back', again(elsewhere, MINE), UNCLAIM],
    ['a broadcaster that is gone gives the request back', again(here, null), GIVE_BACK],
    ['a broadcaster that an older live shares does too', again(here, MINE, [1]), GIVE_BACK],
  ])('after the pause %s', (_name, found, expected) => {
    expect(inWords(following(found, claimed(taken), OF_TWO))).toBe(expected);
  });
});

describe('a broadcaster', () => {
  const removal = (changes: Partial<Extract<Found, { of: 'removal' }>> = {}): Found => ({
    of: 'removal',
    noted: MINE,
    around: null,
    row: null,
    inUse: new Set<number>(),
    lookedAt: NOW,
    ...changes,
  });
  const undone = (changes: Partial<SlotRecord> = {}): SlotRecord => claimed({ step: 'unclaiming', ...changes });
  const ours = livestream(LIVE, { status: 1, server: '1/1', broadcasterId: 1 });
  test.each<[string, Found, SlotRecord, Standing, string]>([
    ['is deleted by its slug', removal(), claimed({ step: 'down' }), OF_TWO, 'removeBroadcaster delete'],
    ['that is gone is done', removal({ noted: null }), claimed({ step: 'down' }), OF_TWO, 'broadcasterRemoved=true'],
    [
      'that another live uses stays',
      removal({ inUse: new Set([1]) }),
      claimed({ step: 'down' }),
      OF_TWO,
      'broadcasterRemoved=true',
    ],
    ['once deleted is noted as gone', { of: 'delete' }, claimed({ step: 'down' }), OF_TWO, 'broadcasterRemoved=true'],
    ['of a claim that Pod was told of after all is given back', removal({ row: ours }), undone(), OF_TWO, GIVE_BACK],
    [
      'whose creation was never noted is found by its names',
      removal({ noted: null, around: around([MINE]) }),
      undone({ broadcasterId: null }),
      ALONE,
      'removeBroadcaster delete',
    ],
    [
      'of its names with another playlist is somebody else’s',
      removal({ noted: null, around: around([broadcaster(2, '[BBB] Cours', { streamUrl: 'https://else.test/x' })]) }),
      undone({ broadcasterId: null }),
      ALONE,
      'broadcasterRemoved=true',
    ],
    [
      'that may be another server’s claim is left for the next tick',
      removal({ noted: null, around: around([MINE]) }),
      undone({ broadcasterId: null }),
      OF_TWO,
      'instead: nothing; saw 1',
    ],
    [
      'that has been nobody’s for long is deleted',
      removal({ noted: null, around: around([MINE]) }),
      undone({ broadcasterId: null }),
      SETTLED,
      'removeBroadcaster delete',
    ],
    [
      'is not deleted by an old look',
      removal({ lookedAt: ago(LOOK_LIFETIME_MS + 1) }),
      undone(),
      OF_TWO,
      'instead: nothing',
    ],
  ])('%s', (_name, found, before, where, expected) => {
    expect(inWords(following(found, before, where))).toBe(expected);
  });
});
