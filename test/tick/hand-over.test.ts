// docs/promises.md, P4, on a real disk: whatever goes away, comes back or is cut, no recording is lost, and none is published twice.
import { PortError } from '../../src/tick/errors.js';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Context } from '../../src/tick/effects/act.js';
import { takeEntry, workOn, workOnFilled } from '../../src/tick/effects/outbox.js';
import { moveOut } from '../../src/tick/effects/recordings.js';
import { entriesToWorkOn } from '../../src/tick/plan/outbox/entries.js';
import { parseSlotRecord, serialiseSlotRecord } from '../../src/tick/shell/slot/slot-file.js';
import type { Outcome, SlotReading, SlotRecord } from '../../src/tick/model.js';
import { type Outbox, type Ports, type Recordings } from '../../src/tick/ports.js';
import { REAL_COPY_ACTS, type CopyActs } from '../../src/shared/file-copy.js';
import { createOutbox, type EntryLocks } from '../../src/tick/shell/outbox/outbox.js';
import { createRecordings } from '../../src/tick/shell/outbox/recordings.js';
import { film, textOfFilm } from '../support/film.js';
import { ask, createPod, podPort, type MemoryPod } from '../support/memory/pod.js';
import { nearWorker } from '../support/near-worker.js';
import { sampleConfig, sampleRecord } from '../support/samples.js';
import { temporaryDirectory } from '../support/temporary.js';

const MEETING = 'internal-1';
const FINAL = `${MEETING}.mkv`;
const FILE = 'meeting-20240501080000.mkv';
const PATIENCE_MS = 120_000;

interface Published {
  name: string;
  content: string;
  owner: string | null;
}

interface Stage {
  base: string;
  /** Where Pod's directory is, mounted or not; what was written while it was away; where its real content is then. */
  podDirectory: string;
  shadow: string;
  away: string;
  isMounted: boolean;
  /** /etc/fstab names it. */
  isKnownMount: boolean;
  canLink: boolean;
  pod: MemoryPod;
  /** Slot files, as text. */
  slots: Map<number, string>;
  published: Published[];
  told: Outcome[];
}

/** In memory where there is such a disk: each step waits for the disk. */
const root = temporaryDirectory(existsSync('/dev/shm') ? '/dev/shm' : undefined);
let turn = 0;

function setTheStage(lives: number, change: Partial<Stage> = {}): Stage {
  turn += 1;
  const top = join(root, String(turn));
  const base = join(top, 'base');
  const stage: Stage = {
    base,
    podDirectory: join(top, 'pod'),
    shadow: join(top, 'shadow'),
    away: join(top, 'away'),
    isMounted: true,
    isKnownMount: false,
    canLink: true,
    pod: createPod(),
    slots: new Map(),
    published: [],
    told: [],
    ...change,
  };
  mkdirSync(stage.podDirectory, { recursive: true });
  mkdirSync(stage.shadow);
  for (let live = 1; live <= lives; live += 1) {
    const userPath = `/rest/users/${live}/`;
    stage.pod.staff.add(userPath);
    ask(stage.pod, { id: live, meetingPath: '/rest/bbb_meeting/1/', internalMeetingId: MEETING, row: { userPath } });
    stage.slots.set(live, serialiseSlotRecord(recordOfLive(live, userPath)));
    mkdirSync(videodata(stage, live), { recursive: true });
    writeFileSync(join(videodata(stage, live), FILE), contentOf(live));
  }
  return stage;
}

function recordOfLive(livestreamId: number, userPath: string): SlotRecord {
  return sampleRecord({
    step: 'down',
    livestreamId,
    userPath,
    meetingPath: '/rest/bbb_meeting/1/',
    internalMeetingId: MEETING,
  });
}

/** All of one size, so that size alone tells nothing. */
function textOf(live: number): string {
  return `recording of live ${live}`;
}

function contentOf(live: number): Buffer {
  return film(textOf(live));
}

function textIn(path: string): string {
  return textOfFilm(readFileSync(path));
}

function videodata(stage: Stage, slot: number): string {
  return join(stage.base, `bbb-live-streaming${slot}`, 'videodata');
}

