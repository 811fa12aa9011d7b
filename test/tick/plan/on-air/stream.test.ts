// Whether viewers see a live: every sight of its playlist, by its age and by what was seen before.
import { describe, expect, test } from '@jest/globals';
import type { StreamerState } from '../../../../src/shared/streamer-state.js';
import { containerInWords, isOfThisRun, sicknessOf } from '../../../../src/tick/plan/on-air/container-health.js';
import { isSecondLookOfUse, streamOf } from '../../../../src/tick/plan/on-air/stream.js';
import type { PlaylistSight, Reading, SlotReading, SlotRecord, Watched } from '../../../../src/tick/model.js';
import { containers, failed, NOW, ok, slotReading, slotRecord } from '../../../support/memory/samples.js';

function ago(seconds: number): string {
  return new Date(NOW.getTime() - seconds * 1000).toISOString();
}

const playlist = (ageMs: number | null, edge = 'b', targetMs = 5000): Reading<PlaylistSight> =>
  ok({ is: 'playlist', edge, ageMs, targetMs });
const MISSING: Reading<PlaylistSight> = ok({ is: 'missing', what: '404' });
const HTML: Reading<PlaylistSight> = ok({ is: 'other', what: 'the answer is no playlist' });

export function streamer(changes: Partial<StreamerState> = {}): StreamerState {
  return {
    state: 'live',
    since: ago(600),
    written: ago(5),
    frames: 100,
    lastFrame: ago(5),
    rtmp: 'connected',
    soundDb: null,
    recording: null,
    recordedBytes: null,
    chatWaiting: 0,
    ...changes,
  };
}

interface Case {
  playlist?: Reading<PlaylistSight>;
  watched?: Watched;
  record?: Partial<SlotRecord>;
  streamer?: SlotReading['streamer'];
  isMeetingEmpty?: boolean;
}

function seen(one: Case): { is: string; since?: string; remember: Watched } {
  const record = slotRecord(1, { upAt: ago(600), ...one.record });
  const reading: SlotReading = {
    ...slotReading(1, record, 'running'),
    ...(one.playlist === undefined ? {} : { playlist: one.playlist }),
    ...(one.streamer === undefined ? {} : { streamer: one.streamer }),
  };
  const { state, remember } = streamOf(reading, record, one.watched, {
    now: NOW,
    isMeetingEmpty: one.isMeetingEmpty ?? false,
  });
  return { is: state.is, ...('since' in state ? { since: state.since } : {}), remember };
}

