// docs/promises.md, P3, P8 and P9: every call to the outside fails, in every way, once or for ever, for one live or for all.
import { describe, expect, test } from '@jest/globals';
import type { Ports } from '../../src/tick/ports.js';
import { killChat, stopContainer } from '../support/memory/compose.js';
import { emptyDirectory } from '../support/memory/host.js';
import { broken, recordings, unsettled } from '../support/memory/invariants.js';
import { addBroadcaster } from '../support/memory/pod.js';
import type { Hook } from '../support/memory/session.js';
import { createWorld, hostOf, memoryOf, tick, type MemoryWorld } from '../support/memory/world.js';
import { BUG, kind, OF_BBB, OF_DISK, OF_DOCKER, OF_POD, OF_RECORDINGS, type FaultKind } from './fault-kinds.js';
import { cleanTick, endMeeting, request } from './stories.js';

type Tried =
  | ('pod' | 'bbb' | 'slots' | 'compose' | 'streams' | 'recordings' | 'disks' | 'outbox' | 'chat' | 'mail' | 'memory')
  | ('planning' | 'locks');

type Methods = { [Port in Tried]: Partial<Record<keyof Ports[Port], FaultKind[]>> };

/**
 * A new method of a port belongs here. `finish`, `askRtmp` and `show` never throw and have no fault; `read` of Compose is
 * asked only after another act has failed.
 */
const CALLS: Methods = {
  pod: {
    readLivestreams: OF_POD,
    readLivestream: OF_POD,
    readMeeting: [
      ...OF_POD,
      kind('404 in JSON', { kind: 'meetingUnreadable', certain: true, status: 404, missing: true }),
    ],
    readBroadcasters: [...OF_POD, kind('no such path', { kind: 'podWithoutBroadcasters', certain: true, status: 404 })],
    readBroadcaster: OF_POD,
    createBroadcaster: OF_POD,
    restrictBroadcaster: OF_POD,
    deleteBroadcaster: OF_POD,
    changeLivestream: [...OF_POD, BUG],
    setEncodedBy: OF_POD,
  },
  bbb: { readMeetings: OF_BBB, readMeetingInfo: OF_BBB },
  slots: {
    read: [kind('no permission', { kind: 'diskFailed' })],
    make: OF_DISK,
    writeRecord: OF_DISK,
    release: OF_DISK,
    writeComposeFile: OF_DISK,
    readComposeMeeting: [BUG],
    readStreamerState: [kind('no permission', { kind: 'diskFailed' }), BUG],
  },
  compose: {
    readAll: OF_DOCKER,
    engineId: OF_DOCKER,
    up: [...OF_DOCKER, kind('no image', { kind: 'imageMissing' })],
    upChat: [...OF_DOCKER, kind('port taken', { kind: 'chatDied' })],
    down: OF_DOCKER,
    saveOutput: OF_DOCKER,
  },
  streams: { readPlaylist: [kind('no connection', { kind: 'playlistUnreadable' }), BUG] },
  disks: { read: [kind('no permission', { kind: 'diskFailed' }), BUG] },
  recordings: {
    read: OF_RECORDINGS,
    readOthers: OF_RECORDINGS,
    formerLive: OF_RECORDINGS,
  },
  outbox: {
    read: OF_DISK,
    take: OF_DISK,
    readRecord: OF_DISK,
    writeRecord: OF_DISK,
    moveIn: OF_RECORDINGS,
    files: OF_RECORDINGS,
    isWaiting: OF_RECORDINGS,
    copy: OF_RECORDINGS,
    rename: OF_RECORDINGS,
    removeSource: OF_RECORDINGS,
    close: OF_DISK,
  },
  chat: {
    ping: [kind('silent', { kind: 'chatSilent' })],
    look: [kind('silent', { kind: 'chatSilent' }), BUG],
    show: [],
  },
  mail: {
    send: [kind('refused', { kind: 'mailFailed' }), kind('sent, but no answer', { kind: 'mailFailed' }, 'after')],
  },
  memory: { read: [kind('damaged', { kind: 'memoryUnreadable' })], write: [kind('disk full', { kind: 'diskFailed' })] },
  planning: { take: [kind('no permission', { kind: 'diskFailed', certain: true }), BUG] },
  locks: { take: [kind('no permission', { kind: 'diskFailed', certain: true }), BUG] },
};

