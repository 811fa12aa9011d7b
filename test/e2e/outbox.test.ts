// The outbox of the built program: a share that is away or frozen holds up nobody, and what version 1.1.0 had begun goes on.
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { HandOver, SlotRecord } from '../../src/tick/model.js';
import {
  contents,
  filesBelow,
  handedOver,
  inOutbox,
  inSlot,
  inWorld,
  kept,
  lastMail,
  live,
  logText,
  PATIENCE_MS,
  streamers,
  subjects,
  SUBJECTS,
  tick,
} from '../support/e2e-world.js';
import { freezableDisk, type FreezableDisk } from '../support/frozen-disk.js';
import { composeHasEnded } from '../support/killed-program.js';
import { until } from '../support/until.js';
import type { World } from '../world/world.js';
import { film } from '../support/film.js';

/** A tick waits 30 s for a disk that does not answer. */
const FROZEN_PATIENCE_MS = 2 * PATIENCE_MS;

const canFreeze = ((): boolean => {
  const disk = freezableDisk();
  disk?.remove();
  return disk !== null;
})();
/** In CI it is not skipped: it fails. */
const withFrozenDisk = canFreeze || process.env['CI'] !== undefined ? test.concurrent : test.skip;

function onDisk(story: (disk: FreezableDisk) => Promise<void>): () => Promise<void> {
  return async () => {
    const disk = freezableDisk();
    if (disk === null) throw new Error('no disk can be frozen here');
    try {
      await story(disk);
    } finally {
      disk.remove();
    }
  };
}

describe('a share that does not answer (skipped where no disk may be frozen)', () => {
  withFrozenDisk(
    'holds up neither the end of a live, nor other recordings, nor a start; it is told once, and used again when it answers',
    onDisk(async (disk) => {
      const target = join(disk.directory, 'pod');
      mkdirSync(target);
      await inWorld({ numberOfLives: 2, env: { POD_DEFAULT_BBB_PATH: target } }, async (world) => {
        const { meeting } = world.teacherAsks({ meetingId: 'm-1', recording: true });
        world.teacherAsks({ meetingId: 'm-2', recording: true, user: null });
        expect(await tick(world)).toBe(0);
        world.meetingEnds('m-1');
        world.meetingEnds('m-2');
        disk.freeze();
        expect(await tick(world)).toBe(1);
        expect([1, 2].map((id) => live(world, id).status)).toEqual([2, 2]);
        expect(filesBelow(world, 'base/').filter((path) => path.endsWith('live.json'))).toEqual([]);
        expect(Object.values(kept(world))).toEqual(['m-2, whole']);
        expect(Object.values(inOutbox(world))).toEqual(['m-1, whole']);
        expect(logText(world)).toContain('nothing has moved for 30 s');
        expect(lastMail(world)).toContain('does not answer');
        // The next tick finds it as it is, starts what was asked, and waits for nothing.
        world.teacherAsks({ meetingId: 'm-3' });
        expect(await tick(world)).toBe(1);
        expect(live(world, 3).status).toBe(1);
        expect(subjects(world).filter((subject) => subject === SUBJECTS.error)).toHaveLength(1);
        expect(Object.values(inOutbox(world))).toEqual(['m-1, whole']);
        disk.thaw();
        await composeHasEnded(world);
        expect(await tick(world)).toBe(0);
        expect(contents(target)).toEqual({ [`${meeting.internal_meeting_id}.mkv`]: 'm-1, whole' });
        expect(inOutbox(world)).toEqual({});
        expect(meeting.encoded_by).toBe(2);
        expect(subjects(world).at(-1)).toBe(SUBJECTS.normal);
      })();
    }),
    FROZEN_PATIENCE_MS,
  );

  withFrozenDisk(
    'with the log: the work goes on, stderr and the mail say so, and the log is written again when it answers',
    onDisk(async (disk) => {
      const logs = join(disk.directory, 'logs');
      mkdirSync(logs);
      await inWorld({ env: { PHYSICAL_LOG_ROOT: logs } }, async (world) => {
        world.teacherAsks({ meetingId: 'm' });
        expect(await tick(world)).toBe(0);
        const written = (): string =>
          readdirSync(logs)
            .filter((name) => name.endsWith('_bbb-pod-live.log'))
            .map((name) => readFileSync(join(logs, name), 'utf8'))
            .join('');
        const before = written();
        expect(before).toContain('container up');
        world.meetingEnds('m');
        disk.freeze();
        const first = await world.run(['run']);
        expect(first).toMatchObject({ exitCode: 1, signal: null, stdout: '' });
        expect(first.stderr).toContain(logs);
        expect(live(world).status).toBe(2);
        expect(world.docker.containers()).toEqual([]);
        expect(lastMail(world)).toContain('does not answer');
        // Nobody waits there a second time.
        world.teacherAsks({ meetingId: 'm-2' });
        expect((await world.run(['run'])).exitCode).toBe(1);
        expect(live(world, 2).status).toBe(1);
        expect(subjects(world).filter((subject) => subject === SUBJECTS.error)).toHaveLength(1);
        expect(written()).toBe(before);
        disk.thaw();
        await whenGone(Number(readFileSync(join(world.baseDirectory, '.bbb-pod-live-log-left'), 'utf8').split(' ')[0]));
        world.meetingEnds('m-2');
        expect(await tick(world)).toBe(0);
        expect(written().slice(before.length)).toContain('its meeting is over');
      })();
    }),
    FROZEN_PATIENCE_MS,
  );
});