function recordOf(stage: Stage, slot: number): SlotRecord {
  const parsed = parseSlotRecord(stage.slots.get(slot) ?? '');
  if ('fault' in parsed) throw new Error(parsed.fault);
  return parsed.value;
}

/** Called before and after each call of a port; what it throws ends the tick there. */
type Cut = (label: string) => void;

/** A tick of its own: nothing of the last one is in its memory. */
function contextOf(stage: Stage, cut: Cut): Context {
  const config = sampleConfig(stage.base, { podDefaultBbbPath: stage.podDirectory });
  const around = async <T>(label: string, act: () => T | Promise<T>): Promise<T> => {
    cut(`before ${label}`);
    const result = await act();
    cut(`after ${label}`);
    return result;
  };
  const acts: CopyActs = {
    ...REAL_COPY_ACTS,
    ...(stage.canLink ? {} : { link: () => Promise.reject(Object.assign(new Error('EXDEV'), { code: 'EXDEV' })) }),
    missingMount: () => Promise.resolve(stage.isKnownMount && !stage.isMounted ? stage.podDirectory : null),
  };
  const slots = createRecordings(config);
  const recordings: Recordings = {
    read: (slot) => around('read', () => slots.read(slot)),
    readOthers: (slot) => around('readOthers', () => slots.readOthers(slot)),
    formerLive: (slot) => slots.formerLive(slot),
    forgetFormerLive: (slot) => slots.forgetFormerLive(slot),
  };
  const real = createOutbox(config, nearWorker(config, acts), quickLocks());
  const outbox: Outbox = {
    read: () => real.read(),
    take: (entry) => around('take', () => real.take(entry)),
    letGo: (entry) => real.letGo(entry),
    readRecord: (entry) => around('readRecord', () => real.readRecord(entry)),
    writeRecord: (entry, record) => around('writeRecord', () => real.writeRecord(entry, record)),
    moveIn: (entry, slot, file) => around('moveIn', () => real.moveIn(entry, slot, file)),
    files: (entry) => around('files', () => real.files(entry)),
    inspect: (entry, file) => around('inspect', () => real.inspect(entry, file)),
    isWaiting: (entry, id) => around('isWaiting', () => real.isWaiting(entry, id)),
    copy: (entry, file, target) => around('copy', () => real.copy(entry, file, target)),
    whereIs: (entry, begun) => around('whereIs', () => real.whereIs(entry, begun)),
    rename: (entry, begun) => around('rename', () => real.rename(entry, begun)),
    removeSource: (entry, begun) => around('removeSource', () => real.removeSource(entry, begun)),
    setAside: (entry, begun, name) => around('setAside', () => real.setAside(entry, begun, name)),
    close: (entry) => around('close', () => real.close(entry)),
  };
  const writeRecord = (slot: number, record: SlotRecord): Promise<void> =>
    around('slots.writeRecord', () => void stage.slots.set(slot, serialiseSlotRecord(record)));
  const pod = podPort(
    stage.pod,
    1,
    () => 0,
    (_port, method, _parameters, act) => around(method, () => act(() => Promise.resolve())),
  );
  const clock = { now: () => new Date('2024-05-01T10:00:00Z') };
  const ports = { config, recordings, outbox, pod, slots: { writeRecord }, clock, endAsked: () => false };
  return {
    ports: ports as unknown as Ports,
    config,
    filled: [],
    // Which acts were begun is told to those who look closely.
    tell: (outcome: Outcome) => {
      if (outcome.level !== 'debug') stage.told.push(outcome);
    },
  } as unknown as Context;
}

/** The kernel's take a process each, and nothing here outlives its tick. */
function quickLocks(): EntryLocks {
  const held = new Set<string>();
  return {
    take: (path) => {
      if (held.has(path)) return Promise.resolve(null);
      held.add(path);
      const descriptor = openSync(path, 'a', 0o600);
      const release = (): void => {
        held.delete(path);
        closeSync(descriptor);
      };
      return Promise.resolve({ descriptor, say: () => undefined, release });
    },
    taken: (paths) => new Set(paths.filter((path) => held.has(path))),
  };
}

