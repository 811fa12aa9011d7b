// Whether a live's containers run, or are gone, is what their own Docker engine says, whatever docker-compose answers.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  handedOver,
  inWorld,
  lastMail,
  live,
  logText,
  PATIENCE_MS,
  podWrites,
  streamers,
  subjects,
  SUBJECTS,
  tick,
} from '../support/e2e-world.js';
import type { World } from '../world/world.js';

const PROJECT = 'bbb-live-streaming1';

function slotFile(world: World): Record<string, unknown> | null {
  const path = join(world.slotDirectory(1), 'live.json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>) : null;
}

/** A recorded live in slot 1. */
async function started(world: World): Promise<string> {
  const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true });
  expect(await tick(world)).toBe(0);
  expect(streamers(world)).toHaveLength(1);
  return `${meeting.internal_meeting_id}.mkv`;
}

/** Its end was not believed: Pod has not been told, nothing was handed over, the slot is kept. */
function expectNothingEnded(world: World): void {
  expect(live(world)).toMatchObject({ status: 1, end_date: null });
  expect(handedOver(world)).toEqual({});
  expect(slotFile(world)).toMatchObject({ livestreamId: 1, step: 'stopping' });
}

describe.each([
  ['docker-compose 1.29', false],
  ['Compose v2', true],
])('with %s', (_name, composeV2) => {
  test.concurrent(
    'another engine answers: the live is neither ended nor started there, and ends on its own',
    inWorld({ composeV2 }, async (world) => {
      const file = await started(world);
      expect(slotFile(world)).toMatchObject({ engineId: 'ID-OF-engine-1 host /srv/docker' });
      world.docker.setBehaviour({ engine: 'engine-2' });
      expect(await tick(world)).toBe(1);
      expect(lastMail(world)).toContain('autre moteur Docker');
      expect(lastMail(world)).not.toContain('conteneur arrêté');
      world.meetingEnds('m');
      expect(await tick(world)).toBe(1);
      expectNothingEnded(world);
      expect(streamers(world)).toHaveLength(1);
      expect(world.docker.containers('engine-2')).toEqual([]);
      world.docker.setBehaviour({ engine: 'engine-1' });
      expect(await tick(world)).toBe(0);
      expect(live(world).status).toBe(2);
      expect(handedOver(world)).toEqual({ [file]: 'm, whole' });
      expect(world.docker.containers()).toEqual([]);
      expect(slotFile(world)).toBeNull();
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    "a slot's .env and the environment name another project, file or engine: every call names its own",
    inWorld(
      {
        composeV2,
        env: { COMPOSE_PROJECT_NAME: 'of-the-environment', COMPOSE_FILE: '/nowhere.yml', COMPOSE_PROFILES: 'other' },
      },
      async (world) => {
        expect(await world.run(['init', '--no-pull'])).toMatchObject({ exitCode: 0 });
        writeFileSync(
          join(world.slotDirectory(1), '.env'),
          'COMPOSE_PROJECT_NAME=of-the-file\nCOMPOSE_FILE=other.yml\n',
        );
        const file = await started(world);
        expect(new Set(world.docker.containers().map(({ project }) => project))).toEqual(new Set([PROJECT]));
        world.meetingEnds('m');
        expect(await tick(world)).toBe(0);
        expect(handedOver(world)).toEqual({ [file]: 'm, whole' });
        expect(world.docker.containers()).toEqual([]);
        // Its version has nothing to do with a project.
        const calls = world.docker.calls().filter(({ argv }) => !argv.includes('version'));
        const named = new Set(calls.map((call) => call.named.slice(0, 5).join(' ')));
        expect(named).toEqual(new Set([`-p ${PROJECT} -f docker-compose.yml --env-file`]));
      },
    ),
    PATIENCE_MS,
  );

  test.concurrent(
    'a network that cannot be removed ends nothing, as long as the containers are gone; it is told once',
    inWorld({ composeV2 }, async (world) => {
      const file = await started(world);
      world.meetingEnds('m');
      const stderr = `ERROR: error while removing network: network ${PROJECT}_app-tier has active endpoints\n`;
      world.docker.setBehaviour({ failures: [{ command: 'down', afterwards: true, stderr }] });
      expect(await tick(world)).toBe(0);
      expect(live(world).status).toBe(2);
      expect(handedOver(world)).toEqual({ [file]: 'm, whole' });
      expect(slotFile(world)).toBeNull();
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error]);
      expect(lastMail(world)).toContain('has active endpoints');
      expect(await tick(world)).toBe(0);
      expect(subjects(world)).toHaveLength(2);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'a container that `down` leaves there is not gone, though the command ended well',
    inWorld({ composeV2 }, async (world) => {
      const file = await started(world);
      // Made by hand, or by an older program: the container bears the slot's name in another project.
      const directory = world.slotDirectory(1);
      await world.docker.compose(directory, '-p', PROJECT, 'down');
      await world.docker.compose(directory, '-p', 'cours', 'up', '-d');
      world.meetingEnds('m');
      expect(await tick(world)).toBe(1);
      expectNothingEnded(world);
      expect(lastMail(world)).toMatch(/liveStreaming1 of project cours \(docker rm -f liveStreaming1 removes it\)/);
      await world.docker.compose(directory, '-p', 'cours', 'down');
      // Two pieces: the second waits until Pod has collected the first.
      await tick(world);
      expect(handedOver(world)).toEqual({ [file]: expect.stringContaining('m') as unknown });
      expect(world.docker.containers()).toEqual([]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    '`up` complains, and all containers run: the live is up',
    inWorld({ composeV2 }, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      world.docker.setBehaviour({
        failures: [
          { command: 'up', afterwards: true, stderr: 'ERROR: a warning that was meant as an error\n', times: 1 },
        ],
      });
      expect(await tick(world)).toBe(0);
      expect(live(world)).toMatchObject({ status: 1, server: '1/1' });
      expect(slotFile(world)).toMatchObject({ step: 'live' });
      expect(subjects(world)).toEqual([SUBJECTS.start]);
      expect(logText(world)).toContain('container up, though');
    }),
    PATIENCE_MS,
  );
});

test.concurrent(
  'without the program docker, docker-compose itself is asked what is left',
  inWorld({}, async (world) => {
    for (const program of world.docker.programs) if (!program.endsWith('-compose')) rmSync(program);
    const file = await started(world);
    expect(slotFile(world)).not.toHaveProperty('engineId');
    world.meetingEnds('m');
    expect(await tick(world)).toBe(0);
    expect(handedOver(world)).toEqual({ [file]: 'm, whole' });
    expect(world.docker.containers()).toEqual([]);
  }),
  PATIENCE_MS,
);

test.concurrent(
  'an idle tick asks the engine nothing, one in which a live goes on asks it once',
  inWorld({}, async (world) => {
    expect(await tick(world)).toBe(0);
    expect([world.docker.calls(), world.docker.engineCalls()]).toEqual([[], []]);
    await started(world);
    const [calls, asked] = [world.docker.calls().length, world.docker.engineCalls()];
    expect(asked).toEqual(['ps', 'info']);
    expect(await tick(world)).toBe(0);
    expect(world.docker.calls()).toHaveLength(calls);
    expect(world.docker.engineCalls()).toEqual([...asked, 'ps']);
    world.meetingEnds('m');
    expect(await tick(world)).toBe(0);
    expect(world.docker.engineCalls()).toEqual([...asked, 'ps', 'ps', 'info', 'ps']);
    expect(podWrites(world).some((write) => write.startsWith('PATCH'))).toBe(true);
  }),
  PATIENCE_MS,
);