/** Fulfilled once that process has ended: whoever was left behind, when the disk answers again. */
async function whenGone(pid: number): Promise<void> {
  await until(() => !existsSync(`/proc/${pid}`) || /^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8')));
}

test.concurrent(
  'a share that is away for ten ticks: two slots serve four lives, and all recordings arrive afterwards',
  inWorld({ numberOfLives: 2 }, async (world) => {
    const away = `${world.recordingsDirectory}-away`;
    renameSync(world.recordingsDirectory, away);
    const meetings = ['m-1', 'm-2', 'm-3', 'm-4'].map(
      (meetingId) => world.teacherAsks({ meetingId, recording: true }).meeting,
    );
    for (let count = 0; count < 10; count += 1) {
      await tick(world);
      if (count === 1) for (const id of ['m-1', 'm-2']) world.meetingEnds(id);
      if (count === 5) for (const id of ['m-3', 'm-4']) world.meetingEnds(id);
    }
    expect([1, 2, 3, 4].map((id) => live(world, id).status)).toEqual([2, 2, 2, 2]);
    expect(streamers(world)).toEqual([]);
    expect(Object.values(inOutbox(world)).sort()).toEqual(['m-1, whole', 'm-2, whole', 'm-3, whole', 'm-4, whole']);
    renameSync(away, world.recordingsDirectory);
    expect(await tick(world)).toBe(0);
    expect(handedOver(world)).toEqual(
      Object.fromEntries(meetings.map((row) => [`${row.internal_meeting_id}.mkv`, `${row.meeting_id}, whole`])),
    );
    expect([inOutbox(world), kept(world)]).toEqual([{}, {}]);
    expect(subjects(world).at(-1)).toBe(SUBJECTS.normal);
  }),
  PATIENCE_MS,
);

test.concurrent(
  'is shown by a dry run, which changes nothing',
  inWorld({}, async (world) => {
    const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true });
    await tick(world);
    world.meetingEnds('m');
    renameSync(world.recordingsDirectory, `${world.recordingsDirectory}-away`);
    expect(await tick(world)).toBe(1);
    renameSync(`${world.recordingsDirectory}-away`, world.recordingsDirectory);
    const before = world.files();
    const { exitCode, stdout } = await world.run(['run', '--dry-run']);
    expect(stdout).toContain(`Outbox, 1-${meeting.internal_meeting_id}: `);
    expect(exitCode).toBe(0);
    expect(world.files()).toEqual(before);
  }),
  PATIENCE_MS,
);

