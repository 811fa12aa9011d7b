// The recordings of webinars, decision by decision: how each gets to Pod's recorder once, or to `kept/`.
import { describe, expect, test } from '@jest/globals';
import type { HandOver, OutboxRecord, Recording } from '../../../../src/tick/model.js';
import type { OutboxAct, OutboxFollowing, OutboxFound } from '../../../../src/tick/plan/outbox/entry.js';
import { entriesToWorkOn, mayGoStraightOn } from '../../../../src/tick/plan/outbox/entries.js';
import { nameOnPod, recorderName, recordingTitle } from '../../../../src/tick/plan/outbox/naming.js';
import { afterOutboxAct } from '../../../../src/tick/plan/outbox/outbox.js';
import { NOW, ok } from '../../../support/memory/samples.js';

const CONFIG = { podDefaultBbbPath: '', podRecorderPath: '/mnt/recorder', podRecorderPathOnPod: '/pod/recorder' };

const film: Recording = { file: 'meeting-20260302100000.mkv', size: 10, modifiedAt: NOW };

const COPIED: HandOver = {
  file: film.file,
  size: film.size,
  sha256: 'aa',
  target: '/mnt/recorder/x.mkv',
  part: '/mnt/recorder/x.mkv.part',
  phase: 'copied',
};
const RENAMING: HandOver = { ...COPIED, phase: 'renaming' };
const POSTING: HandOver = { ...COPIED, phase: 'posting' };
const KEPT: HandOver = { ...RENAMING, target: '/base/kept/12-internal-1.mkv', keptBecause: 'of old' };

const WEBINAR = { gatewayId: 3, meetingName: "Cours d'algèbre", turn: 1 };

function entry(changes: Partial<OutboxRecord> = {}): OutboxRecord {
  return {
    version: 1,
    livestreamId: 12,
    slot: 1,
    meetingPath: '',
    internalMeetingId: 'internal-1',
    userPath: '/rest/users/2/',
    recordingAsked: true,
    webinar: WEBINAR,
    since: NOW.toISOString(),
    handOver: null,
    ...changes,
  };
}

function word(act: OutboxAct): string {
  switch (act.is) {
    case 'copy':
      return `copy to ${act.to.place === 'kept' ? `kept (${act.to.because})` : act.to.place}`;
    case 'set aside':
      return `set aside (${act.because})`;
    case 'ask recorder':
      return `ask recorder: ${typeof act.because === 'string' ? act.because : Object.keys(act.because)[0]}`;
    default:
      return act.is;
  }
}

/** What follows in one line: what is noted of the hand-over, then acts, then what is said. */
function inWords({ change, next, remark, problem, failure }: OutboxFollowing): string {
  const handOver = change?.handOver;
  return [
    ...(handOver === undefined ? [] : [handOver === null ? 'none in hand' : `in hand: ${handOver.phase}`]),
    ...(change?.webinar === undefined ? [] : [`turn ${change.webinar.turn}`]),
    ...next.map(word),
    ...(remark === undefined ? [] : [`says: ${remark}`]),
    ...(problem === undefined ? [] : [`tells: ${problem.kind}`]),
    ...(failure === undefined ? [] : [`waits: ${failure.kind}: ${failure.detail}`]),
  ].join('; ');
}

const refusal = (...refusedFields: string[]) => ({ refusedFields, detail: 'POST answered 400' });
const look: OutboxFound = { of: 'look', files: [film] };