/** What moving a slot's recordings out failed with, or null when the live may be closed: it is. The outbox goes on. */
async function endOf(stage: Stage, slot: number, whole: Context): Promise<unknown> {
  const record = recordOf(stage, slot);
  const context: Context = { ...whole, filled: [] };
  try {
    await moveOut(
      { do: 'moveOut' },
      { slot, livestreamId: record.livestreamId, record, noted: () => undefined },
      context,
    );
    stage.slots.delete(slot);
    return null;
  } catch (error) {
    return error;
  } finally {
    await workOnFilled(context.filled, context);
  }
}

function slotReadings(stage: Stage): SlotReading[] {
  return [...stage.slots.keys()].map((slot) => ({
    slot,
    directory: 'present',
    record: { ok: true, value: recordOf(stage, slot) },
    composeFile: 'ours',
  }));
}

const nothing: Cut = () => undefined;

async function tick(stage: Stage, cut: Cut = nothing): Promise<unknown[]> {
  const context = contextOf(stage, cut);
  const entries = entriesToWorkOn(await context.ports.outbox.read(), slotReadings(stage));
  const slots = [...stage.slots.keys()];
  const [ends] = await Promise.all([
    Promise.all(slots.map((slot) => endOf(stage, slot, context))),
    Promise.all(
      entries.map(async (entry) => {
        if (await takeEntry(entry, context)) await workOn(entry, context);
      }),
    ),
  ]);
  return ends;
}

/** Pod's job takes what has a final name, under the owner that the row names then. */
function collect(stage: Stage): void {
  if (!stage.isMounted) return;
  for (const name of readdirSync(stage.podDirectory)) {
    if (name.endsWith('.part')) continue;
    const owner = stage.pod.meetings.get('/rest/bbb_meeting/1/')?.encodedBy ?? null;
    stage.published.push({ name, content: textIn(join(stage.podDirectory, name)), owner });
    unlinkSync(join(stage.podDirectory, name));
  }
}

function unmount(stage: Stage): void {
  renameSync(stage.podDirectory, stage.away);
  renameSync(stage.shadow, stage.podDirectory);
  stage.isMounted = false;
}

function mount(stage: Stage): void {
  if (stage.isMounted) return;
  renameSync(stage.podDirectory, stage.shadow);
  renameSync(stage.away, stage.podDirectory);
  stage.isMounted = true;
}

function contentsIn(directory: string): string[] {
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => !name.endsWith('.part'))
    .map((name) => textIn(join(directory, name)));
}

function entriesOf({ base }: Stage): string[] {
  const outbox = join(base, 'outbox');
  return existsSync(outbox) ? readdirSync(outbox) : [];
}

function parts(stage: Stage): string[] {
  return readdirSync(stage.podDirectory)
    .filter((name) => name.endsWith('.part'))
    .map((name) => join(stage.podDirectory, name));
}

interface Disaster {
  name: string;
  strike(stage: Stage): void;
  /** Before the clean ticks. */
  repair?(stage: Stage): void;
  change?: Partial<Stage>;
  /** What was written meanwhile lies below the mount point: nobody can see that, but nothing is destroyed. */
  mayHide?: boolean;
}