test.concurrent(
  'a recording.json that cannot be read: told, and nothing there is touched until it is repaired',
  inWorld({}, async (world) => {
    world.teacherAsks({ meetingId: 'm', recording: true });
    await tick(world);
    world.meetingEnds('m');
    renameSync(world.recordingsDirectory, `${world.recordingsDirectory}-away`);
    await tick(world);
    renameSync(`${world.recordingsDirectory}-away`, world.recordingsDirectory);
    const [entry = ''] = readdirSync(join(world.baseDirectory, 'outbox'));
    const file = join(world.baseDirectory, 'outbox', entry, 'recording.json');
    const whole = readFileSync(file);
    for (const damaged of ['', '{', '{"version":2}']) {
      writeFileSync(file, damaged);
      expect(await tick(world)).toBe(1);
      expect(readFileSync(file, 'utf8')).toBe(damaged);
      expect(Object.values(inOutbox(world))).toEqual(['m, whole']);
    }
    expect(lastMail(world)).toContain(file);
    writeFileSync(file, whole);
    expect(await tick(world)).toBe(0);
    expect(Object.values(handedOver(world))).toEqual(['m, whole']);
  }),
  PATIENCE_MS,
);

/** What version 1.1.0 has left of the end of live 1: its slot file at step `down`, and what it had done by then. */
interface Former {
  name: string;
  /** Changes files, and answers what the slot file says is begun. */
  leave(places: Places): HandOver | null;
  /** Pod knows the owner already. */
  isPatched?: boolean;
  /** Where the recording is in the end; by default in Pod's directory. */
  ends?: 'kept' | 'collected';
}

interface Places {
  source: string;
  part: string;
  final: string;
  kept: string;
  /** Begun, for Pod. */
  begun: HandOver;
}

const KEPT_BECAUSE = 'its live has no user in Pod';

const FORMER: Former[] = [
  { name: 'nothing begun', leave: () => null },
  {
    name: 'a copy half done, and not noted',
    leave: ({ part }) => {
      writeFileSync(part, 'REC m');
      return null;
    },
  },
  {
    name: 'the copy noted',
    leave: ({ source, part, begun }) => {
      linkSync(source, part);
      return begun;
    },
  },
  {
    name: 'the owner told',
    isPatched: true,
    leave: ({ source, part, begun }) => {
      linkSync(source, part);
      return begun;
    },
  },
  {
    name: 'the rename noted',
    isPatched: true,
    leave: ({ source, part, begun }) => {
      linkSync(source, part);
      return { ...begun, phase: 'renaming' };
    },
  },
  {
    name: 'renamed',
    isPatched: true,
    leave: ({ source, final, begun }) => {
      linkSync(source, final);
      return { ...begun, phase: 'renaming' };
    },
  },
  {
    name: 'the source removed',
    isPatched: true,
    leave: ({ source, final, begun }) => {
      linkSync(source, final);
      unlinkSync(source);
      return { ...begun, phase: 'renaming' };
    },
  },
  {
    name: 'the source removed, and the recording collected by Pod',
    isPatched: true,
    ends: 'collected',
    leave: ({ source, begun }) => {
      unlinkSync(source);
      return { ...begun, phase: 'renaming' };
    },
  },
  {
    name: 'a copy for kept/ noted',
    ends: 'kept',
    leave: ({ source, kept: target, begun }) => {
      const part = `${target}.1.part`;
      linkSync(source, part);
      return { ...begun, target, part, keptBecause: KEPT_BECAUSE };
    },
  },
  {
    name: 'set aside in the middle',
    ends: 'kept',
    leave: ({ source, part: formerPart, kept: target, begun }) => {
      const part = `${target}.1.part`;
      linkSync(source, part);
      linkSync(source, formerPart);
      return { ...begun, target, part, formerPart, phase: 'renaming', keptBecause: KEPT_BECAUSE };
    },
  },
];

