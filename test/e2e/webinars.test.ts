// A webinar's whole life with the built program: the teacher's click, Pod's call, the container, a restart, the end of the meeting.
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { textOfFilm } from '../support/film.js';
import { composeActs, inWorld, PATIENCE_MS, tick } from '../support/e2e-world.js';
import { addWebinar, enterGateways, podWorker, WEBINAR_ENV, WEBINAR_TOKEN } from '../support/webinar-e2e.js';
import type { Status } from '../../src/tick/status/fields.js';
import { startPod } from '../world/pod.js';
import type { World } from '../world/world.js';

const IN_POD_4 = {
  podVersion: '4.1.0',
  numberOfLives: 2,
  chatRedis: true,
  env: { ...WEBINAR_ENV, WEBINAR_RECORD: 'always' },
} as const;

function composeFile(world: World, slot = 1): string {
  return readFileSync(join(world.slotDirectory(slot), 'docker-compose.yml'), 'utf8');
}

function row(world: World, id: number): number | undefined {
  return world.pod.state.webinars.find((one) => one.id === id)?.status;
}

describe('a webinar', () => {
  test(
    'from init to the end of its meeting',
    inWorld(IN_POD_4, async (world) => {
      enterGateways(world);
      const init = await world.run(['init', '--no-pull']);
      expect(init).toMatchObject({ exitCode: 0, stderr: '' });
      expect(init.stdout).toContain('slot 1, live gateway 3: SIPMediaGW server URL http://live1.test:8100/1');
      expect(init.stdout).toContain('written  gateways.json: 2 of 2 live gateways');
      expect(init.stdout).not.toMatch(/s3cret|token-of/);
      expect(statSync(join(world.baseDirectory, 'gateways.json')).mode & 0o777).toBe(0o600);
      expect(await tick(world)).toBe(0);

      const session = addWebinar(world, 1, 3, 'Été à deux');
      const worker = podWorker(world);
      const joined = await worker.join(session);
      expect(joined.messages.map(({ level }) => level)).toEqual(['info']);
      expect(row(world, 1)).toBe(1);
      expect(await tick(world)).toBe(0);
      expect(composeFile(world)).toContain('BBB_MEETING_ID=0001-ete-a-deux');
      expect(composeFile(world)).toContain('BBB_STREAM_URL=rtmp://user:s3cret-of-3@rtmp.test/live/slot1');
      expect(composeFile(world)).toContain(`BBB_CHAT_STREAM_URL=${world.pod.url}/live/event/0001-ete-a-deux/`);
      expect(composeFile(world)).toMatch(/"127\.77\.\d+\.\d+:6379:6379"/);
      expect(world.pod.state.broadcasters.map(({ status }) => status)).toEqual([true, false]);
      expect(world.smtp.mails).toHaveLength(1);
      expect(JSON.stringify(world.smtp.mails)).not.toMatch(/s3cret/);

      const status = JSON.parse((await world.run(['status', '--json'])).stdout) as Status;
      expect(status.slots.map(({ live }) => live?.page ?? null)).toEqual([
        `${world.pod.url}/live/event/0001-ete-a-deux/`,
        null,
      ]);
      expect([status.problems, status.unread]).toEqual([[], []]);

      // The owner joins again: nothing changes.
      await worker.join(session);
      expect(await tick(world)).toBe(0);
      const ups = (): number => composeActs(world).filter((act) => act.endsWith(' up')).length;
      const before = ups();
      const restarted = await worker.restart(session);
      expect(restarted.messages.map(({ level }) => level)).toEqual(['info', 'info']);
      expect(await tick(world)).toBe(0);
      expect(ups()).toBe(before + 1);
      expect((await worker.toggleChat(session)).messages[0]?.level).toBe('info');
      expect(await tick(world)).toBe(0);

      // Another webinar on the same gateway has to wait, and its teacher is told.
      const other = addWebinar(world, 2, 3, 'Autre');
      expect((await worker.join(other)).messages[0]?.level).toBe('error');
      expect(await tick(world)).toBe(0);
      world.meetingEnds(session.meeting_id);
      await tick(world);
      await tick(world);
      expect(row(world, 1)).toBe(2);
      expect(composeFile(world)).toContain('BBB_MEETING_ID=0002-autre');

      // Two recordings, one of each container: both are videos of the owner now.
      const titles = (): string[] => world.pod.state.videos.map(({ title }) => title);
      const films = world.pod.state.videos.map(({ file }) => textOfFilm(readFileSync(file)));
      expect(films).toEqual(Array.from({ length: 2 }, () => expect.stringMatching(/^REC 0001-ete-a-deux [^]*END\n$/)));
      expect(world.pod.state.videos.map(({ owner }) => owner)).toEqual([session.owner, session.owner]);
      expect(titles()).toEqual(Array.from({ length: 2 }, () => expect.stringMatching(/^Été à deux – .* \(1(-2)?\)$/)));
      expect(new Set(titles()).size).toBe(2);

      await worker.end(other);
      // Pod's answer is lost: whether it has the recording is asked before anything is said again.
      const mend = world.pod.fault({ method: 'POST', path: /recording/, when: 'after', answer: { kind: 'reset' } });
      expect(await tick(world)).toBe(1);
      mend();
      expect(await tick(world)).toBe(0);
      expect(titles()).toHaveLength(3);
      const left = world.files().filter(({ path }) => /\.mkv|^recorder\/|outbox\/[^.]/.test(path));
      expect(left).toEqual([]);
      expect(row(world, 2)).toBe(2);
      expect(world.docker.containers()).toEqual([]);
      expect(world.pod.state.broadcasters.map(({ status }) => status)).toEqual([false, false]);
      expect(composeFile(world)).not.toContain('s3cret');
    }),
    PATIENCE_MS,
  );
});

