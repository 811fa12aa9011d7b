// docs/promises.md, P3, P8 and P9 with webinars: every call to the outside fails, in every way, once or for ever, for one live or for all.
import { describe, expect, test } from '@jest/globals';
import type { Ports } from '../../src/tick/ports.js';
import { recordings } from '../support/memory/invariants.js';
import type { Hook } from '../support/memory/session.js';
import {
  clickStart,
  clickStop,
  endMeeting,
  planWebinar,
  setStatus,
  webinarWorld,
} from '../support/memory/webinar-teacher.js';
import { hostOf, memoryOf, recordOf, tick, type MemoryWorld } from '../support/memory/world.js';
import { BUG, kind, OF_BBB, OF_DISK, OF_DOCKER, OF_POD, OF_RECORDINGS, type FaultKind } from './fault-kinds.js';
import { cleanTick } from './stories.js';

type Calls = {
  [Port in 'webinars' | 'wishes' | 'bbb' | 'slots' | 'compose' | 'recordings' | 'outbox' | 'mail']: Partial<
    Record<keyof Ports[Port], FaultKind[]>
  >;
};

/** Those that differ in what they leave open. */
const OF_WEBINARS = OF_POD.filter(({ name }) => !['404', '429'].includes(name));

const CALLS: Calls = {
  webinars: {
    readInProgress: OF_WEBINARS,
    readRow: OF_WEBINARS,
    readMeeting: OF_WEBINARS,
    readEvent: OF_WEBINARS,
    readBroadcaster: OF_WEBINARS,
    changeStatus: OF_WEBINARS,
    prolongEvent: OF_WEBINARS,
    switchBroadcaster: [...OF_WEBINARS, BUG],
    createRecording: [...OF_WEBINARS, BUG],
  },
  wishes: { read: OF_DISK, settle: OF_DISK },
  bbb: { readMeetings: OF_BBB, readMeetingInfo: OF_BBB },
  slots: { writeRecord: OF_DISK, release: OF_DISK, writeComposeFile: OF_DISK },
  compose: { readAll: OF_DOCKER, up: OF_DOCKER, down: OF_DOCKER },
  recordings: { read: OF_RECORDINGS },
  outbox: {
    writeRecord: OF_DISK,
    moveIn: OF_RECORDINGS,
    copy: OF_RECORDINGS,
    rename: OF_RECORDINGS,
    removeSource: OF_RECORDINGS,
  },
  mail: { send: [kind('refused', { kind: 'mailFailed' })] },
};

interface Case extends FaultKind {
  call: string;
  port: string;
  method: string;
  lasts: 'once' | 'for ever';
}

const CASES: Case[] = Object.entries(CALLS).flatMap(([port, methods]) =>
  Object.entries(methods as Record<string, FaultKind[]>).flatMap(([method, kinds]) =>
    kinds.flatMap((fault) =>
      (['once', 'for ever'] as const).map((lasts) => ({ ...fault, call: `${port}.${method}`, port, method, lasts })),
    ),
  ),
);

/** After the longest pause, what kept failing is tried again. */
const LONGEST_PAUSE_MS = 61 * 60_000;

/** Goes on, beyond the end of its event: 1. Is over: 2. Was stopped by a call: 3. Was just asked for: 4. Stale in Pod alone: 5. All are recorded. */
async function busyWorld(): Promise<MemoryWorld> {
  const world = webinarWorld({ podLiveGateways: [3, 4, 5, 6, 7], numberOfLives: 5, webinarRecord: 'always' });
  for (let id = 1; id <= 5; id += 1) planWebinar(world, id, id);
  for (const id of [1, 2, 3]) clickStart(world, id, id);
  await cleanTick(world);
  world.clock.time += 58 * 60_000;
  endMeeting(world, 2);
  clickStop(world, 3, 3);
  clickStart(world, 4, 4);
  setStatus(world, 5, 1);
  return world;
}

function held(world: MemoryWorld, slot: number): string | null {
  const record = recordOf(world, slot);
  return record.ok ? (record.value?.meetingId ?? null) : 'unreadable';
}

function statuses(world: MemoryWorld): number[] {
  return world.webinars.rows.map(({ status }) => status);
}

/** Looked at after each tick: what no fault may bring about. */
function expectNothingLost(world: MemoryWorld): void {
  const host = hostOf(world);
  expect(host.containers.get(1)).toMatchObject({ state: 'running' });
  expect(host.starts.filter(({ slot }) => slot === 1)).toHaveLength(1);
  expect(held(world, 5)).toBeNull();
  const found = [...recordings(world)];
  for (const id of [1, 2, 3])
    expect(found.filter(([content]) => content.startsWith(`meeting=internal-${id} `))).toHaveLength(1);
  expect(new Set(world.webinars.videos.map(({ title }) => title)).size).toBe(world.webinars.videos.length);
}

/** A mail, or a line of the log where the mail is what fails. */
function isTold(world: MemoryWorld, { port, method, intervention }: Case): boolean {
  const { log, mails } = hostOf(world);
  if (port === 'mail') return log.some((line) => line.includes('mail.send failed'));
  const detail = 'bug' in intervention ? 'x is undefined' : `${port}.${method} failed`;
  return mails.some(({ values }) => JSON.stringify(values).includes(detail));
}

describe('whatever fails, no webinar that goes on is stopped, nothing is lost or published twice, and the world heals', () => {
  test.each(CASES)('$call: $name, $lasts', async (fault) => {
    const world = await busyWorld();
    let hits = 0;
    const hook: Hook = ({ port, method }, moment) => {
      if (port !== fault.port || method !== fault.method || moment !== fault.moment) return undefined;
      if (fault.lasts === 'once' && hits > 0) return undefined;
      hits += 1;
      return fault.intervention;
    };
    for (let count = 0; count < (fault.lasts === 'once' ? 1 : 3); count += 1) {
      expect(await tick(world, { hook })).toEqual({ exitStatus: expect.any(Number) });
      expectNothingLost(world);
      world.clock.time += 60_000;
    }
    expect(hits).toBeGreaterThan(0);
    expect(isTold(world, fault)).toBe(true);
    world.clock.time += LONGEST_PAUSE_MS;
    for (let count = 0; count < 3; count += 1) {
      await cleanTick(world);
      expectNothingLost(world);
    }
    expect([1, 2, 3, 4, 5].map((slot) => held(world, slot))).toEqual(['meeting-1', null, null, 'meeting-4', null]);
    expect(statuses(world)).toEqual([1, 2, 2, 1, 2]);
    const dots = [...world.webinars.broadcasters.values()].map(({ isOn }) => isOn);
    expect(dots).toEqual([true, false, false, true, false]);
    for (const id of [1, 4]) endMeeting(world, id);
    for (let count = 0; count < 2; count += 1) await cleanTick(world);
    expect(hostOf(world).containers.size).toBe(0);
    expect([...hostOf(world).outbox.keys()]).toEqual([]);
    expect([...recordings(world).values()].filter((places) => places.length > 1)).toEqual([]);
    const { told, untold } = memoryOf(hostOf(world));
    expect(Object.entries(told).filter(([, { over }]) => over === null)).toEqual([]);
    expect(untold).toEqual([]);
  });
});

test('there are at least a hundred and fifty cases', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(150);
});
