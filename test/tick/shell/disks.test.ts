// How much room there is where recordings lie, on real disks: a small one, one that is far, one that has frozen.
import { mkdirSync, mkdtempSync, rmdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { DiskSight } from '../../../src/tick/model.js';
import { createDisks, spaceOf } from '../../../src/tick/shell/disks.js';
import { freezableDisk } from '../../support/frozen-disk.js';
import { shippedPath } from '../../support/shipped.js';
import { mountSmallDisk } from '../../support/small-disk.js';
import { temporaryDirectory } from '../../support/temporary.js';

const MB = 1 << 20;

const base = temporaryDirectory();
const target = mkdtempSync(join(tmpdir(), 'bbb-pod-live-test-'));
const unmount = mountSmallDisk(target, 20 * MB);
const frozen = freezableDisk();

afterAll(() => {
  unmount?.();
  rmdirSync(target);
  frozen?.remove();
});

if (process.env['CI'] === 'true' && (unmount === null || frozen === null))
  throw new Error('no disk can be mounted here');

/** The program that works far away is the built one. */
function read(podDefaultBbbPath: string, withFar: boolean, podRecorderPath = ''): Promise<DiskSight[]> {
  const worker = pathToFileURL(shippedPath('dist/worker.js'));
  return createDisks({ baseDirectory: base, podDefaultBbbPath, podRecorderPath }, worker).read({ withFar });
}

const places = (sights: DiskSight[]): string[] => sights.map(({ place }) => place);

test('the base directory is known; the outbox once it is there, and on the same disk', async () => {
  expect(places(await read('', true))).toEqual(['base']);
  mkdirSync(join(base, 'outbox'));
  const [first, second] = await read('', true);
  expect([first?.place, second?.place]).toEqual(['base', 'outbox']);
  expect(first?.space?.freeBytes).toBeGreaterThan(0);
  expect(second?.space?.device).toBe(first?.space?.device);
});

test('Pod’s directory on the same disk costs no process, and one that is not there is not known', async () => {
  const beside = join(base, 'pod');
  mkdirSync(beside);
  expect((await read(beside, false)).find(({ place }) => place === 'target')?.space).not.toBeNull();
  expect(places(await read(beside, false, base))).toEqual(['base', 'outbox', 'target', 'target']);
  expect((await read(join(base, 'nowhere'), false)).find(({ place }) => place === 'target')?.space).toBeNull();
});

(unmount === null ? describe.skip : describe)('a small disk on another mount', () => {
  test('is left out unless it is asked for', async () => {
    expect(places(await read(target, false))).not.toContain('target');
  });

  test('is asked by a process of its own, and tells what is left', async () => {
    writeFileSync(join(target, 'film'), Buffer.alloc(15 * MB));
    const sight = (await read(target, true)).find(({ place }) => place === 'target');
    expect(sight?.space?.freeBytes).toBe(5 * MB);
    expect(sight?.space?.device).not.toBe((await spaceOf(base))?.device);
  });
});

(frozen === null ? test.skip : test)('a disk that is frozen for whoever writes still tells its room', async () => {
  frozen?.freeze();
  try {
    const sight = (await read(frozen?.directory ?? '', true)).find(({ place }) => place === 'target');
    expect(sight?.space?.freeBytes).toBeGreaterThan(0);
  } finally {
    frozen?.thaw();
  }
});
