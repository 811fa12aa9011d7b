// Whether there is room for the recordings in progress, and for one more.
import { describe, expect, test } from '@jest/globals';
import type { DiskPlace, DiskSight, Recording, SlotReading, SlotRecord } from '../../../../src/tick/model.js';
import { growthOf, recordingSlots, shortage, whyNotRecorded } from '../../../../src/tick/plan/on-air/disk.js';
import { failed, NOW, ok, slotReading, slotRecord } from '../../../support/memory/samples.js';

const MB = 1e6;
const DIRECTORIES: Record<DiskPlace, string> = { base: '/srv/live', outbox: '/srv/live/outbox', target: '/pod' };

function ago(minutes: number): Date {
  return new Date(NOW.getTime() - minutes * 60_000);
}

/** A live that has recorded so many megabytes in so many minutes. */
function live(minutes: number, megabytes: number, changes: Partial<SlotRecord> = {}): SlotReading {
  const record = slotRecord(1, { reservedAt: ago(minutes).toISOString(), ...changes });
  const recordings: Recording[] = [{ file: 'a.mkv', size: megabytes * MB, modifiedAt: NOW }];
  return { ...slotReading(1, record), recordings: ok(recordings) };
}

function disk(place: DiskPlace, megabytes: number | null, device = 'local'): DiskSight {
  const space = megabytes === null ? null : { freeBytes: megabytes * MB, device };
  return { place, directory: DIRECTORIES[place], space };
}

describe('what a recording will get', () => {
  test.each<[string, number, number, number]>([
    ['as much a minute as it had, until it is three hours long', 60, 60 * 25, 120 * 25],
    ['ten megabytes a minute at least', 60, 60, 120 * 10],
    ['half an hour at least, when it lasts longer', 200, 200 * 20, 30 * 20],
    ['in its first minute: as if it had lasted one', 0.1, 20, 179 * 20],
    ['when the clock was put back', -60, 20, 179 * 20],
  ])('%s', (_name, minutes, megabytes, future) => {
    const reading = live(minutes, megabytes);
    const record = reading.record.ok ? reading.record.value : null;
    if (record === null) throw new Error('no live');
    const growth = growthOf(reading, record, NOW, 3);
    expect([growth.present / MB, Math.round(growth.future / MB)]).toEqual([megabytes, future]);
  });

  test('ten megabytes a minute where its files could not be read', () => {
    const record = slotRecord(1, { reservedAt: ago(60).toISOString() });
    const reading = { ...slotReading(1, record), recordings: failed() };
    expect(growthOf(reading, record, NOW, 3)).toEqual({ present: 0, future: 120 * 10 * MB });
  });

  test('only lives in progress that record count', () => {
    const readings = [
      live(1, 1),
      live(1, 1, { step: 'stopping' }),
      live(1, 1, { recordingAsked: false }),
      live(1, 1, { recordingRefused: 'full' }),
      slotReading(1, null),
      { ...slotReading(1, null), record: failed('slotFileUnreadable') },
    ];
    expect(recordingSlots(readings)).toHaveLength(1);
  });
});

describe('the room for it', () => {
  /** In an hour it has 1500 MB, and it will get 3000 more. */
  const one = [live(60, 1500)];
  const short = (disks: DiskSight[], slots = one): string | null =>
    shortage(disks, slots, { diskHours: 3 }, NOW)?.detail ?? null;

  test.each<[string, DiskSight[], boolean | string]>([
    ['suffices', [disk('base', 3000), disk('target', 4500, 'share')], false],
    ['does not suffice where it is recorded', [disk('base', 2999)], 'in /srv/live, 3000 MB may be needed'],
    [
      'does not suffice on the share, which gets all of it',
      [disk('base', 9e5), disk('target', 4499, 'share')],
      'in /pod, 4500 MB may be needed',
    ],
    [
      'suffices where Pod’s directory is on the same disk: a second name needs nothing',
      [disk('base', 3000), disk('target', 3000)],
      false,
    ],
    [
      'does not suffice in an outbox that is elsewhere',
      [disk('base', 9e5), disk('outbox', 4000, 'other'), disk('target', 4000, 'other')],
      'in /srv/live/outbox, 4500',
    ],
    ['is not known', [disk('base', 3000), disk('target', null)], false],
    ['is known nowhere', [], false],
  ])('%s', (_name, disks, expected) => {
    const detail = short(disks);
    if (expected === false) expect(detail).toBeNull();
    else expect(detail).toContain(expected);
  });

  test('is for all of them together, and what it says', () => {
    expect(short([disk('base', 5999)], [...one, ...one])).toBe(
      '5999 MB are free in /srv/live, 6000 MB may be needed; 2 recordings in progress, DISK_HOURS=3',
    );
    expect(short([disk('base', 1)])).toContain('; 1 recording in progress');
    expect(short([disk('base', 6000)], [...one, ...one])).toBeNull();
    expect(short([disk('base', 0)], [])).toBeNull();
  });
});

test.each<[string, Parameters<typeof whyNotRecorded>[0], string | null]>([
  ['there is a gigabyte', ok([disk('base', 1000)]), null],
  ['there is less', ok([disk('base', 999.9)]), '999 MB are free in /srv/live, 1000 MB are the least'],
  [
    'there is less in the outbox',
    ok([disk('base', 5000), disk('outbox', 10, 'other')]),
    '10 MB are free in /srv/live/outbox, 1000 MB are the least',
  ],
  [
    'there is less in Pod’s directory: it waits in the outbox',
    ok([disk('base', 5000), disk('target', 10, 'share')]),
    null,
  ],
  ['it is not known', ok([disk('base', null)]), null],
  ['nothing could be read', failed(), null],
  ['nothing was read', undefined, null],
])('a recording is begun when %s: …', (_name, disks, expected) => {
  expect(whyNotRecorded(disks)).toBe(expected);
});