describe('a stream', () => {
  const known: Watched = { edge: 'b', edgeSince: ago(120) };
  test.each<[string, Case, string, string | undefined, Watched]>([
    ['that nobody looks at', {}, 'unwatched', undefined, {}],
    ['whose playlist is young', { playlist: playlist(4000) }, 'onAir', undefined, {}],
    [
      'whose playlist is young, after trouble',
      { playlist: playlist(4000), watched: { ...known, silentSince: ago(400) } },
      'onAir',
      undefined,
      {},
    ],
    [
      'whose playlist is as young as its container',
      { playlist: playlist(21_000), record: { upAt: ago(20) } },
      'onAir',
      undefined,
      {},
    ],
    [
      'whose playlist is surely younger than its container, which was started again',
      { playlist: playlist(19_000), record: { upAt: ago(20), restarts: [ago(20)] } },
      'onAir',
      undefined,
      {},
    ],
    [
      'whose playlist may be what the container before has left, which was started again',
      { playlist: playlist(19_001), record: { upAt: ago(20), restarts: [ago(20)] } },
      'starting',
      undefined,
      { edge: 'b', edgeSince: NOW.toISOString() },
    ],
    [
      'whose playlist is what the container before has left',
      { playlist: playlist(21_001), record: { upAt: ago(20) } },
      'starting',
      undefined,
      { edge: 'b', edgeSince: NOW.toISOString() },
    ],
    [
      'whose playlist has changed, though before its container was started last',
      { playlist: playlist(null), watched: { edge: 'a', edgeSince: ago(60) }, record: { upAt: ago(59) } },
      'starting',
      undefined,
      { edge: 'b', edgeSince: NOW.toISOString() },
    ],
    [
      'that stands since before its container was started last: its silence is a new one',
      {
        playlist: playlist(700_000),
        watched: { edge: 'b', edgeSince: ago(700), silentSince: ago(650) },
        record: { upAt: ago(600) },
      },
      'unsure',
      undefined,
      { edge: 'b', edgeSince: NOW.toISOString() },
    ],
    [
      'that was silent before its container was started last, and is missing since',
      { playlist: MISSING, watched: { silentSince: ago(650) }, record: { upAt: ago(600) } },
      'silent',
      NOW.toISOString(),
      { silentSince: NOW.toISOString() },
    ],
    [
      'whose container was started in the future, by a clock that was put back',
      { playlist: playlist(4000), record: { upAt: ago(-3600) } },
      'onAir',
      undefined,
      {},
    ],
    [
      'that is missing, by a clock that was put back',
      { playlist: MISSING, record: { upAt: ago(-3600) } },
      'silent',
      NOW.toISOString(),
      { silentSince: NOW.toISOString() },
    ],
    [
      'that has changed within one tick',
      { playlist: ok({ is: 'playlist', edge: 'b', formerEdge: 'a', ageMs: null, targetMs: 5000 }) },
      'onAir',
      undefined,
      { edge: 'b', edgeSince: NOW.toISOString() },
    ],
    [
      'that has not changed within one tick',
      { playlist: ok({ is: 'playlist', edge: 'b', formerEdge: 'b', ageMs: null, targetMs: 5000 }) },
      'unsure',
      undefined,
      { edge: 'b', edgeSince: NOW.toISOString() },
    ],
    ['whose parts are long', { playlist: playlist(45_000, 'b', 20_000) }, 'onAir', undefined, {}],
    [
      'that is seen first, without an age',
      { playlist: playlist(null) },
      'unsure',
      undefined,
      { edge: 'b', edgeSince: NOW.toISOString() },
    ],
    [
      'that has changed since the last look',
      { playlist: playlist(null), watched: { edge: 'a', edgeSince: ago(60) } },
      'onAir',
      undefined,
      { edge: 'b', edgeSince: NOW.toISOString() },
    ],
    [
      'whose file seems old, and has changed',
      { playlist: playlist(900_000), watched: { edge: 'a', edgeSince: ago(60) } },
      'onAir',
      undefined,
      { edge: 'b', edgeSince: NOW.toISOString() },
    ],
    [
      'that is the same shortly after',
      { playlist: playlist(null), watched: { edge: 'b', edgeSince: ago(10) } },
      'unsure',
      undefined,
      { edge: 'b', edgeSince: ago(10) },
    ],
    [
      'that stands',
      { playlist: playlist(null), watched: known },
      'silent',
      ago(120),
      { ...known, silentSince: ago(120) },
    ],
    [
      'that stands, by its age too',
      { playlist: playlist(300_000), watched: known },
      'silent',
      ago(120),
      { ...known, silentSince: ago(120) },
    ],
    ['that is missing', { playlist: MISSING }, 'silent', NOW.toISOString(), { silentSince: NOW.toISOString() }],
    [
      'that was missing before',
      { playlist: MISSING, watched: { silentSince: ago(300) } },
      'silent',
      ago(300),
      { silentSince: ago(300) },
    ],
    ['that is a page', { playlist: HTML }, 'silent', NOW.toISOString(), { silentSince: NOW.toISOString() }],
    [
      'that was silent, and is there without an age',
      { playlist: playlist(null), watched: { silentSince: ago(300) } },
      'silent',
      ago(300),
      { edge: 'b', edgeSince: NOW.toISOString(), silentSince: ago(300) },
    ],
    ['whose container was just started', { playlist: MISSING, record: { upAt: ago(170) } }, 'starting', undefined, {}],
    [
      'whose container was started three minutes ago',
      { playlist: MISSING, record: { upAt: ago(180) } },
      'silent',
      NOW.toISOString(),
      { silentSince: NOW.toISOString() },
    ],
    [
      'whose streamer waits',
      { playlist: MISSING, streamer: ok(streamer({ state: 'waiting' })) },
      'waiting',
      undefined,
      {},
    ],
    [
      'whose streamer joins',
      { playlist: MISSING, streamer: ok(streamer({ state: 'joining' })) },
      'waiting',
      undefined,
      {},
    ],
    [
      'whose streamer has waited, and says nothing now',
      { playlist: MISSING, streamer: ok(streamer({ state: 'waiting', written: ago(60) })) },
      'silent',
      NOW.toISOString(),
      { silentSince: NOW.toISOString() },
    ],
    [
      'whose streamer is live',
      { playlist: MISSING, streamer: ok(streamer()) },
      'silent',
      NOW.toISOString(),
      { silentSince: NOW.toISOString() },
    ],
    [
      'of another image',
      { playlist: MISSING, streamer: ok(null) },
      'silent',
      NOW.toISOString(),
      { silentSince: NOW.toISOString() },
    ],
    ['of an empty meeting', { playlist: MISSING, isMeetingEmpty: true }, 'waiting', undefined, {}],
    [
      'that cannot be read',
      { playlist: failed(), watched: { ...known, silentSince: ago(60) } },
      'unread',
      NOW.toISOString(),
      { ...known, silentSince: ago(60), unreadSince: NOW.toISOString() },
    ],
    [
      'that could not be read before either',
      { playlist: failed(), watched: { unreadSince: ago(300) } },
      'unread',
      ago(300),
      { unreadSince: ago(300) },
    ],
  ])('%s', (_what, one, is, since, remember) => {
    expect(seen(one)).toEqual({ is, ...(since === undefined ? {} : { since }), remember });
  });

  test.each<[string, Reading<PlaylistSight>, Watched | undefined, boolean]>([
    ['tells no age, and of which nothing is remembered', playlist(null), undefined, true],
    ['tells no age, and was seen before', playlist(null), { edge: 'a', edgeSince: ago(60) }, false],
    ['tells no age, and was seen of the container before', playlist(null), { edge: 'a', edgeSince: ago(700) }, true],
    ['tells its age', playlist(90_000), undefined, false],
    ['is missing', MISSING, undefined, false],
  ])('a second look is of use for a playlist that %s: $3', (_what, reading, watched, expected) => {
    if (!reading.ok) throw new Error('a playlist that cannot be read');
    expect(isSecondLookOfUse(reading.value, slotRecord(1, { upAt: ago(600) }), watched, NOW)).toBe(expected);
  });

  test('of a live that was started by an earlier version is as old as its slot', () => {
    const { upAt: _upAt, ...record } = slotRecord(1, { reservedAt: ago(60) });
    const reading = { ...slotReading(1, record, 'running'), playlist: MISSING };
    expect(streamOf(reading, record, undefined, { now: NOW, isMeetingEmpty: false }).state).toEqual({ is: 'starting' });
  });

  test('that stands: how long is said, by the longer of what was seen and of its age', () => {
    const record = slotRecord(1, { upAt: ago(600) });
    const words = (ageMs: number | null): unknown =>
      streamOf({ ...slotReading(1, record, 'running'), playlist: playlist(ageMs) }, record, known, {
        now: NOW,
        isMeetingEmpty: false,
      }).state;
    expect(words(null)).toMatchObject({ what: 'the playlist has not changed for 120 s' });
    expect(words(300_000)).toMatchObject({ what: 'the playlist has not changed for 300 s' });
  });
});