interface Case extends FaultKind {
  /** Port and method. */
  call: string;
  port: string;
  method: string;
  lasts: 'once' | 'for ever';
  /** Every call, or only those about the livestream or slot that met it first. */
  meets: 'all' | 'one';
  /** The call is about all lives at once. */
  isGlobal: boolean;
}

const GLOBAL = new Set([
  'readLivestreams',
  'readBroadcasters',
  'readMeetings',
  'readAll',
  'take',
  'send',
  'createBroadcaster',
]);

function casesOf(port: string, method: string, kinds: FaultKind[]): Case[] {
  const isGlobal =
    GLOBAL.has(method) || port === 'memory' || port === 'disks' || (port === 'slots' && method === 'read');
  const what = { call: `${port}.${method}`, port, method, isGlobal };
  return kinds.flatMap((fault): Case[] => [
    { ...fault, ...what, lasts: 'once', meets: 'one' },
    { ...fault, ...what, lasts: 'for ever', meets: 'all' },
    ...(isGlobal ? [] : [{ ...fault, ...what, lasts: 'for ever', meets: 'one' } as const]),
  ]);
}

const CASES = Object.entries(CALLS).flatMap(([port, methods]) =>
  Object.entries(methods as Record<string, FaultKind[]>).flatMap(([method, kinds]) => casesOf(port, method, kinds)),
);

/** More than SILENT_MINUTES. */
const PATIENT_TICKS = 8;

/** After the longest pause, what kept failing is tried again. */
const LONGEST_PAUSE_MS = 10 * 60_000;

/** Goes on: 1 and 3. Is over: 2. Asked: 4 and 6, which start, and 5, whose meeting is over. Its container died: 7; its chat: 8. */
async function busyWorld(): Promise<MemoryWorld> {
  const world = createWorld([{ numberOfLives: 7 }]);
  const host = hostOf(world);
  request(world, { id: 1, row: { isRestricted: true, enableChat: true, downloadMeeting: true } });
  request(world, { id: 2, row: { downloadMeeting: true } });
  request(world, { id: 7 });
  request(world, { id: 8, row: { enableChat: true } });
  await cleanTick(world);
  const adopted = addBroadcaster(world.pod, {
    name: '[BBB] Cours 3',
    streamUrl: 'https://hls.univ.test/hls/bbb-Cours-3.m3u8',
    isRestricted: false,
  });
  request(world, { id: 3, row: { status: 1, server: '1/5', broadcasterId: adopted.id } });
  const composeFile = {
    origin: 'foreign',
    isIntact: true,
    livestreamId: 3,
    meetingId: 'meeting-3',
    internalMeetingId: 'internal-3',
    streamKey: 'bbb-Cours-3',
    isRecorded: false,
  } as const;
  host.slots.set(5, { ...emptyDirectory(), composeFile });
  host.containers.set(5, { livestreamId: 3, streamKey: 'bbb-Cours-3', state: 'running', openFile: null });
  endMeeting(world, 2);
  request(world, { id: 4, row: { isRestricted: true, enableChat: true } });
  addBroadcaster(world.pod, {
    name: '[BBB] Cours 4',
    streamUrl: 'https://hls.univ.test/hls/bbb-Cours-4.m3u8',
    isRestricted: false,
  });
  request(world, { id: 5 });
  endMeeting(world, 5);
  request(world, { id: 6, row: { downloadMeeting: true } });
  host.slots.get(6)?.videodata.set('older.mkv', { content: 'a stranger', modifiedAt: world.clock.time - 86_400_000 });
  stopContainer(host, 3, world.clock.time);
  killChat(host, 4);
  return world;
}

function hookOf(fault: Case, hit: () => void): Hook {
  let met: unknown;
  let isOver = false;
  return (call, moment) => {
    if (isOver || call.port !== fault.port || call.method !== fault.method || moment !== fault.moment) return undefined;
    const about = call.arguments[0];
    if (fault.meets === 'one' && met !== undefined && JSON.stringify(met) !== JSON.stringify(about)) return undefined;
    met = about ?? null;
    isOver = fault.lasts === 'once';
    hit();
    return fault.intervention;
  };
}

