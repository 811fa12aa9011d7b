// The outbox, decision by decision: what follows from what an act on an entry found out.
import { describe, expect, test } from '@jest/globals';
import type { HandOver, OutboxRecord, Recording } from '../../../../src/tick/model.js';
import type {
  FilmSight,
  OutboxAct,
  OutboxConfig,
  OutboxFollowing,
  OutboxFound,
} from '../../../../src/tick/plan/outbox/entry.js';
import { afterOutboxAct } from '../../../../src/tick/plan/outbox/outbox.js';
import { NOW } from '../../../support/memory/samples.js';

const POD = { podDefaultBbbPath: '/pod', podRecorderPath: '/recorder', podRecorderPathOnPod: '/recorder' };
const NO_POD = { ...POD, podDefaultBbbPath: '' };

const film: Recording = { file: 'meeting-1.mkv', size: 10, modifiedAt: NOW };

const COPIED: HandOver = {
  file: film.file,
  size: film.size,
  sha256: 'aa',
  target: '/pod/internal-1.mkv',
  part: '/pod/internal-1.mkv.1.part',
  phase: 'copied',
};
const RENAMING: HandOver = { ...COPIED, phase: 'renaming' };
const KEPT: HandOver = { ...RENAMING, target: '/base/kept/1-internal-1.mkv', keptBecause: 'of old' };

function entry(changes: Partial<OutboxRecord> = {}): OutboxRecord {
  return {
    version: 1,
    livestreamId: 1,
    slot: 1,
    meetingPath: '/rest/bbb_meeting/1/',
    internalMeetingId: 'internal-1',
    userPath: '/rest/users/1/',
    recordingAsked: true,
    since: NOW.toISOString(),
    handOver: null,
    ...changes,
  };
}

function word(act: OutboxAct): string {
  if (act.is === 'copy')
    return `copy ${act.file} to ${act.to.place === 'kept' ? `kept (${act.to.because})` : act.to.place}`;
  if (act.is === 'set aside') return `set aside (${act.because})`;
  return act.is;
}

/** What follows in one line: what is noted of the hand-over, then acts, then what is said. */
function inWords({ change, next, remark, problem, failure }: OutboxFollowing): string {
  const handOver = change?.handOver;
  return [
    ...(handOver === undefined ? [] : [handOver === null ? 'none in hand' : `in hand: ${handOver.phase}`]),
    ...next.map(word),
    ...(remark === undefined ? [] : [`says: ${remark}`]),
    ...(problem === undefined ? [] : [`tells: ${problem.kind}`]),
    ...(failure === undefined ? [] : [`waits: ${failure.kind}`]),
  ].join('; ');
}

describe('a file of an entry', () => {
  const look: OutboxFound = { of: 'look', files: [film, { ...film, file: 'meeting-2.mkv' }] };
  test.each<[string, OutboxRecord, OutboxConfig, string]>([
    ['is for Pod when it was asked for', entry(), POD, 'ask meeting'],
    [
      'is kept for what was known when it left its slot',
      entry({ keepBecause: 'it was in the slot before this live' }),
      POD,
      'copy meeting-1.mkv to kept (it was in the slot before this live)',
    ],
    [
      'is kept when it was not to be recorded',
      entry({ recordingAsked: false }),
      POD,
      'copy meeting-1.mkv to kept (its live was not to be recorded)',
    ],
    [
      'is kept without a directory of Pod',
      entry(),
      NO_POD,
      'copy meeting-1.mkv to kept (POD_DEFAULT_BBB_PATH is empty)',
    ],
    [
      'is kept without a user',
      entry({ userPath: null }),
      POD,
      'copy meeting-1.mkv to kept (its live has no user in Pod)',
    ],
    [
      'is kept without the id of its meeting',
      entry({ internalMeetingId: '' }),
      POD,
      'copy meeting-1.mkv to kept (the internal id of its meeting is not known)',
    ],
    [
      'is kept when that id is no name of a file',
      entry({ internalMeetingId: '../x' }),
      POD,
      'copy meeting-1.mkv to kept (the internal id of its meeting cannot be the name of a file)',
    ],
  ])('%s', (_name, record, config, expected) => {
    expect(inWords(afterOutboxAct(look, record, config))).toBe(expected);
  });

  test('when none is left the entry goes', () => {
    expect(inWords(afterOutboxAct({ of: 'look', files: [] }, entry(), POD))).toBe('close');
    expect(inWords(afterOutboxAct({ of: 'close' }, entry(), POD))).toBe('');
  });
});