describe('a container that runs', () => {
  const ill = (changes: Partial<SlotReading>): string | null =>
    sicknessOf({ ...slotReading(1, slotRecord(1), 'running'), ...changes }, NOW);
  test.each<[string, Partial<SlotReading>, string | null]>([
    ['and of which nothing else is known', {}, null],
    ['is not known', { container: failed('dockerUnreadable') }, null],
    ['is healthy', { container: ok(containers('running', { health: 'healthy' })) }, null],
    ['is starting', { container: ok(containers('running', { health: 'starting' })) }, null],
    [
      'is unhealthy',
      { container: ok(containers('running', { health: 'unhealthy' })) },
      "its container is unhealthy, by its image's own check",
    ],
    ['is paused', { container: ok(containers('paused')) }, 'its container is paused'],
    ['has a streamer that says how it is', { streamer: ok(streamer()) }, null],
    [
      'has a streamer that is silent for a minute',
      { streamer: ok(streamer({ written: ago(60) })) },
      'its streamer has not said how it is for 60 s',
    ],
    ['has another streamer', { streamer: ok(null) }, null],
    ['has a state that cannot be read', { streamer: failed() }, null],
  ])('%s', (_what, changes, expected) => {
    expect(ill(changes)).toBe(expected);
  });

  test.each<[string, Partial<SlotReading>, string]>([
    ['of whose health nothing is known', {}, 'its container runs'],
    [
      'that is healthy',
      { container: ok(containers('running', { health: 'healthy' })) },
      'its container runs (healthy)',
    ],
    ['of another image', { streamer: ok(null) }, 'its container runs'],
    ['whose state cannot be read', { container: failed(), streamer: failed() }, 'its container runs'],
    [
      'whose streamer has lost its RTMP server',
      { streamer: ok(streamer({ rtmp: 'lost' })) },
      `its container runs; its streamer says: live, RTMP lost, last picture ${ago(5)}`,
    ],
    [
      'whose streamer has no picture',
      { streamer: ok(streamer({ rtmp: 'none', state: 'audio', lastFrame: null })) },
      'its container runs; its streamer says: audio, RTMP none, last picture none',
    ],
  ])('in words: %s', (_what, changes, words) => {
    expect(containerInWords({ ...slotReading(1, slotRecord(1), 'running'), ...changes })).toBe(words);
  });

  test('what was written before it was started is of another one', () => {
    const { upAt: _upAt, ...older } = slotRecord(1, { reservedAt: ago(10) });
    expect(isOfThisRun(streamer(), slotRecord(1, { upAt: ago(4) }))).toBe(false);
    expect(isOfThisRun(streamer(), slotRecord(1, { upAt: ago(5) }))).toBe(true);
    expect(isOfThisRun(streamer(), older)).toBe(true);
  });
});
