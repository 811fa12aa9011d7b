// A live in progress with this server's number is this host's only where something of it is here.
import { describe, expect, test } from '@jest/globals';
import { isOfThisHost } from '../../../src/tick/plan/adoption.js';
import { plan } from '../../../src/tick/plan/plan.js';
import type { Livestream, Outcome, PodMeeting, Reading, SlotReading } from '../../../src/tick/model.js';
import { makeConfig } from '../../support/memory/config.js';
import {
  containers,
  failed,
  inProgress,
  ok,
  quietWorld,
  slotReading,
  slotRecord,
} from '../../support/memory/samples.js';

const config = makeConfig();
const MEETING = ok<PodMeeting>({ meetingId: 'meeting-1', internalMeetingId: 'internal-1', meetingName: 'Cours 1' });

type Case = [
  what: string,
  slot: Partial<SlotReading>,
  row: Partial<Livestream>,
  meeting: Reading<PodMeeting> | undefined,
  isHere: boolean | 'unread',
];

const UNREAD_DOCKER: Partial<SlotReading> = { container: failed('dockerUnreadable') };
const NOTHING: Partial<SlotReading> = { container: ok(containers('absent')), composeMeetingId: 'sample' };

const CASES: Case[] = [
  ['nothing', NOTHING, {}, MEETING, false],
  ['nothing, and no chat', NOTHING, { redisHostname: null }, MEETING, false],
  ['its chat', NOTHING, { redisHostname: config.serverHostname }, MEETING, true],
  ['its chat, in capitals', NOTHING, { redisHostname: ` ${config.serverHostname.toUpperCase()}` }, MEETING, true],
  ['its chat, and Docker is silent', UNREAD_DOCKER, { redisHostname: config.serverHostname }, undefined, true],
  ['a file of the PHP script', { ...NOTHING, composeFile: 'foreign' }, {}, undefined, true],
  ['a file of the PHP script, and Docker is silent', { ...UNREAD_DOCKER, composeFile: 'foreign' }, {}, MEETING, true],
  ['our file of its meeting', { ...NOTHING, composeMeetingId: 'meeting-1' }, {}, MEETING, true],
  [
    'our file of its meeting, which Pod cannot name',
    { ...NOTHING, composeMeetingId: 'meeting-1' },
    {},
    failed(),
    'unread',
  ],
  ['our file of another meeting', { ...NOTHING, composeMeetingId: 'meeting-11' }, {}, MEETING, false],
  ['a container', { ...NOTHING, container: ok(containers('running')) }, {}, MEETING, true],
  ['a container that is stopped', { ...NOTHING, container: ok(containers('stopped')) }, {}, failed(), true],
  [
    'a container, and a damaged file',
    { container: ok(containers('running')), composeMeetingId: null },
    {},
    MEETING,
    true,
  ],
  [
    'a container of another meeting',
    { container: ok(containers('running')), composeMeetingId: 'meeting-2' },
    {},
    MEETING,
    false,
  ],
  ['nothing, and Docker is silent', { ...NOTHING, ...UNREAD_DOCKER }, {}, MEETING, 'unread'],
  ['nothing that was asked for', {}, {}, MEETING, 'unread'],
  [
    'a file of a meeting that was not asked for',
    { ...NOTHING, composeMeetingId: 'meeting-1' },
    {},
    undefined,
    'unread',
  ],
];

test.each(CASES)('what is here is %s', (_what, slot, row, meeting, isHere) => {
  const elsewhere = inProgress(1, 1, { redisHostname: 'live9.univ.test', ...row });
  const found = isOfThisHost(elsewhere, { ...slotReading(1, null), ...slot }, meeting, config);
  expect(found.ok ? found.value : 'unread').toBe(isHere);
});

function kinds(outcomes: Outcome[]): (string | number | null)[][] {
  return outcomes.flatMap((outcome) =>
    'problem' in outcome ? [[outcome.problem.kind, outcome.livestreamId, outcome.slot]] : [],
  );
}

describe('in a plan', () => {
  const elsewhere = inProgress(1, 1, { redisHostname: 'live9.univ.test' });
  const podMeetings = new Map([['/rest/bbb_meeting/1/', MEETING]]);

  test('one that is not here is told with its host, and nothing is done', () => {
    const slots = [{ ...slotReading(1, null), ...NOTHING }];
    const { chains, outcomes } = plan(quietWorld({ inProgress: ok([elsewhere]), podMeetings, slots }), config);
    expect(chains).toEqual([]);
    expect(kinds(outcomes)).toEqual([['serverNumberShared', 1, null]]);
    expect(JSON.stringify(outcomes)).toMatch(/live9\.univ\.test.*is SERVER_NUMBER \(1\) unique\?/);
  });

  test('one that is here is taken over beside one that is not', () => {
    const ours = inProgress(2, 1);
    const slots = [{ ...slotReading(1, null), ...NOTHING }];
    const meetings = new Map([
      ...podMeetings,
      ['/rest/bbb_meeting/2/', ok({ meetingId: 'meeting-2', internalMeetingId: 'internal-2', meetingName: 'Cours 2' })],
    ] as const);
    const world = quietWorld({ inProgress: ok([elsewhere, ours]), podMeetings: meetings, slots });
    const { chains, outcomes } = plan(world, config);
    expect(chains.map(({ livestreamId, effects }) => [livestreamId, effects[0]?.do])).toEqual([[2, 'adopt']]);
    expect(kinds(outcomes)).toContainEqual(['serverNumberShared', 1, null]);
    expect(kinds(outcomes).map(([kind]) => kind)).not.toContain('rowInconsistent');
  });

  test('one that names a slot of ours in use is told as another host’s when its chat is elsewhere', () => {
    const world = quietWorld({
      inProgress: ok([inProgress(2, 1), elsewhere, inProgress(3, 1)]),
      slots: [slotReading(1, slotRecord(2), 'running')],
    });
    expect(kinds(plan(world, config).outcomes)).toEqual(
      expect.arrayContaining([
        ['serverNumberShared', 1, null],
        ['rowInconsistent', 3, 1],
      ]),
    );
  });

  test('one that names a slot of ours in use, and whose chat is nobody’s, contradicts that slot', () => {
    const world = quietWorld({
      inProgress: ok([inProgress(2, 1), inProgress(3, 1, { redisHostname: null })]),
      slots: [slotReading(1, slotRecord(2), 'running')],
    });
    const { outcomes } = plan(world, config);
    expect(kinds(outcomes)).toEqual([['rowInconsistent', 3, 1]]);
    expect(JSON.stringify(outcomes)).toContain('livestream 3 has server 1/1 in Pod, but slot 1 holds another live');
  });

  test.each([null, ' '])('one without a chat (%j) is told without the host of one', (redisHostname) => {
    const slots = [{ ...slotReading(1, null), ...NOTHING }];
    const row = inProgress(1, 1, { redisHostname });
    const { outcomes } = plan(quietWorld({ inProgress: ok([row]), podMeetings, slots }), config);
    expect(JSON.stringify(outcomes)).toContain(
      'in progress in Pod on server 1/1, but nothing of it is on live1.univ.test',
    );
  });

  test('one of which Docker cannot say whether it is here is left alone, and that is told', () => {
    const slots = [{ ...slotReading(1, null), ...NOTHING, ...UNREAD_DOCKER }];
    const { chains, outcomes } = plan(quietWorld({ inProgress: ok([elsewhere]), podMeetings, slots }), config);
    expect(chains).toEqual([]);
    expect(kinds(outcomes)).toEqual([['dockerUnreadable', 1, 1]]);
  });
});