const DISASTERS: Disaster[] = [
  { name: 'nothing else', strike: () => undefined },
  { name: "Pod's job comes", strike: collect },
  {
    name: 'the directory is not mounted, and /etc/fstab says so',
    strike: unmount,
    repair: mount,
    change: { isKnownMount: true },
  },
  { name: 'the directory is not mounted, and looks empty', strike: unmount, repair: mount, mayHide: true },
  {
    name: "Pod's job comes, then the directory is not mounted",
    strike: (stage) => {
      collect(stage);
      unmount(stage);
    },
    repair: mount,
    change: { isKnownMount: true },
  },
  {
    name: 'the directory is gone, and is made again',
    strike: (stage) => {
      collect(stage);
      rmSync(stage.podDirectory, { recursive: true });
    },
    repair: ({ podDirectory }) => mkdirSync(podDirectory, { recursive: true }),
  },
  {
    name: 'the .part is gone',
    strike: (stage) => {
      parts(stage).forEach((path) => {
        unlinkSync(path);
      });
    },
  },
  {
    name: 'the .part is cut',
    strike: (stage) => {
      if (!stage.canLink)
        parts(stage).forEach((path) => {
          truncateSync(path, 3);
        });
    },
  },
  {
    name: 'what was kept is gone, .part or not',
    strike: ({ base }) => {
      rmSync(join(base, 'kept'), { recursive: true, force: true });
    },
  },
  {
    name: 'Pod refuses the owner',
    strike: ({ pod }) => {
      pod.staff.clear();
    },
  },
  {
    name: 'Pod refuses the owner, and the .part is gone',
    strike: (stage) => {
      stage.pod.staff.clear();
      parts(stage).forEach((path) => {
        unlinkSync(path);
      });
    },
  },
  {
    name: "Pod's row is another meeting's",
    strike: ({ pod }) => {
      for (const meeting of pod.meetings.values()) meeting.internalMeetingId = 'internal-2';
    },
  },
  {
    name: 'another recording of the meeting waits',
    strike: ({ podDirectory }) => {
      if (!existsSync(join(podDirectory, FINAL))) writeFileSync(join(podDirectory, FINAL), contentOf(8));
    },
  },
  {
    name: 'a second recording comes',
    strike: (stage) => {
      // A slot that is free has no container that could write.
      if (stage.slots.has(1)) writeFileSync(join(videodata(stage, 1), 'meeting-20240501090000.mkv'), contentOf(9));
    },
  },
];

/** Counts the moments of a tick, or ends it at one of them. */
function cutAt(moment: number, seen: string[] = []): Cut {
  return (label) => {
    seen.push(label);
    if (seen.length > moment) throw new Error('killed');
  };
}

/** The first tick is cut, the disaster strikes, one more tick meets it (and is cut too, perhaps), then all is well again. */
async function play(
  disaster: Disaster,
  change: Partial<Stage>,
  prepare: (stage: Stage) => void,
  cuts: [number, number],
): Promise<Stage> {
  const stage = setTheStage(1, { ...change, ...disaster.change });
  prepare(stage);
  await tick(stage, cutAt(cuts[0]));
  disaster.strike(stage);
  await tick(stage, cutAt(cuts[1]));
  disaster.repair?.(stage);
  for (let count = 0; count < 4; count += 1) {
    await tick(stage);
    collect(stage);
  }
  expect(await tick(stage)).toEqual([]);
  return stage;
}

function faultsOf(stage: Stage, disaster: Disaster): string[] {
  const ours = stage.published.filter(({ content }) => content === textOf(1));
  const kept = contentsIn(join(stage.base, 'kept'));
  const hidden = disaster.mayHide === true ? contentsIn(stage.shadow) : [];
  // What somebody took away from kept/ himself is his.
  const isTakenAway = disaster.name.startsWith('what was kept');
  const isKept = kept.includes(textOf(1));
  const wasToldOfKept = stage.told.some((outcome) => 'problem' in outcome && outcome.problem.kind === 'recordingKept');
  return [
    ...(ours.length > 1 ? ['published twice'] : []),
    ...(ours.length === 0 && !isKept && !hidden.includes(textOf(1)) && !isTakenAway ? ['lost'] : []),
    ...(ours.length > 0 && isKept && disaster.name === 'nothing else' ? ['kept, and published as well'] : []),
    ...(isKept && !wasToldOfKept ? ['kept, and not told'] : []),
    ...stage.published.filter(({ name }) => name !== FINAL).map(({ name }) => `published as ${name}`),
    ...stage.published
      .filter(({ content }) => !/^recording of live \d$/.test(content))
      .map(({ content }) => `published: ${content}`),
    ...ours.filter(({ owner }) => owner !== '/rest/users/1/').map(({ owner }) => `published for ${owner ?? 'nobody'}`),
    ...contentsIn(videodata(stage, 1)).map((content) => `left in the slot: ${content}`),
    ...entriesOf(stage).map((entry) => `left in the outbox: ${entry}`),
    ...[...stage.slots.keys()].map((slot) => `slot ${slot} is not free`),
  ];
}

const WAYS: [string, Partial<Stage>][] = [
  ['linked', { canLink: true }],
  ['copied', { canLink: false }],
];

