// docs/promises.md, P11: lives that the PHP script started are taken over from what Pod says of them.
import { describe, expect, test } from '@jest/globals';
import { plan } from '../../../src/tick/plan/plan.js';
import type { World } from '../../../src/tick/model.js';
import { makeConfig } from '../../support/memory/config.js';
import { bbbSays, broadcaster, failed, inProgress, ok, quietWorld, slotReading } from '../../support/memory/samples.js';

const config = makeConfig();

function worldOf(changes: Partial<World> = {}): World {
  return quietWorld({
    slots: [{ ...slotReading(1, null, 'running'), composeFile: 'foreign' }],
    inProgress: ok([inProgress(1, 1, { enableChat: true, isRestricted: true })]),
    podMeetings: new Map([
      ['/rest/bbb_meeting/1/', ok({ meetingId: 'meeting-1', internalMeetingId: 'internal-1', meetingName: 'Cours 1' })],
    ]),
    broadcasters: ok([broadcaster(101, '[BBB] Cours 1', { slug: 'bbb-cours-1-' })]),
    ...bbbSays(1, 'running'),
    ...changes,
  });
}

test('a live in progress without a slot file is taken over with its facts from Pod; nothing is started', () => {
  const { chains, outcomes } = plan(worldOf(), config);
  expect(outcomes).toEqual([]);
  expect(chains).toHaveLength(1);
  expect(chains[0]?.effects).toEqual([
    {
      do: 'adopt',
      record: expect.objectContaining({
        step: 'live',
        livestreamId: 1,
        meetingId: 'meeting-1',
        internalMeetingId: 'internal-1',
        broadcasterName: '[BBB] Cours 1',
        streamKey: 'bbb-Cours-1',
        broadcasterId: 101,
        slug: 'bbb-cours-1-',
        enableChat: true,
        isRestricted: true,
        recordingAsked: true,
        userPath: '/rest/users/1/',
        reservedAt: '2026-03-02T08:00:00Z',
        startMailSent: true,
        broadcasterRemoved: false,
      }),
      composeWrittenAt: null,
      hasContainer: true,
    },
  ]);
});

test('when its meeting is over it is taken over and ended in one chain', () => {
  const { chains } = plan(worldOf(bbbSays(1, 'over')), config);
  expect(chains[0]?.effects.map((effect) => effect.do)).toEqual([
    ...[
      'adopt',
      'beginStop',
      'render',
      'finish',
      'saveOutput',
      'down',
      'moveOut',
      'removeBroadcaster',
      'tellPodStopped',
      'release',
    ],
  ]);
});

describe('what cannot be read leaves the live alone, and is told', () => {
  test.each<[string, Partial<World>, string]>([
    [
      'the meeting',
      { podMeetings: new Map([['/rest/bbb_meeting/1/', failed('meetingUnreadable')]]) },
      'meetingUnreadable',
    ],
    ['the meeting, which was not asked for', { podMeetings: new Map() }, 'podUnreadable'],
    ['the broadcasters', { broadcasters: failed() }, 'podUnreadable'],
  ])('%s', (_what, changes, kind) => {
    const { chains, outcomes } = plan(worldOf(changes), config);
    expect(chains).toEqual([]);
    expect(outcomes.map((outcome) => ('problem' in outcome ? outcome.problem.kind : outcome.level))).toContain(kind);
  });
});

test('the broadcasters that were not asked for are not taken for none', () => {
  const { broadcasters: _unasked, ...world } = worldOf();
  const { chains, outcomes } = plan(world, config);
  expect(chains).toEqual([]);
  expect(outcomes).toEqual([expect.objectContaining({ problem: expect.objectContaining({ kind: 'podUnreadable' }) })]);
});

test('it has begun when its container was started, not when it was asked for', () => {
  const begun = (composeWrittenAt: Date): unknown =>
    plan(worldOf({ slots: [{ ...slotReading(1, null, 'running'), composeFile: 'foreign', composeWrittenAt }] }), config)
      .chains[0]?.effects[0];
  const later = new Date('2026-03-02T08:40:00Z');
  expect(begun(later)).toMatchObject({ composeWrittenAt: later, record: { reservedAt: later.toISOString() } });
  expect(begun(new Date('2026-01-01T00:00:00Z'))).toMatchObject({ record: { reservedAt: '2026-03-02T08:00:00Z' } });
});

test('a broadcaster that is gone is not looked for again', () => {
  const { chains } = plan(worldOf({ broadcasters: ok([]) }), config);
  expect(chains[0]?.effects[0]).toMatchObject({
    record: { broadcasterRemoved: true, slug: null, streamKey: 'bbb-Cours-1' },
  });
});

test('a broadcaster with a playlist elsewhere leaves the plain stream key', () => {
  const elsewhere = broadcaster(101, '[BBB] Cours 1', { streamUrl: 'https://other.test/abc.m3u8' });
  expect(plan(worldOf({ broadcasters: ok([elsewhere]) }), config).chains[0]?.effects[0]).toMatchObject({
    record: { streamKey: 'bbb-Cours-1' },
  });
});

test('of two lives that Pod shows on one slot the first is taken over, the second reported', () => {
  const { chains, outcomes } = plan(worldOf({ inProgress: ok([inProgress(1, 1), inProgress(2, 1)]) }), config);
  expect(chains.map(({ livestreamId }) => livestreamId)).toEqual([1]);
  expect(outcomes).toEqual([
    expect.objectContaining({ livestreamId: 2, problem: expect.objectContaining({ kind: 'rowInconsistent' }) }),
  ]);
});
