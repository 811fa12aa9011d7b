// What V8 has made of the program is kept between two starts, for the same user, the same program and the same Node alone.
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { inWorld, live, PATIENCE_MS, tick } from '../support/e2e-world.js';
import type { World } from '../world/world.js';

const FILES = ['run-gateway.cjs', 'run.cjs'];

const directoryOf = (world: World): string => join(world.root, 'cache', 'bbb-pod-live');

/** One tick with the cache: what it has written there. */
async function written(world: World): Promise<string[]> {
  const placesOf = (): Map<string, number> =>
    new Map(
      existsSync(directoryOf(world))
        ? readdirSync(directoryOf(world)).map((name) => [name, statSync(join(directoryOf(world), name)).ino])
        : [],
    );
  const before = placesOf();
  expect(await tick(world, { XDG_CACHE_HOME: join(world.root, 'cache') })).toBe(0);
  return [...placesOf()].flatMap(([name, inode]) => (before.get(name) === inode ? [] : [name])).sort();
}

test.concurrent(
  'the first tick keeps it, for this user alone, and the next ones take it from there, whatever they have to do',
  inWorld({}, async (world) => {
    expect(await written(world)).toEqual(FILES);
    const modes = FILES.map((name) => statSync(join(directoryOf(world), name)).mode & 0o777);
    expect([...modes, statSync(directoryOf(world)).mode & 0o777]).toEqual([0o600, 0o600, 0o700]);
    expect(await written(world)).toEqual([]);
    world.teacherAsks({ meetingId: 'm', recording: true });
    expect(await written(world)).toEqual(['lives.cjs']);
    expect(live(world).status).toBe(1);
    world.meetingEnds('m');
    expect(await written(world)).toEqual([]);
    expect(live(world).status).toBe(2);
  }),
  PATIENCE_MS,
);

test.concurrent(
  'what another program or another Node has made, what is damaged, and what others may write is made again',
  inWorld({}, async (world) => {
    await written(world);
    const [, name = ''] = FILES;
    const file = join(directoryOf(world), name);
    const whole = readFileSync(file);
    const foreign = Buffer.from(whole);
    foreign.write('1', foreign.indexOf(' ', 'bbb-pod-live 1 '.length) + 1);
    for (const content of [foreign, whole.subarray(0, whole.length / 2), whole.subarray(0, 100), Buffer.alloc(0)]) {
      writeFileSync(file, content);
      expect(await written(world)).toEqual([name]);
      expect(readFileSync(file).subarray(0, 256)).toEqual(whole.subarray(0, 256));
    }
    chmodSync(file, 0o620);
    expect(await written(world)).toEqual([name]);
  }),
  PATIENCE_MS,
);

test.concurrent(
  'where nothing can be kept a tick does without',
  inWorld({}, async (world) => {
    mkdirSync(join(world.root, 'cache'));
    writeFileSync(directoryOf(world), 'no directory');
    expect(await tick(world, { XDG_CACHE_HOME: join(world.root, 'cache') })).toBe(0);
    expect(readFileSync(directoryOf(world), 'utf8')).toBe('no directory');
    expect(await tick(world, { XDG_CACHE_HOME: 'relative', HOME: '' })).toBe(0);
    expect(existsSync(join(world.baseDirectory, 'relative'))).toBe(false);
  }),
  PATIENCE_MS,
);