describe('the recording of a webinar', () => {
  test.each<[string, OutboxFound, OutboxRecord, string]>([
    ['is looked into; no row of a meeting is asked for', look, entry(), 'inspect'],
    [
      'is kept when it was not to be recorded',
      look,
      entry({ recordingAsked: false }),
      'copy to kept (its live was not to be recorded)',
    ],
    [
      'is kept where nobody knows whose it is',
      look,
      entry({ userPath: null }),
      'copy to kept (its event, and whose it is, could not be read in Pod)',
    ],
    [
      'is kept for what was known when it left its slot',
      look,
      entry({ keepBecause: 'it was recorded by a start that failed' }),
      'copy to kept (it was recorded by a start that failed)',
    ],
    [
      "is copied to the recorder's directory",
      { of: 'inspect', file: film.file, sight: { is: 'film', isCutOff: false, seconds: null } },
      entry(),
      `copy to recorder; says: recording ${film.file}: it is whole`,
    ],
    [
      'is kept when there is nothing to show in it',
      { of: 'inspect', file: film.file, sight: { is: 'none', why: 'it is empty' } },
      entry(),
      'copy to kept (there is nothing to show in it: it is empty)',
    ],
    ['once copied, is noted as being renamed', { of: 'copy', handOver: COPIED }, entry(), 'in hand: renaming; rename'],
    [
      'once renamed, is noted as told to Pod before that is done',
      { of: 'rename', final: COPIED.target },
      entry({ handOver: RENAMING }),
      'in hand: posting; post',
    ],
    [
      'once taken, has no more need of its source',
      { of: 'post', answer: 'taken' },
      entry({ handOver: POSTING }),
      'remove source',
    ],
    [
      'is handed over then, and the next one gets another name',
      { of: 'remove source' },
      entry({ handOver: POSTING }),
      `none in hand; turn 2; look; says: recording ${film.file} handed over to Pod`,
    ],
    [
      'that was kept is told',
      { of: 'remove source' },
      entry({ handOver: KEPT }),
      'none in hand; turn 2; look; tells: recordingKept',
    ],
    [
      'in kept/ bears its name, and Pod is told nothing',
      { of: 'rename', final: KEPT.target },
      entry({ handOver: KEPT }),
      'in hand: renaming; remove source',
    ],
    [
      'waits while another one is being given',
      { of: 'post', answer: 'busy' },
      entry({ handOver: POSTING }),
      'says: another recording is being given to Pod; this one follows with the next tick',
    ],
    [
      'that Pod refuses: perhaps it has it',
      { of: 'post', answer: refusal('user') },
      entry({ handOver: POSTING }),
      'ask recorder: refusedFields',
    ],
  ])('%s', (_name, found, record, expected) => {
    expect(inWords(afterOutboxAct(found, record, CONFIG))).toBe(expected);
  });

  test('is kept without a directory of the recorder', () => {
    expect(inWords(afterOutboxAct(look, entry(), { ...CONFIG, podRecorderPath: '' }))).toBe(
      'copy to kept (POD_RECORDER_PATH is empty)',
    );
  });
});

describe('asked whether it has the recording, Pod', () => {
  const asked = (because: Extract<OutboxFound, { of: 'ask recorder' }>['because'], hasIt = false): OutboxFound => ({
    of: 'ask recorder',
    because,
    hasIt,
  });
  const record = entry({ handOver: POSTING });
  test.each<[string, OutboxFound, string]>([
    ['has it, after an answer that was lost', asked('going on', true), 'remove source'],
    ['has it, after a refusal of a path that it knows', asked(refusal('source_file'), true), 'remove source'],
    ['has it, and has moved it away', asked({ gone: film }, true), 'remove source'],
    ['has it not: it is told', asked('going on'), 'post'],
    ['refuses its user for good: it is set aside', asked(refusal('user')), 'set aside (POST answered 400)'],
    ['refuses its title for good', asked(refusal('title', 'source_file')), 'set aside (POST answered 400)'],
    [
      'does not see it: that can be mended',
      asked(refusal('source_file')),
      `waits: recordingFailed: ${film.file} waits in the outbox: POST answered 400: does Pod see it as /pod/recorder/x.mkv? See POD_RECORDER_PATH, POD_RECORDER_PATH_ON_POD and Pod's DEFAULT_RECORDER_PATH`,
    ],
    [
      'knows no such recorder: that can be mended',
      asked(refusal('recorder')),
      `waits: recordingFailed: ${film.file} waits in the outbox: POST answered 400: see POD_RECORDER_ID`,
    ],
    [
      'knows nothing of it, and it has disappeared: what is left of it is kept',
      asked({ gone: film }),
      'copy to kept (/mnt/recorder/x.mkv is gone, and Pod knows nothing of it)',
    ],
    [
      'knows nothing of it, and nothing is left: it was removed once Pod had it',
      asked({ gone: null }),
      'remove source',
    ],
  ])('%s', (_name, found, expected) => {
    expect(inWords(afterOutboxAct(found, record, CONFIG))).toBe(expected);
  });

  test('of what somebody has mended by hand makes nothing worse', () => {
    const bare = entry();
    expect(inWords(afterOutboxAct(asked(refusal('source_file')), bare, CONFIG))).toBe('set aside (POST answered 400)');
    expect(inWords(afterOutboxAct(asked({ gone: film }), bare, CONFIG))).toBe(
      'copy to kept (its copy is gone, and Pod knows nothing of it)',
    );
  });
});

