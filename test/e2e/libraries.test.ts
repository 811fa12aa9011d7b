// The libraries do their work in what is shipped, where each is a file of its own that is loaded when it is wanted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import {
  inWorld,
  lastMail,
  live,
  logText,
  PATIENCE_MS,
  streamers,
  subjects,
  SUBJECTS,
  tick,
  whenCalled,
} from '../support/e2e-world.js';
import { shippedPath } from '../support/shipped.js';
import type { World } from '../world/world.js';

/** The file of `dist` that a library became. */
function chunkOf(library: string): string {
  const [name = '', ...more] = readdirSync(shippedPath('dist')).filter(
    (one) => one.startsWith(`${library}-`) && one.endsWith('.js'),
  );
  expect(more).toEqual([]);
  return join('dist', name);
}

test.concurrent(
  'a compose file of a live that is whole is taken down as it is, with what the site has added to it',
  inWorld({}, async (world) => {
    world.teacherAsks({ meetingId: 'm', recording: true });
    expect(await tick(world)).toBe(0);
    const file = join(world.slotDirectory(1), 'docker-compose.yml');
    const text = readFileSync(file, 'utf8').replace('networks:\n  app-tier:', 'networks:\n  lan: {}\n  app-tier:');
    const added = text.replace('services:\n', 'services:\n  relay:\n    image: relay\n    networks: [lan]\n');
    expect(added).toContain('  lan: {}');
    writeFileSync(file, added);
    world.meetingEnds('m');
    world.docker.setBehaviour({ delays: [{ command: 'down', untilFile: 'go' }] });
    const stop = world.start(['run']);
    await whenCalled(world, 'down');
    const takenDown = readFileSync(file, 'utf8');
    world.docker.release('go');
    expect(await stop.ended).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
    expect(takenDown).toBe(added);
    expect(live(world).status).toBe(2);
  }),
  PATIENCE_MS,
);

/** How often the tick has called the functions of that name in a file of `dist` (https://nodejs.org/api/cli.html#node_v8_coveragedir). */
async function callsOf(world: World, functionName: string, chunk: string): Promise<number> {
  const directory = join(world.root, 'calls');
  mkdirSync(directory);
  expect(await tick(world, { NODE_V8_COVERAGE: directory })).toBe(0);
  const scripts = readdirSync(directory).flatMap((name) => {
    const text = readFileSync(join(directory, name), 'utf8');
    return (JSON.parse(text) as { result: Script[] }).result;
  });
  const functions = scripts.filter(({ url }) => url.endsWith(chunk)).flatMap((script) => script.functions);
  const counts = functions
    .filter((one) => one.functionName === functionName)
    .map(({ ranges }) => ranges[0]?.count ?? 0);
  return counts.reduce((sum, count) => sum + count, 0);
}

interface Script {
  url: string;
  functions: { functionName: string; ranges: { count: number }[] }[];
}

test.concurrent(
  "the log's lines go through winston",
  inWorld({}, async (world) => {
    world.teacherAsks({ meetingId: 'm' });
    const lines = await callsOf(world, '_transform', chunkOf('winston'));
    expect(logText(world)).not.toBe('');
    expect(lines).toBe(logText(world).trimEnd().split('\n').length);
  }),
  PATIENCE_MS,
);

test.concurrent(
  'a log that must do without its library is written all the same, and that is told',
  inWorld({}, async (world) => {
    const damaged = join(world.root, 'damaged');
    cpSync(shippedPath('.'), damaged, { recursive: true });
    writeFileSync(join(damaged, chunkOf('winston')), 'export default {};\n');
    world.teacherAsks({ meetingId: 'm' });
    const child = spawn(process.execPath, [join(damaged, 'bin/bbb-pod-live'), 'run'], {
      cwd: world.baseDirectory,
      env: world.env,
      stdio: 'ignore',
    });
    expect(await once(child, 'exit')).toEqual([1, null]);
    expect(streamers(world)).toHaveLength(1);
    expect(logText(world)).toMatch(/ - \[INFO\] - .*\n.* - \[ERROR\] - .*the log is written without its library/s);
    expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error]);
    expect(lastMail(world)).toMatch(
      /the log is written without its library, which cannot be used: .*install bbb-pod-live again/s,
    );
  }),
  PATIENCE_MS,
);