const BEGINNINGS: [string, (stage: Stage) => void][] = [
  ['handed over', () => undefined],
  [
    'refused by Pod',
    ({ pod }) => {
      pod.staff.clear();
    },
  ],
];

describe.each(WAYS)('a recording that is %s', (_way, change) => {
  describe.each(BEGINNINGS)('and %s', (_beginning, prepare) => {
    test.each(DISASTERS)(
      'cut at any moment, and then $name: neither lost nor published twice',
      async (disaster) => {
        const moments: string[] = [];
        const whole = setTheStage(1, { ...change, ...disaster.change });
        prepare(whole);
        await tick(whole, cutAt(Infinity, moments));
        expect(moments.length).toBeGreaterThan(15);
        for (let first = 0; first <= moments.length; first += 1) {
          for (const second of [9, Infinity]) {
            const stage = await play(disaster, change, prepare, [first, second]);
            const at = `${moments[first] ?? 'its end'}, then ${second}`;
            expect({ at, faults: faultsOf(stage, disaster) }).toEqual({ at, faults: [] });
          }
        }
      },
      PATIENCE_MS,
    );
  });
});

test('a copy that has gone before its last rename is made again, and handed over', async () => {
  const stage = setTheStage(1);
  const isPatch = (label: string): void => {
    if (label === 'before setEncodedBy') throw new PortError('podUnreadable', 'Pod answers 503', { status: 503 });
  };
  expect(await tick(stage, isPatch)).toEqual([null]);
  expect(stage.told).toMatchObject([
    { level: 'info', message: `recording ${FILE}: it is whole` },
    { problem: { kind: 'recordingFailed', detail: 'Pod answers 503' } },
  ]);
  stage.told.length = 0;
  parts(stage).forEach((path) => {
    unlinkSync(path);
  });
  expect(await tick(stage)).toEqual([]);
  expect(contentsIn(stage.podDirectory)).toEqual([textOf(1)]);
  expect(stage.told.filter(({ level }) => level === 'error')).toEqual([]);
});

test('a recording that somebody has taken away with its copy is told of', async () => {
  const stage = setTheStage(1);
  await tick(stage, (label) => {
    if (label === 'before setEncodedBy') throw new PortError('podUnreadable', 'Pod answers 503', { status: 503 });
  });
  stage.told.length = 0;
  parts(stage).forEach((path) => {
    unlinkSync(path);
  });
  for (const entry of entriesOf(stage)) unlinkSync(join(stage.base, 'outbox', entry, FILE));
  expect(await tick(stage)).toEqual([]);
  const told = stage.told.filter(({ level }) => level === 'error');
  expect(told).toMatchObject([{ level: 'error', problem: { kind: 'diskFailed' } }]);
  expect(JSON.stringify(told)).toContain('nothing is left to hand over');
  expect(entriesOf(stage)).toEqual([]);
});

test('the live is not closed while a recording that came in the meantime is in its slot', async () => {
  const stage = setTheStage(1);
  const late = (label: string): void => {
    if (label === 'after moveIn') writeFileSync(join(videodata(stage, 1), 'late.mkv'), contentOf(9));
  };
  expect(await tick(stage, late)).toMatchObject([{ problem: { kind: 'recordingFailed' } }]);
});

test(
  'two lives of one meeting, side by side: each is published once, for its own user, a hundred times',
  async () => {
    for (let round = 0; round < 100; round += 1) {
      const stage = setTheStage(2, { canLink: round % 2 === 0 });
      expect(await tick(stage)).toEqual([null, null]);
      for (let count = 0; count < 3; count += 1) {
        expect(contentsIn(stage.podDirectory).length).toBeLessThanOrEqual(1);
        collect(stage);
        expect(await tick(stage)).toEqual([]);
      }
      collect(stage);
      const published = stage.published.map(({ content, owner }) => `${content}: ${owner ?? 'nobody'}`).sort();
      expect(published).toEqual(['recording of live 1: /rest/users/1/', 'recording of live 2: /rest/users/2/']);
      expect(entriesOf(stage)).toEqual([]);
    }
  },
  PATIENCE_MS,
);
