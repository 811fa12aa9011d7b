// `wanted.json` on a real disk: written whole, never by two at once, never over what cannot be read.
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { DiskError } from '../../src/shared/errors.js';
import { gatewaysPath, readGateways, writeGateways } from '../../src/shared/gateways-file.js';
import { slotDirectory, slotFilePath } from '../../src/shared/slot-directory.js';
import { isAnothersLive, occupantIn, readOccupant } from '../../src/shared/slot-occupant.js';
import { changeWanted, readWanted, signWish, wantedPath, wishSignPath } from '../../src/shared/wanted-file.js';
import { NOTHING_WANTED, wantStart, wantStop } from '../../src/shared/wanted.js';
import { temporaryDirectory } from '../support/temporary.js';

const CALL = {
  room: 'aaaaaaaaaa',
  meetingId: '0001-a',
  rtmpDst: 'rtmp://live.univ.fr/live/slot1',
  podHost: 'pod.univ.fr',
  at: '2026-01-05T10:00:00.000Z',
};

function base(): string {
  const directory = temporaryDirectory();
  mkdirSync(slotDirectory(directory, 1));
  return directory;
}

describe('what is wanted', () => {
  test('is nothing where there is no file, and is read as it was changed', async () => {
    const directory = base();
    expect(await readWanted(directory, 1)).toEqual(NOTHING_WANTED);
    const { before, after } = await changeWanted(directory, 1, (wanted) => wantStart(wanted, CALL, false));
    expect(before).toEqual(NOTHING_WANTED);
    expect(await readWanted(directory, 1)).toEqual(after);
    expect(statSync(wantedPath(directory, 1)).mode & 0o777).toBe(0o600);
  });

  test('is not written where nothing changes', async () => {
    const directory = base();
    await changeWanted(directory, 1, (wanted) => wantStop(wanted, CALL.room, CALL.at));
    expect(readdirSync(slotDirectory(directory, 1))).toEqual(['wanted.lock']);
  });

  test('is changed by one after the other: no change of many at once is lost', async () => {
    const directory = base();
    const rooms = Array.from({ length: 12 }, (_, index) => `aaaaaaaa${index.toString().padStart(2, '0')}`);
    await Promise.all(
      rooms.map((room) => changeWanted(directory, 1, (wanted) => wantStart(wanted, { ...CALL, room }, true))),
    );
    expect((await readWanted(directory, 1)).generation).toBe(rooms.length);
  });

  test('that cannot be understood is never written over', async () => {
    const directory = base();
    const path = wantedPath(directory, 1);
    writeFileSync(path, '{"version": 1');
    const change = changeWanted(directory, 1, (wanted) => wantStart(wanted, CALL, false));
    await expect(change).rejects.toThrow(`cannot understand ${path}: it is not JSON`);
    expect(readFileSync(path, 'utf8')).toBe('{"version": 1');
  });

  test('of a slot that is not there is a fault of the disk', async () => {
    await expect(changeWanted(temporaryDirectory(), 1, (wanted) => wanted)).rejects.toThrow(DiskError);
    const directory = base();
    mkdirSync(wantedPath(directory, 1));
    await expect(readWanted(directory, 1)).rejects.toThrow('cannot read');
    mkdirSync(wishSignPath(directory, 1), { recursive: true });
    await expect(signWish(directory, 1, 1)).rejects.toThrow('cannot write');
  });

  test('is told by a file a slot, in a directory that systemd may watch', async () => {
    const directory = base();
    await signWish(directory, 1, 3);
    await signWish(directory, 1, 4);
    expect(readFileSync(wishSignPath(directory, 1), 'utf8')).toBe('4\n');
    expect(readdirSync(dirname(wishSignPath(directory, 1)))).toEqual(['1']);
  });
});

describe('whose live is in a slot', () => {
  const live = { livestreamId: 12, meetingId: '0001-a', step: 'live' };

  test('is what its slot file says; what cannot be read is perhaps another’s', async () => {
    const directory = base();
    expect(await readOccupant(directory, 1)).toEqual({ kind: 'nobody' });
    writeFileSync(slotFilePath(directory, 1), JSON.stringify({ ...live, version: 1, streamKey: 'x' }));
    expect(await readOccupant(directory, 1)).toEqual({ kind: 'live', live });
    expect(await readOccupant(directory, 0)).toEqual({ kind: 'nobody' });
    mkdirSync(slotFilePath(directory, 2), { recursive: true });
    expect(await readOccupant(directory, 2)).toEqual({ kind: 'unreadable' });
    for (const content of ['', '{', '{"livestreamId": 12}'])
      expect(occupantIn(content)).toEqual({ kind: 'unreadable' });
  });

  test('is another’s unless it is nobody’s or the meeting’s own', () => {
    expect(isAnothersLive({ kind: 'nobody' }, '0001-a')).toBe(false);
    expect(isAnothersLive({ kind: 'live', live }, '0001-a')).toBe(false);
    expect(isAnothersLive({ kind: 'live', live }, '0002-b')).toBe(true);
    expect(isAnothersLive({ kind: 'unreadable' }, '0001-a')).toBe(true);
  });
});

describe('the gateways of the slots', () => {
  test('are read as they were written, readable by their owner alone', async () => {
    const directory = temporaryDirectory();
    expect(await readGateways(directory)).toBeNull();
    const gateways = [{ slot: 1, id: 3, rtmpStreamUrl: 'rtmp://live.univ.fr/live/slot1' }];
    await writeGateways(directory, gateways);
    expect(await readGateways(directory)).toEqual(gateways);
    expect(statSync(gatewaysPath(directory)).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['', 'it is empty'],
    ['{"version": 1}', 'gateways must be a list of gateways'],
    ['{"version": 1, "gateways": [{"slot": 0, "id": 3, "rtmpStreamUrl": "x"}]}', 'gateways must be a list of gateways'],
  ])('%j is not taken for none', async (content, fault) => {
    const directory = temporaryDirectory();
    writeFileSync(gatewaysPath(directory), content);
    await expect(readGateways(directory)).rejects.toThrow(fault);
  });

  test('that cannot be read or written are faults of the disk', async () => {
    const directory = temporaryDirectory();
    mkdirSync(gatewaysPath(directory));
    await expect(readGateways(directory)).rejects.toThrow(DiskError);
    await expect(writeGateways(directory, [])).rejects.toThrow(DiskError);
  });
});