describe('what a file is', () => {
  const seen = (sight: FilmSight): OutboxFound => ({ of: 'inspect', file: film.file, sight });
  test.each<[string, FilmSight, string]>([
    [
      'a whole recording: it is copied for Pod',
      { is: 'film', isCutOff: false, seconds: 5446 },
      'copy meeting-1.mkv to pod; says: recording meeting-1.mkv: it is whole, 5446 s long',
    ],
    [
      'a whole one of which ffprobe knows nothing',
      { is: 'film', isCutOff: false, seconds: null },
      'copy meeting-1.mkv to pod; says: recording meeting-1.mkv: it is whole',
    ],
    [
      'cut off with its ffmpeg: it is a recording all the same',
      { is: 'film', isCutOff: true },
      'copy meeting-1.mkv to pod; says: recording meeting-1.mkv: it was cut off, its end was never written',
    ],
    ['not at its end yet: it waits', { is: 'growing' }, 'waits: recordingFailed'],
    [
      'nothing that could be shown: it is kept, never published',
      { is: 'none', why: 'it is no Matroska file' },
      'copy meeting-1.mkv to kept (there is nothing to show in it: it is no Matroska file)',
    ],
  ])('%s', (_name, sight, expected) => {
    expect(inWords(afterOutboxAct(seen(sight), entry(), POD))).toBe(expected);
  });
});

describe('the row of the meeting', () => {
  const asked = (internalMeetingId: string | null, { isWaiting = false, isGoingOn = false } = {}): OutboxFound => ({
    of: 'ask meeting',
    because: isGoingOn ? 'going on' : { file: film.file },
    internalMeetingId,
    isWaiting,
  });
  const going = entry({ handOver: COPIED });
  test.each<[string, OutboxFound, OutboxRecord, string]>([
    ['as it should be: the file is looked into', asked('internal-1'), entry(), 'inspect'],
    ['gone: the file is kept', asked(null), entry(), 'copy meeting-1.mkv to kept (its meeting is no longer in Pod)'],
    [
      'of another meeting by now: the file is kept',
      asked('internal-2'),
      entry(),
      "copy meeting-1.mkv to kept (Pod's row of its meeting now has another internal id (internal-2))",
    ],
    [
      'an earlier file waits for Pod: so does this one',
      asked('internal-1', { isWaiting: true }),
      entry(),
      'waits: recordingWaiting',
    ],
    [
      'as it should be, after the copy: the owner is told',
      asked('internal-1', { isGoingOn: true }),
      going,
      'tell owner',
    ],
    [
      'gone since the copy: it is set aside',
      asked(null, { isGoingOn: true }),
      going,
      'set aside (its meeting is no longer in Pod)',
    ],
    [
      'an earlier file has come since the copy: it waits as a .part',
      asked('internal-1', { isGoingOn: true, isWaiting: true }),
      going,
      'waits: recordingWaiting',
    ],
  ])('%s', (_name, found, record, expected) => {
    expect(inWords(afterOutboxAct(found, record, POD))).toBe(expected);
  });
});

