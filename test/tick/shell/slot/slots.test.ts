import { chmod, mkdir, readFile, readdir, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { composeFileText, isIntact, isOurs } from '../../../../src/tick/shell/slot/compose-file.js';
import { createRecordings } from '../../../../src/tick/shell/outbox/recordings.js';
import { serialiseSlotRecord } from '../../../../src/tick/shell/slot/slot-file.js';
import { createSlots } from '../../../../src/tick/shell/slot/slots.js';
import type { Slots } from '../../../../src/tick/ports.js';
import { sampleConfig, sampleRecord } from '../../../support/samples.js';
import { temporaryDirectory } from '../../../support/temporary.js';

const root = temporaryDirectory();
let turn = 0;
let base: string;
let slots: Slots;

beforeEach(async () => {
  turn += 1;
  base = join(root, String(turn));
  await mkdir(base);
  slots = createSlots(sampleConfig(base), { composeFileText, isOurs, isIntact });
});

const inSlot = (slot: number, name = ''): string => join(base, `bbb-live-streaming${slot}`, name);
const modeOf = async (path: string): Promise<string> => ((await stat(path)).mode & 0o7777).toString(8);

async function record(slot: number, file: string, at: string): Promise<void> {
  const path = join(inSlot(slot, 'videodata'), file);
  await writeFile(path, 'mkv');
  await utimes(path, new Date(at), new Date(at));
}

describe('a slot that is made', () => {
  test('has its directory, a folder that the container’s user can write to, and a compose file without secrets', async () => {
    await slots.make(1);
    expect(await modeOf(inSlot(1))).toBe('750');
    expect(await modeOf(inSlot(1, 'docker-compose.yml'))).toBe('600');
    const videodata = await stat(inSlot(1, 'videodata'));
    const isOwned = videodata.uid === 1001 && (videodata.mode & 0o200) !== 0;
    expect(isOwned || (videodata.mode & 0o1777) === 0o1777).toBe(true);
    const text = await readFile(inSlot(1, 'docker-compose.yml'), 'utf8');
    expect(text).not.toContain('bbb-s3cret');
    expect(await slots.read([])).toMatchObject([
      { slot: 1, directory: 'present', record: { ok: true, value: null }, composeFile: 'ours' },
      { slot: 2, directory: 'missing', record: { ok: true, value: null }, composeFile: 'missing' },
    ]);
  });

  test('keeps what is there: a foreign compose file, a folder that is writable, a live without compose file', async () => {
    await mkdir(inSlot(1, 'videodata'), { recursive: true });
    await chmod(inSlot(1, 'videodata'), 0o777);
    await chmod(inSlot(1), 0o755);
    await writeFile(inSlot(1, 'docker-compose.yml'), 'foreign');
    await slots.make(1);
    expect(await readFile(inSlot(1, 'docker-compose.yml'), 'utf8')).toBe('foreign');
    expect(await modeOf(inSlot(1, 'videodata'))).toBe('777');
    expect(await modeOf(inSlot(1))).toBe('750');
    await mkdir(inSlot(2));
    await slots.writeRecord(2, sampleRecord());
    await slots.make(2);
    expect(await readdir(inSlot(2))).not.toContain('docker-compose.yml');
    expect(await slots.read([])).toMatchObject([{ composeFile: 'foreign' }, { composeFile: 'missing' }]);
  });

  test('closes a compose file that was there to others, and leaves its content and its date', async () => {
    await mkdir(inSlot(1), { recursive: true });
    await writeFile(inSlot(1, 'docker-compose.yml'), 'foreign', { mode: 0o644 });
    const date = new Date('2024-05-01T09:00:00Z');
    await utimes(inSlot(1, 'docker-compose.yml'), date, date);
    await slots.make(1);
    expect(await modeOf(inSlot(1, 'docker-compose.yml'))).toBe('600');
    expect(await readFile(inSlot(1, 'docker-compose.yml'), 'utf8')).toBe('foreign');
    expect((await stat(inSlot(1, 'docker-compose.yml'))).mtime).toEqual(date);
  });

  test('cannot be made where a file is in the way: the disk’s failure says where', async () => {
    await writeFile(inSlot(1), '');
    await expect(slots.make(1)).rejects.toMatchObject({ problem: { kind: 'diskFailed' } });
  });
});

describe('the slots that are read', () => {
  test('are those of the configuration, those that exist beyond, and those asked for, in order', async () => {
    for (const name of [
      'bbb-live-streaming10',
      'bbb-live-streaming03',
      'bbb-live-streaming4.old',
      'bbb-live-streaming',
      'logs',
    ]) {
      await mkdir(join(base, name));
    }
    expect((await slots.read([7, 2])).map(({ slot }) => slot)).toEqual([1, 2, 7, 10]);
  });

  test('give back the record that was written, readable by its owner only', async () => {
    await slots.make(1);
    await slots.writeRecord(1, sampleRecord({ step: 'told' }));
    expect((await slots.read([]))[0]?.record).toEqual({ ok: true, value: sampleRecord({ step: 'told' }) });
    expect(await modeOf(inSlot(1, 'live.json'))).toBe('600');
  });

  test.each(['', '{"version":1,', '{"version":2}', 'null'])(
    'name a slot file that is not understood: %j',
    async (content) => {
      await slots.make(1);
      await writeFile(inSlot(1, 'live.json'), content);
      const found = (await slots.read([]))[0]?.record;
      expect(found).toMatchObject({ ok: false, problem: { kind: 'slotFileUnreadable' } });
      expect(JSON.stringify(found)).toContain(inSlot(1, 'live.json'));
    },
  );

  test('name a slot file that is no file', async () => {
    await mkdir(inSlot(1, 'live.json'), { recursive: true });
    expect((await slots.read([]))[0]?.record).toMatchObject({ ok: false, problem: { kind: 'slotFileUnreadable' } });
  });
});

describe('the compose file of a live', () => {
  test('is written for its owner only; an intact one is left alone when only a damaged one is to be replaced', async () => {
    await slots.make(1);
    await slots.writeComposeFile(1, sampleRecord(), { onlyIfDamaged: false });
    const whole = await readFile(inSlot(1, 'docker-compose.yml'), 'utf8');
    expect(whole).toContain('bbb-s3cret');
    expect(await modeOf(inSlot(1, 'docker-compose.yml'))).toBe('600');
    await slots.writeComposeFile(1, sampleRecord({ meetingName: 'other' }), { onlyIfDamaged: true });
    expect(await readFile(inSlot(1, 'docker-compose.yml'), 'utf8')).toBe(whole);
    await writeFile(inSlot(1, 'docker-compose.yml'), whole.slice(0, 300));
    await slots.writeComposeFile(1, sampleRecord(), { onlyIfDamaged: true });
    expect(await readFile(inSlot(1, 'docker-compose.yml'), 'utf8')).toBe(whole);
  });
});

describe('a slot that is freed', () => {
  beforeEach(async () => {
    await slots.make(1);
    await slots.writeRecord(1, sampleRecord());
    await slots.writeComposeFile(1, sampleRecord(), { onlyIfDamaged: false });
  });

  test('has no slot file and no secret; freeing it again changes nothing', async () => {
    await slots.release(1);
    await slots.release(1);
    expect((await readdir(inSlot(1))).sort()).toEqual(['docker-compose.yml', 'videodata']);
    expect(await readFile(inSlot(1, 'docker-compose.yml'), 'utf8')).not.toContain('bbb-s3cret');
  });

  test('remembers whose the recordings are that its live has left under version 1.1.0, until none is left', async () => {
    const recordings = createRecordings(sampleConfig(base));
    await record(1, 'meeting-1.mkv', '2024-05-01T09:00:00Z');
    await writeFile(inSlot(1, 'former.json'), serialiseSlotRecord(sampleRecord({ livestreamId: 11 })));
    await slots.release(1);
    await slots.release(1);
    expect(await recordings.formerLive(1)).toEqual(sampleRecord({ livestreamId: 11 }));
    await unlink(join(inSlot(1, 'videodata'), 'meeting-1.mkv'));
    await slots.release(1);
    expect(await recordings.formerLive(1)).toBeNull();
  });

  test('does not give the recordings of the live before to a live that never had any', async () => {
    const recordings = createRecordings(sampleConfig(base));
    await record(1, 'meeting-1.mkv', '2024-05-01T09:00:00Z');
    await writeFile(inSlot(1, 'former.json'), serialiseSlotRecord(sampleRecord()));
    await slots.writeRecord(1, sampleRecord({ livestreamId: 13, reservedAt: '2024-05-02T08:00:00.000Z' }));
    await slots.release(1);
    expect(await recordings.formerLive(1)).toMatchObject({ livestreamId: 12 });
    expect(await readdir(inSlot(1))).not.toContain('live.json');
    await recordings.forgetFormerLive(1);
    await recordings.forgetFormerLive(1);
    expect(await recordings.formerLive(1)).toBeNull();
  });
});
