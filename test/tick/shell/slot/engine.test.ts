// Which `docker` is asked about the engine, and what its listing says.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createEngine, dockerCommandOf, type Engine } from '../../../../src/tick/shell/slot/engine.js';
import type { RunResult } from '../../../../src/shared/spawn.js';
import { temporaryDirectory } from '../../../support/temporary.js';

test.each([
  ['docker-compose', 'docker'],
  ['/opt/bin/docker-compose', 'docker'],
  ['docker compose', 'docker'],
  ['/usr/local/bin/docker compose', '/usr/local/bin/docker'],
  ['docker --context live compose', 'docker --context live'],
  ['docker -H unix:///srv/docker.sock compose --ansi never', 'docker -H unix:///srv/docker.sock'],
  ['docker-compose -H tcp://10.0.0.7:2376 --tlsverify --ansi never', 'docker -H tcp://10.0.0.7:2376 --tlsverify'],
  ['docker-compose --context=live --verbose', 'docker --context=live'],
  ['sudo -n docker-compose', 'sudo -n docker'],
  ['sudo docker compose', 'sudo docker'],
  ['podman-compose', 'docker'],
  ['', 'docker'],
])('`%s` speaks with the engine that `%s` speaks with', (compose, docker) => {
  expect(dockerCommandOf(compose.split(' ').filter((word) => word !== '')).join(' ')).toBe(docker);
});

function engineThatSays(stdout: string, change: Partial<RunResult> = {}): Engine {
  const result: RunResult = { exitCode: 0, stdout, stderr: '', timedOut: false, notFound: false, ...change };
  return createEngine({
    composeCommand: () => [process.execPath],
    // Any program will do: it is not run.
    environment: { PATH: directoryWithDocker() },
    call: () => Promise.resolve(result),
    detailOf: ({ stderr }) => stderr,
  });
}

function directoryWithDocker(): string {
  const directory = temporaryDirectory();
  symlinkSync(process.execPath, join(directory, 'docker'));
  return directory;
}

const RUNS = { isRunning: true, isPaused: false, health: null, exitStatus: null };
const IS_OVER = { ...RUNS, isRunning: false };

describe('the engine', () => {
  test('has an id; without one it has not answered', async () => {
    expect(await engineThatSays('J6XF:ABCD\n').id()).toBe('J6XF:ABCD');
    await expect(engineThatSays('\n').id()).rejects.toMatchObject({ problem: { kind: 'dockerUnreadable' } });
    await expect(engineThatSays('', { exitCode: 1, stderr: 'no daemon' }).id()).rejects.toMatchObject({
      problem: { kind: 'dockerUnreadable', detail: 'no daemon' },
    });
  });

  test('lists containers: of several names the own one, a status that begins with Up as running', async () => {
    const lines = [
      'liveStreaming1\tUp 2 hours\tbbb-live-streaming1\tbbb-streamer',
      'web/redis,cours_redis_1\tUp 3 seconds (Paused)\tcours\tredis',
      'old\tExited (137) 2 days ago\t\t',
      'made\tCreated\tp\ts',
      'well\tUp 2 hours (healthy)\t\t',
      'ill\tUp 2 hours (unhealthy)\t\t',
      'new\tUp Less than a second (health: starting)\t\t',
      '',
    ];
    expect(await engineThatSays(lines.join('\n')).containers()).toEqual([
      { name: 'liveStreaming1', project: 'bbb-live-streaming1', service: 'bbb-streamer', ...RUNS },
      { name: 'cours_redis_1', project: 'cours', service: 'redis', ...RUNS, isPaused: true },
      { name: 'old', project: '', service: '', ...IS_OVER, exitStatus: 137 },
      { name: 'made', project: 'p', service: 's', ...IS_OVER },
      { name: 'well', project: '', service: '', ...RUNS, health: 'healthy' },
      { name: 'ill', project: '', service: '', ...RUNS, health: 'unhealthy' },
      { name: 'new', project: '', service: '', ...RUNS, health: 'starting' },
    ]);
    expect(await engineThatSays('').containers()).toEqual([]);
  });

  test('knows the label of an image; one that has none, and one that is not there', async () => {
    expect(await engineThatSays('1\n').imageLabel('x:1', 'a.b')).toBe('1');
    expect(await engineThatSays('\n').imageLabel('x:1', 'a.b')).toBe('');
    const stderr = 'Error: No such image: x:1';
    await expect(engineThatSays('\n', { exitCode: 1, stderr }).imageLabel('x:1', 'a.b')).rejects.toThrow(stderr);
  });

  test('is not known where there is no program `docker`', async () => {
    const engine = createEngine({
      composeCommand: () => ['docker-compose'],
      environment: { PATH: temporaryDirectory() },
      call: () => Promise.reject(new Error('it was called')),
      detailOf: () => '',
    });
    expect([await engine.id(), await engine.containers(), await engine.imageLabel('x', 'y')]).toEqual([
      null,
      null,
      null,
    ]);
  });
});