test(
  'a live of bbb_livestream whose Pod is upgraded under it goes on, and ends well: that is told once, its recording kept',
  inWorld(
    { podVersion: '3.7.0', numberOfLives: 2, env: { POD_LIVE_GATEWAYS: '3,4', GATEWAY_TOKEN: WEBINAR_TOKEN } },
    async (world) => {
      const { meeting } = world.teacherAsks({ recording: true });
      expect(await tick(world)).toBe(0);
      const { port, state } = world.pod;
      await world.pod.stop();
      const token = world.env['POD_TOKEN'] ?? '';
      const upgraded = await startPod({
        version: '4.1.0',
        port,
        token,
        state: { ...state, livestreams: [], meetings: [] },
      });
      try {
        for (let count = 0; count < 2; count += 1) expect(await tick(world)).toBe(0);
        expect(new Set(world.docker.containers().map(({ state: now }) => now))).toEqual(new Set(['running']));
        world.meetingEnds(meeting.meeting_id);
        expect(await tick(world)).toBe(1);
        expect(world.docker.containers()).toEqual([]);
        expect(upgraded.state.broadcasters).toEqual([]);
        const mails = world.smtp.mails.length;
        for (let count = 0; count < 2; count += 1) expect(await tick(world)).toBe(0);
        expect(world.smtp.mails).toHaveLength(mails);
        expect(world.smtp.mails.at(-1)?.text).toContain('/kept/');
        const films = world.files().filter(({ path }) => path.endsWith('.mkv'));
        expect(films.map(({ path }) => path)).toEqual([expect.stringMatching(/^base\/kept\/1-/)]);
      } finally {
        await upgraded.stop();
      }
    },
  ),
  PATIENCE_MS,
);

describe('init', () => {
  test(
    'says what is missing for webinars, and makes a token',
    inWorld(
      {
        podVersion: '4.1.0',
        numberOfLives: 2,
        env: { ...WEBINAR_ENV, GATEWAY_TOKEN: undefined, POD_LIVE_GATEWAYS: '3,9' },
      },
      async (world) => {
        enterGateways(world);
        const [broadcaster] = world.pod.state.broadcasters;
        if (broadcaster !== undefined) broadcaster.stream_url = 'https://hls.test/live';
        const init = await world.run(['init', '--no-pull']);
        expect(init.exitCode).toBe(1);
        expect(init.stdout).toMatch(/ERROR {4}GATEWAY_TOKEN is missing; one made by chance: [\w-]{24}\n/);
        expect(init.stdout).toContain('ERROR    Pod has no live gateway 9');
        expect(init.stdout).toContain('ERROR    live gateway 3: the URL of its broadcaster Amphi 3 must be');
        expect(init.stdout).not.toContain(WEBINAR_TOKEN);
      },
    ),
    PATIENCE_MS,
  );

  test(
    'leaves gateways.json as it is while Pod cannot be read, and leaves out an address that could not be used',
    inWorld(IN_POD_4, async (world) => {
      enterGateways(world);
      expect((await world.run(['init', '--no-pull'])).exitCode).toBe(0);
      const path = join(world.baseDirectory, 'gateways.json');
      const before = readFileSync(path, 'utf8');
      const mend = world.pod.fault({ path: /meeting_live_gateway/, answer: { kind: 'answer', status: 502 } });
      expect((await world.run(['init', '--no-pull'])).exitCode).toBe(1);
      expect(readFileSync(path, 'utf8')).toBe(before);
      mend();
      const [gateway] = world.pod.state.gateways;
      if (gateway !== undefined) gateway.rtmp_stream_url = 'rtmp://rtmp.test/live/two words';
      const refused = await world.run(['init', '--no-pull']);
      expect(refused.stdout).toContain('ERROR    live gateway 3: its RTMP address must hold no blank');
      expect(readFileSync(path, 'utf8')).not.toContain('two words');
    }),
    PATIENCE_MS,
  );
});
