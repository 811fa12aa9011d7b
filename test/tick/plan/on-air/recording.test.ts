// Whether the recording of a live in progress grows.
import { describe, expect, test } from '@jest/globals';
import type { Recording, SlotRecord, Watched } from '../../../../src/tick/model.js';
import { opinionOfRecording } from '../../../../src/tick/plan/on-air/recording.js';
import { isRecorded } from '../../../../src/tick/plan/recorded.js';
import { NOW, slotRecord } from '../../../support/memory/samples.js';

const MINUTE_MS = 60_000;

function ago(minutes: number): Date {
  return new Date(NOW.getTime() - minutes * MINUTE_MS);
}

function file(minutes: number, size = 5e6, name = 'meeting-1.mkv'): Recording {
  return { file: name, size, modifiedAt: ago(minutes) };
}

const OLD: Partial<SlotRecord> = { upAt: ago(30).toISOString() };

describe('the recording of a live in progress', () => {
  test.each<[string, Recording[], Partial<SlotRecord>, Watched | undefined, string | null, number | undefined]>([
    ['grows', [file(0)], OLD, undefined, null, undefined],
    ['was written to three minutes ago, nearly', [file(2.9)], OLD, undefined, null, undefined],
    ['grows, in the second of two files', [file(20), file(1, 1, 'meeting-2.mkv')], OLD, undefined, null, undefined],
    ['is not there yet: it has just begun', [], { upAt: ago(2).toISOString() }, undefined, null, undefined],
    [
      'is old, and its container was just started again',
      [file(9)],
      { upAt: ago(1).toISOString() },
      undefined,
      null,
      undefined,
    ],
    ['has not grown for three minutes: it is looked at once more', [file(3)], OLD, undefined, null, 5e6],
    ['has not grown since either: told', [file(4)], OLD, { stalledBytes: 5e6 }, 'recordingStalled', 5e6],
    ['has grown, though its time is old: a clock was set', [file(60, 6e6)], OLD, { stalledBytes: 5e6 }, null, 6e6],
    ['is of the future, and does not grow', [file(-60)], OLD, { stalledBytes: 5e6 }, 'recordingStalled', 5e6],
    ['grows again: nothing is left to remember', [file(0)], OLD, { stalledBytes: 5e6 }, null, undefined],
    ['is not there after three minutes: looked at once more', [], OLD, undefined, null, 0],
    ['is not there: told', [], OLD, { stalledBytes: 0 }, 'recordingStalled', 0],
    [
      'is not there, but a stranger’s is, which counts for nothing',
      [file(0)],
      { ...OLD, strangers: [{ file: 'meeting-1.mkv', size: 5e6 }] },
      { stalledBytes: 0 },
      'recordingStalled',
      0,
    ],
    [
      'is not there, of a live without the time of its start',
      [],
      { reservedAt: ago(1).toISOString() },
      undefined,
      null,
      undefined,
    ],
  ])('%s', (_name, recordings, changes, watched, kind, stalledBytes) => {
    const { problem, stalledBytes: remembered } = opinionOfRecording(recordings, slotRecord(1, changes), watched, NOW);
    expect([problem?.kind ?? null, remembered]).toEqual([kind, stalledBytes]);
  });

  test('the problem says what there is', () => {
    const detailOf = (recordings: Recording[], stalledBytes: number): string | undefined =>
      opinionOfRecording(recordings, slotRecord(1, OLD), { stalledBytes }, NOW).problem?.detail;
    expect(detailOf([], 0)).toBe('videodata holds no recording of it yet');
    expect(detailOf([file(5)], 5e6)).toBe('its recording has 5 MB, and nothing was written to it for three minutes');
  });
});

test('a live is recorded when that was asked for, and not refused', () => {
  expect(isRecorded(slotRecord(1))).toBe(true);
  expect(isRecorded(slotRecord(1, { recordingAsked: false }))).toBe(false);
  expect(isRecorded(slotRecord(1, { recordingRefused: '640 MB are free' }))).toBe(false);
});