function slotFile(world: World): string {
  return join(world.slotDirectory(1), 'live.json');
}

/** The live has ended under version 1.1.0 so far that its container is gone. */
async function endedUnder110(world: World, former: Former): Promise<void> {
  const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true });
  expect(await tick(world)).toBe(0);
  world.meetingEnds('m');
  await world.docker.compose(world.slotDirectory(1), '-p', 'bbb-live-streaming1', 'down');
  const videodata = join(world.slotDirectory(1), 'videodata');
  const [file = ''] = readdirSync(videodata);
  const source = join(videodata, file);
  const content = film('REC m\nEND\n');
  writeFileSync(source, content);
  const final = join(world.recordingsDirectory, `${meeting.internal_meeting_id}.mkv`);
  const part = `${final}.1.part`;
  mkdirSync(join(world.baseDirectory, 'kept'), { mode: 0o700 });
  const keptPath = join(world.baseDirectory, 'kept', `1-${meeting.internal_meeting_id}.mkv`);
  const begun: HandOver = { file, size: content.length, sha256: null, target: final, part, phase: 'copied' };
  const handOver = former.leave({ source, part, final, kept: keptPath, begun });
  if (former.isPatched === true) Object.assign(meeting, { encoded_by: 2, encoding_step: 3 });
  const record = JSON.parse(readFileSync(slotFile(world), 'utf8')) as SlotRecord;
  const endedAt = '2026-03-02T10:00:00+01:00';
  const { engineId: _engineId, strangers: _strangers, ...known } = record;
  writeFileSync(slotFile(world), JSON.stringify({ ...known, step: 'down', endedAt, handOver }));
}

describe('an upgrade while version 1.1.0 hands a recording over', () => {
  test.concurrent.each(FORMER)(
    '$name: one tick brings it to its place, once',
    async (former) => {
      await inWorld({}, async (world) => {
        await endedUnder110(world, former);
        expect(await tick(world)).toBe(former.ends === 'kept' ? 1 : 0);
        expect(live(world).status).toBe(2);
        expect(existsSync(slotFile(world))).toBe(false);
        expect([inSlot(world), inOutbox(world)]).toEqual([{}, {}]);
        expect(Object.values(handedOver(world))).toEqual(former.ends === undefined ? ['m, whole'] : []);
        expect(Object.values(kept(world))).toEqual(former.ends === 'kept' ? ['m, whole'] : []);
        expect(readdirSync(join(world.baseDirectory, 'outbox'))).toEqual([]);
        expect(await tick(world)).toBe(0);
      })();
    },
    PATIENCE_MS,
  );

  test.concurrent(
    'what it has left in a slot, because it was not to be handed over then, goes to Pod under its own meeting',
    inWorld({}, async (world) => {
      await endedUnder110(world, { name: '', leave: () => null });
      const [row] = world.pod.state.livestreams;
      if (row !== undefined) row.status = 2;
      world.pod.state.broadcasters.length = 0;
      renameSync(slotFile(world), join(world.slotDirectory(1), 'former.json'));
      world.teacherAsks({ meetingId: 'm-2' });
      expect(await tick(world)).toBe(0);
      expect(Object.values(handedOver(world))).toEqual(['m, whole']);
      expect([inSlot(world), kept(world), inOutbox(world)]).toEqual([{}, {}, {}]);
      expect(existsSync(join(world.slotDirectory(1), 'former.json'))).toBe(false);
      rmSync(world.recordingsDirectory, { recursive: true });
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'and back: a slot file of this version can be read by that one, which looks for what was begun',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm', recording: true });
      await tick(world);
      expect(JSON.parse(readFileSync(slotFile(world), 'utf8'))).toMatchObject({ version: 1, handOver: null });
    }),
    PATIENCE_MS,
  );
});