/** Looked at after each tick: what no fault may bring about. */
function expectNothingLost(world: MemoryWorld): void {
  const host = hostOf(world);
  expect(broken(world)).toEqual([]);
  expect(host.containers.get(1)).toMatchObject({ livestreamId: 1, state: 'running' });
  expect(host.containers.get(5)).toMatchObject({ livestreamId: 3, state: 'running' });
  expect(host.starts.filter(({ livestreamId }) => livestreamId === 1 || livestreamId === 3)).toHaveLength(1);
  expect([...recordings(world).keys()].filter((content) => /live=[12] |stranger/.test(content)).sort()).toEqual([
    'a stranger',
    expect.stringMatching(/^meeting=internal-1 live=1/),
    expect.stringMatching(/^meeting=internal-2 live=2/),
  ]);
  const ended = world.pod.rows.find(({ id }) => id === 2);
  if (ended?.status === 2) {
    expect([...host.containers.values()].some(({ livestreamId }) => livestreamId === 2)).toBe(false);
    const inOutbox = [...host.outbox.values()].flatMap(({ files }) => [...files.values()]);
    expect([...world.files.values(), ...inOutbox].some(({ content }) => content.includes('live=2 '))).toBe(true);
  }
  for (const mail of host.mails.filter(({ template }) => template === 'start')) {
    expect(host.starts.map(({ livestreamId }) => livestreamId)).toContain(mail.values['livestreamId']);
  }
}

/** Lives that have not come as far as they would without any fault. */
function unfinished(world: MemoryWorld): number[] {
  const { containers } = hostOf(world);
  const isUp = (live: number): boolean =>
    [...containers.values()].some(({ livestreamId, state }) => livestreamId === live && state === 'running');
  return world.pod.rows
    .filter(({ id, status }) => (id === 2 || id === 5 ? status !== 2 : status !== 1 || !isUp(id)))
    .map(({ id }) => id);
}

/** A warning mail, or a line of error where the mail is what fails. */
function isTold(world: MemoryWorld, fault: Case): boolean {
  const host = hostOf(world);
  if (fault.port === 'mail' || fault.port === 'memory') return host.log.some((line) => line.startsWith('[ERROR]'));
  const errors = host.mails
    .filter(({ template }) => template === 'errors')
    .flatMap(({ values }) => values['errors'] as { detail: string }[]);
  const detail = 'bug' in fault.intervention ? 'x is undefined' : `${fault.port}.${fault.method} failed`;
  return errors.some((error) => error.detail.includes(detail));
}

describe('whatever fails, no running live is stopped, nothing is lost, the administrator is told, and the world heals', () => {
  test.each(CASES)('$call: $name, $lasts, met by $meets', async (fault) => {
    const world = await busyWorld();
    let hits = 0;
    const hook = hookOf(fault, () => (hits += 1));
    const lasting = fault.port === 'streams' ? PATIENT_TICKS : 3;
    for (let count = 0; count < (fault.lasts === 'once' ? 1 : lasting); count += 1) {
      const end = await tick(world, { hook });
      expect(end).toEqual({ exitStatus: expect.any(Number) });
      expectNothingLost(world);
      world.clock.time += 60_000;
    }
    expect(hits).toBeGreaterThan(0);
    if (fault.meets === 'one' && !fault.isGlobal) expect(unfinished(world).length).toBeLessThanOrEqual(1);
    // A playlist that cannot be read for a moment says nothing of its stream.
    expect(isTold(world, fault)).toBe(fault.port !== 'streams' || fault.lasts === 'for ever');
    world.clock.time += LONGEST_PAUSE_MS;
    for (let count = 0; count < 3; count += 1) {
      await cleanTick(world);
      expectNothingLost(world);
    }
    expect(unsettled(world)).toEqual([]);
    expect(world.pod.rows.map(({ id, status }) => [id, status])).toEqual([
      [1, 1],
      [2, 2],
      [7, 1],
      [8, 1],
      [3, 1],
      [4, 1],
      [5, 2],
      [6, 1],
    ]);
    const { told, untold } = memoryOf(hostOf(world));
    expect(Object.entries(told).filter(([, { over }]) => over === null)).toEqual([]);
    expect(untold).toEqual([]);
    // What could not be set aside at a start is set aside at the end.
    for (const id of [1, 3, 4, 6, 7, 8]) endMeeting(world, id);
    await cleanTick(world);
    expect(unsettled(world)).toEqual([]);
    expect([...recordings(world).values()].filter((places) => places.length > 1)).toEqual([]);
    expect(hostOf(world).containers.size).toBe(0);
  });
});

test('there are at least three hundred cases', () => {
  expect(CASES.length).toBeGreaterThanOrEqual(300);
});