describe('on its way', () => {
  test.each<[string, OutboxFound, HandOver | null, string]>([
    [
      'a copy for Pod is noted, and the row looked at again',
      { of: 'copy', handOver: COPIED },
      null,
      'in hand: copied; ask meeting',
    ],
    [
      'a copy for kept/ is noted as being renamed',
      { of: 'copy', handOver: { ...KEPT, phase: 'copied' } },
      null,
      'in hand: renaming; rename',
    ],
    [
      'so is one that was set aside',
      { of: 'set aside', handOver: { ...KEPT, phase: 'copied' } },
      COPIED,
      'in hand: renaming; rename',
    ],
    [
      'the rename is noted before it is done',
      { of: 'tell owner', answer: { internalMeetingId: 'internal-1' } },
      COPIED,
      'in hand: renaming; rename',
    ],
    [
      'what Pod refuses for good is set aside',
      { of: 'tell owner', answer: { refusal: '400' } },
      COPIED,
      'set aside (400)',
    ],
    [
      "so is what became another meeting's at the last moment",
      { of: 'tell owner', answer: { internalMeetingId: 'internal-2' } },
      COPIED,
      "set aside (Pod's row of its meeting now has another internal id (internal-2))",
    ],
    [
      'once renamed its source goes',
      { of: 'rename', final: '/pod/internal-1.mkv' },
      RENAMING,
      'in hand: renaming; remove source',
    ],
    [
      'then the next file is looked for',
      { of: 'remove source' },
      RENAMING,
      'none in hand; look; says: recording meeting-1.mkv handed over to Pod',
    ],
    ['what was kept is told', { of: 'remove source' }, KEPT, 'none in hand; look; tells: recordingKept'],
  ])('%s', (_name, found, handOver, expected) => {
    expect(inWords(afterOutboxAct(found, entry({ handOver }), POD))).toBe(expected);
  });

  test('of which nothing is noted is looked for anew: a record that somebody has mended by hand', () => {
    const found: OutboxFound = { of: 'find', where: 'part', source: film };
    expect(inWords(afterOutboxAct(found, entry(), POD))).toBe('look');
    expect(inWords(afterOutboxAct({ of: 'remove source' }, entry(), POD))).toBe('none in hand; look');
    const owner: OutboxFound = { of: 'tell owner', answer: { internalMeetingId: 'internal-1' } };
    expect(inWords(afterOutboxAct(owner, entry(), POD))).toBe('none in hand; rename');
    expect(inWords(afterOutboxAct({ of: 'rename', final: '/pod/x.mkv' }, entry(), POD))).toBe(
      'none in hand; remove source',
    );
    const waiting: OutboxFound = {
      of: 'ask meeting',
      because: 'going on',
      internalMeetingId: 'internal-1',
      isWaiting: true,
    };
    expect(inWords(afterOutboxAct(waiting, entry(), POD))).toBe('waits: recordingWaiting');
  });

  test('of a start that failed is told as part of that error, of a live as an error of its own', () => {
    const kept = (keptBecause: string): string =>
      inWords(afterOutboxAct({ of: 'remove source' }, entry({ handOver: { ...KEPT, keptBecause } }), POD));
    expect(kept('it was recorded by a start that failed')).toBe('none in hand; look; tells: fragmentKept');
    expect(kept('its live has no user in Pod')).toBe('none in hand; look; tells: recordingKept');
  });

  test('in kept/ it may bear another name than was wanted', () => {
    const { change } = afterOutboxAct(
      { of: 'rename', final: '/base/kept/1-internal-1-2.mkv' },
      entry({ handOver: KEPT }),
      POD,
    );
    expect(change?.handOver?.target).toBe('/base/kept/1-internal-1-2.mkv');
  });
});

describe('what an earlier tick began', () => {
  const find = (
    where: Extract<OutboxFound, { of: 'find' }>['where'],
    source: Recording | null = film,
  ): OutboxFound => ({
    of: 'find',
    where,
    source,
  });
  test.each<[string, OutboxFound, HandOver | null, string]>([
    ['begins with what is in hand', { of: 'begin' }, COPIED, 'find'],
    ['or with a look at the files', { of: 'begin' }, null, 'look'],
    ['a complete .part goes on', find('part'), COPIED, 'in hand: copied; ask meeting'],
    ['a complete .part for kept/ goes on', find('part'), { ...KEPT, phase: 'copied' }, 'in hand: renaming; rename'],
    ['a file under its final name is done', find('final'), RENAMING, 'remove source'],
    ['a damaged .part is copied again', find('damagedPart'), COPIED, 'none in hand; look'],
    ['a .part that is gone is copied again', find('nowhere'), COPIED, 'none in hand; look'],
    ['and told when there is no source either', find('nowhere', null), COPIED, 'none in hand; look; tells: diskFailed'],
    ['one that Pod has collected is done', find('nowhere', null), RENAMING, 'remove source'],
    [
      'one that Pod may have collected is not handed over again',
      find('nowhere'),
      RENAMING,
      'copy meeting-1.mkv to kept (/pod/internal-1.mkv is gone; if Pod has not collected it, this is its only copy)',
    ],
    ['one of kept/ that is gone is kept again', find('nowhere'), KEPT, 'copy meeting-1.mkv to kept (of old)'],
  ])('%s', (_name, found, handOver, expected) => {
    expect(inWords(afterOutboxAct(found, entry({ handOver }), POD))).toBe(expected);
  });
});