describe('what an earlier tick began', () => {
  type Where = Extract<OutboxFound, { of: 'find' }>['where'];
  test.each<[string, Where, Recording | null, HandOver, string]>([
    ['a complete .part goes on', 'part', film, COPIED, 'in hand: renaming; rename'],
    ['a damaged one is copied again', 'damagedPart', film, COPIED, 'none in hand; look'],
    ['a .part that is gone is copied again', 'nowhere', film, COPIED, 'none in hand; look'],
    ['under its final name, before Pod was told: it is', 'final', film, RENAMING, 'in hand: posting; post'],
    ['gone before Pod was told: Pod has not taken it', 'nowhere', film, RENAMING, 'none in hand; look'],
    ['Pod was told, perhaps: it is asked', 'final', film, POSTING, 'ask recorder: going on'],
    ['Pod was told, perhaps, and it is gone: it is asked', 'nowhere', film, POSTING, 'ask recorder: gone'],
    ['whatever else is there by then', 'part', film, POSTING, 'ask recorder: gone'],
    ['one for kept/ goes on there', 'part', film, { ...KEPT, phase: 'copied' }, 'in hand: renaming; rename'],
    ['one of kept/ is done', 'final', film, KEPT, 'remove source'],
    ['one of kept/ that is gone is kept again', 'nowhere', film, KEPT, 'copy to kept (of old)'],
  ])('%s', (_name, where, source, handOver, expected) => {
    const found: OutboxFound = { of: 'find', where, source };
    expect(inWords(afterOutboxAct(found, entry({ handOver }), CONFIG))).toBe(expected);
  });

  test('of which nothing is noted is looked for anew', () => {
    expect(inWords(afterOutboxAct({ of: 'find', where: 'part', source: film }, entry(), CONFIG))).toBe('look');
    expect(inWords(afterOutboxAct({ of: 'rename', final: '/x.mkv' }, entry(), CONFIG))).toBe(
      'none in hand; remove source',
    );
  });
});

describe('names and titles', () => {
  test('are those of the recording, and of no other', () => {
    expect(recorderName(entry(), WEBINAR)).toBe('webinar-3-12-20260302091000000-1');
    expect(recorderName(entry(), { ...WEBINAR, turn: 2 })).toBe('webinar-3-12-20260302091000000-2');
    expect(nameOnPod('/mnt/recorder/x.mkv', CONFIG)).toBe('/pod/recorder/x.mkv');
    expect(recordingTitle(entry(), WEBINAR, film.file)).toBe("Cours d'algèbre – 2026-03-02 10:00:00 (12)");
    expect(recordingTitle(entry(), { ...WEBINAR, turn: 2 }, 'film.mkv')).toBe(
      "Cours d'algèbre – 2026-03-02 09:10:00 (12-2)",
    );
  });

  test('fit into Pod’s columns, and hold no line break', () => {
    const long = { ...WEBINAR, meetingName: `${'é'.repeat(150)}\n${'𝔘'.repeat(100)}` };
    const title = recordingTitle(entry(), long, film.file);
    expect([...title].length).toBe(200);
    expect(title).toMatch(/^é{150} 𝔘+ – 2026-03-02 10:00:00 \(12\)$/u);
    expect(recordingTitle(entry({ livestreamId: null }), { ...WEBINAR, meetingName: '' }, film.file)).toBe(
      '2026-03-02 10:00:00 (0)',
    );
  });
});

test('entries of webinars do not wait for each other, of one meeting or of several', () => {
  const one = { entry: '12-internal-1', isBusy: false, record: ok(entry()) };
  const other = { ...one, entry: '12-internal-1-2' };
  expect(entriesToWorkOn([one, other], [])).toEqual(['12-internal-1', '12-internal-1-2']);
  expect(entriesToWorkOn([{ ...one, isBusy: true }, other], [])).toEqual(['12-internal-1-2']);
  expect(mayGoStraightOn('12-internal-1-2', [one, other])).toBe(true);
});
