// What went wrong with the PHP script: one case for each defect of it, none of which may happen here.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import {
  broadcasterNames,
  broadcasterOf,
  composeActs,
  environmentIn,
  filesBelow,
  handedOver,
  inOutbox,
  inSlot,
  inWorld,
  kept,
  lastMail,
  letTriesBeMinutesOld,
  live,
  logText,
  PATIENCE_MS,
  placeOf,
  podWrites,
  streamers,
  subjects,
  SUBJECTS,
  tick,
  WAITING,
  whenCalled,
} from '../support/e2e-world.js';
import type { FaultAnswer } from '../world/http-server.js';
import { composeHasEnded } from '../support/killed-program.js';
import type { World } from '../world/world.js';

const HTML_500: FaultAnswer = {
  kind: 'answer',
  status: 500,
  contentType: 'text/html',
  body: '<h1>Server Error (500)</h1>',
};
const JSON_403: FaultAnswer = { kind: 'answer', status: 403, body: '{"detail":"no"}' };

function failedXml(messageKey: string): FaultAnswer {
  const body = `<response><returncode>FAILED</returncode><messageKey>${messageKey}</messageKey><message>no</message></response>`;
  return { kind: 'answer', status: 200, contentType: 'text/xml', body };
}

/** What a BBB in trouble answers; `none`: nobody listens on its port. */
const BBB_FAULTS: Record<string, FaultAnswer | 'none'> = {
  'a refusal of the connection': 'none',
  'a reset of the connection': { kind: 'reset' },
  'too slow': { kind: 'hang' },
  cut: { kind: 'cut' },
  empty: { kind: 'answer', status: 200, contentType: 'text/xml', body: '' },
  'a page in HTML': {
    kind: 'answer',
    status: 200,
    contentType: 'text/html',
    body: '<html><body>Welcome</body></html>',
  },
  'a 502 in HTML': { kind: 'answer', status: 502, contentType: 'text/html', body: '<html>Bad gateway</html>' },
  'FAILED internalError': failedXml('internalError'),
  'FAILED checksumError': failedXml('checksumError'),
};

/** A row in progress that another server has, or that this one lost its slot file of. */
function addRunningRow(world: World, server: string, meetingId: string): number {
  const { livestream } = world.teacherAsks({
    meetingId,
    row: { status: 1, server, start_date: '2024-01-01T08:00:00Z' },
  });
  return livestream.id;
}

/** A file of an earlier live. */
function leaveBehind(world: World, slot: number, name: string, text: string): void {
  const folder = join(world.slotDirectory(slot), 'videodata');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), text);
  utimesSync(join(folder, name), 1_700_000_000, 1_700_000_000);
}

describe('the PHP script had a defect that is not here', () => {
  test.concurrent(
    '1: each of several lives keeps its own meeting, title and recording',
    inWorld({ numberOfLives: 3 }, async (world) => {
      const [one, two, three] = [
        world.teacherAsks({ meetingId: 'm-one', name: 'Algèbre', recording: true }),
        world.teacherAsks({ meetingId: 'm-two', name: 'Biologie' }),
        world.teacherAsks({ meetingId: 'm-three', name: 'Chimie', recording: true }),
      ];
      expect(await tick(world)).toBe(0);
      const told = [1, 2, 3].map((slot) => {
        const { BBB_MEETING_ID, BBB_MEETING_TITLE, BBB_DOWNLOAD_MEETING, BBB_STREAM_URL } = environmentIn(world, slot);
        return [BBB_MEETING_ID, BBB_MEETING_TITLE, BBB_DOWNLOAD_MEETING, BBB_STREAM_URL];
      });
      expect(told).toEqual([
        ['m-one', '[BBB] Algèbre', 'true', 'rtmp://rtmp.test/live/bbb-Algebre'],
        ['m-two', '[BBB] Biologie', 'false', 'rtmp://rtmp.test/live/bbb-Biologie'],
        ['m-three', '[BBB] Chimie', 'true', 'rtmp://rtmp.test/live/bbb-Chimie'],
      ]);
      world.meetingEnds('m-one');
      world.meetingEnds('m-three');
      expect(await tick(world)).toBe(0);
      expect(handedOver(world)).toEqual({
        [`${one.meeting.internal_meeting_id}.mkv`]: 'm-one, whole',
        [`${three.meeting.internal_meeting_id}.mkv`]: 'm-three, whole',
      });
      expect([1, 2, 3].map((id) => live(world, id).status)).toEqual([2, 1, 2]);
      expect(streamers(world).map(({ environment }) => environment['BBB_MEETING_ID'])).toEqual(['m-two']);
      expect([one, two, three].map(({ meeting }) => meeting.encoded_by)).toEqual([2, null, 2]);
      expect(broadcasterNames(world)).toEqual(['[BBB] Biologie']);
    }),
    PATIENCE_MS,
  );

  test.concurrent.each(Object.entries(BBB_FAULTS))(
    '2: a BBB whose answer is %s stops no live',
    async (_name, answer) => {
      await inWorld({ env: { HTTP_TIMEOUT_S: '0.3' } }, async (world) => {
        world.teacherAsks({ meetingId: 'm', recording: true });
        await tick(world);
        const before = world.snapshot();
        // The meeting is over: whoever guesses would stop the live.
        world.meetingEnds('m');
        for (const path of [/getMeetings/, /getMeetingInfo/]) {
          const mend = answer === 'none' ? undefined : world.bbb.fault({ path, answer });
          if (answer === 'none') await world.bbb.stop();
          expect(await tick(world)).toBe(1);
          mend?.();
        }
        const after = world.snapshot();
        expect(after.containers).toEqual(before.containers);
        expect(after.pod).toEqual(before.pod);
        expect(after.podWrites).toEqual(before.podWrites);
        expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error]);
      })();
    },
    PATIENCE_MS,
  );

  test.concurrent.each(['2.8.2', '3.7.0'] as const)(
    '3: a list of lives that Pod %s fails to give frees no slot',
    async (podVersion) => {
      await inWorld({ podVersion }, async (world) => {
        addRunningRow(world, '1/1', 'm-old');
        const asked = world.teacherAsks({ meetingId: 'm-new' }).livestream;
        const before = world.snapshot().pod;
        for (const answer of [
          HTML_500,
          { kind: 'cut' },
          { kind: 'answer', status: 200, body: '{"results": null}' },
        ] satisfies FaultAnswer[]) {
          world.pod.fault({ path: /bbb_livestream\/\?(.*status=1|page)/, answer });
          expect(await tick(world)).toBe(1);
          world.pod.clearFaults();
        }
        expect(world.snapshot().pod).toEqual(before);
        expect(streamers(world)).toEqual([]);
        expect(podWrites(world)).toEqual([]);
        expect(live(world, asked.id)).toMatchObject(WAITING);
        expect(lastMail(world)).toContain('Pod');
      })();
    },
    PATIENCE_MS,
  );

  test.concurrent.each(['2.8.2', '3.7.0'] as const)(
    "4: every page of Pod %s's lists is read",
    async (podVersion) => {
      await inWorld({ podVersion, numberOfLives: 2 }, async (world) => {
        for (let other = 1; other <= 13; other += 1) addRunningRow(world, `2/${other}`, `m-other-${other}`);
        const held = world.teacherAsks({ meetingId: 'm-held', row: { status: 1, server: '1/1' } }).livestream;
        for (let past = 1; past <= 13; past += 1) world.teacherAsks({ meetingId: `m-past-${past}`, running: false });
        const asked = world.teacherAsks({ meetingId: 'm-new', name: 'Zoologie' }).livestream;
        // Somebody's broadcaster of that name, far down the list.
        for (let other = 0; other < 14; other += 1)
          world.pod.state.broadcasters.push(broadcaster(`Amphi ${other}`, 100 + other));
        world.pod.state.broadcasters.push(broadcaster('[BBB] Zoologie', 200));
        await tick(world);
        expect(live(world, asked.id)).toMatchObject({ status: 1, server: '1/2' });
        expect(live(world, held.id)).toMatchObject({ status: 1, server: '1/1' });
        const closed = world.pod.state.livestreams.filter(({ status }) => status === 2);
        expect(closed).toHaveLength(13);
        expect(broadcasterOf(world, asked.id).name).toBe(`[BBB] Zoologie (${asked.id})`);
      })();
    },
    PATIENCE_MS,
  );

  test.concurrent(
    '5: a status that says no is not taken for a yes',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm', name: 'Cours' });
      const faults: [string, RegExp, FaultAnswer][] = [
        ['POST', /broadcasters/, JSON_403],
        ['POST', /broadcasters/, HTML_500],
        ['PATCH', /bbb_livestream/, { kind: 'answer', status: 400, body: '{"server":["no"]}' }],
      ];
      for (const [method, path, answer] of faults) {
        world.pod.fault({ method, path, answer });
        expect(await tick(world)).toBe(1);
        world.pod.clearFaults();
        expect(live(world)).toMatchObject(WAITING);
        expect(broadcasterNames(world)).toEqual([]);
        expect(composeActs(world)).toEqual([]);
        // The longest pause before it is tried again.
        letTriesBeMinutesOld(world, 10);
      }
      expect(subjects(world)).not.toContain(SUBJECTS.start);
      expect(await tick(world)).toBe(0);
      world.meetingEnds('m');
      world.pod.fault({ method: 'DELETE', answer: HTML_500, times: 1 });
      expect(await tick(world)).toBe(1);
      expect(live(world).status).toBe(1);
      world.pod.fault({ method: 'PATCH', path: /bbb_livestream/, answer: HTML_500, times: 1 });
      expect(await tick(world)).toBe(1);
      expect(live(world).status).toBe(1);
      expect(await tick(world)).toBe(0);
      expect(live(world)).toMatchObject({ status: 2, end_date: expect.any(String) as unknown });
      expect(broadcasterNames(world)).toEqual([]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    '6: a live whose options cannot be read is not started with others',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm', restricted: true, recording: true });
      const { is_restricted: _restricted, download_meeting: _recording, ...rest } = live(world);
      const row = { ...rest, meeting: `${world.pod.url}/rest/bbb_meeting/1/`, user: `${world.pod.url}/rest/users/2/` };
      const page = { count: 1, next: null, previous: null, results: [row] };
      world.pod.fault({
        path: /bbb_livestream\/\?/,
        answer: { kind: 'answer', status: 200, body: JSON.stringify(page) },
      });
      expect(await tick(world)).toBe(1);
      world.pod.clearFaults();
      expect(composeActs(world)).toEqual([]);
      expect(podWrites(world)).toEqual([]);
      world.pod.fault({ path: /bbb_livestream\/1\//, method: 'GET', answer: HTML_500 });
      expect(await tick(world)).toBe(1);
      expect(composeActs(world)).toEqual([]);
      expect(live(world)).toMatchObject(WAITING);
      world.pod.clearFaults();
      expect(await tick(world)).toBe(0);
      expect(broadcasterOf(world).is_restricted).toBe(true);
      expect(environmentIn(world)['BBB_DOWNLOAD_MEETING']).toBe('true');
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    '7: no container is started for a meeting that cannot be read',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm', name: 'Cours' });
      for (const answer of [HTML_500, JSON_403, { kind: 'answer', status: 200, body: '{}' }] satisfies FaultAnswer[]) {
        world.pod.fault({ path: /bbb_meeting/, answer });
        expect(await tick(world)).toBe(1);
        world.pod.clearFaults();
      }
      expect(composeActs(world)).toEqual([]);
      expect(podWrites(world)).toEqual([]);
      expect(live(world)).toMatchObject(WAITING);
      expect(await tick(world)).toBe(0);
      expect(environmentIn(world)).toMatchObject({ BBB_MEETING_ID: 'm', BBB_MEETING_TITLE: '[BBB] Cours' });
    }),
    PATIENCE_MS,
  );

  const HOSTILE_NAMES: Record<string, string> = {
    shell: 'a"; touch pwned; $(touch pwned) `touch pwned` \' | touch pwned & \\',
    sed: 'Maths / Physique & Chimie $1 \\1',
    yaml: 'Cours : "été" # {x: [y]} *a !b %c @d - e',
    form: 'a;type=text/html;filename=@/etc/passwd',
    compose: '$HOME ${PATH} $$ ${X:?no}',
  };

  test.concurrent(
    '8: a name is data for the shell, YAML, Compose and forms',
    inWorld({ numberOfLives: 5 }, async (world) => {
      const names = Object.values(HOSTILE_NAMES);
      const rows = names.map((name, index) => world.teacherAsks({ meetingId: `m-${index}`, name }).livestream);
      expect(await tick(world)).toBe(0);
      expect(rows.map(({ id }) => broadcasterOf(world, id).name)).toEqual(names.map((name) => `[BBB] ${name}`));
      expect(streamers(world).map(({ environment }) => environment['BBB_MEETING_TITLE'])).toEqual(
        names.map((name) => `[BBB] ${name}`),
      );
      expect(streamers(world).map(({ environment }) => environment['BBB_MEETING_ID'])).toEqual(
        names.map((_, index) => `m-${index}`),
      );
      expect(world.files().filter(({ path }) => path.includes('pwned'))).toEqual([]);
      expect(existsSync('pwned')).toBe(false);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    '9: a broadcaster of any name is created, and deleted at the end',
    inWorld({ numberOfLives: 6, podVersion: '2.8.2' }, async (world) => {
      const names = ['Cours -', 'ANGLAIS (L1) !', 'Лекция', 'Soirée 🎉', 'x'.repeat(250), "L'œuvre d'Éluard ?"];
      names.forEach((name, index) => world.teacherAsks({ meetingId: `m-${index}`, name }));
      const others = broadcaster('Amphi', 100);
      world.pod.state.broadcasters.push(others);
      expect(await tick(world)).toBe(0);
      expect(broadcasterNames(world)).toHaveLength(7);
      expect(streamers(world)).toHaveLength(6);
      for (const { meetingId } of [...world.bbb.meetings]) world.meetingEnds(meetingId);
      expect(await tick(world)).toBe(0);
      expect(world.pod.state.broadcasters).toEqual([others]);
      expect(world.pod.state.livestreams.map(({ status }) => status)).toEqual([2, 2, 2, 2, 2, 2]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    '10: two meetings of one name have a stream and a broadcaster each',
    inWorld({ numberOfLives: 2 }, async (world) => {
      world.teacherAsks({ meetingId: 'm-1', name: 'Cours' });
      world.teacherAsks({ meetingId: 'm-2', name: 'Cours' });
      expect(await tick(world)).toBe(0);
      expect([1, 2].map((id) => broadcasterOf(world, id))).toMatchObject([
        { name: '[BBB] Cours', slug: 'bbb-cours', stream_url: 'https://hls.test/hls/bbb-Cours.m3u8' },
        { name: '[BBB] Cours (2)', slug: 'bbb-cours-2', stream_url: 'https://hls.test/hls/bbb-Cours-2.m3u8' },
      ]);
      expect([1, 2].map((slot) => environmentIn(world, slot)['BBB_STREAM_URL'])).toEqual([
        'rtmp://rtmp.test/live/bbb-Cours',
        'rtmp://rtmp.test/live/bbb-Cours-2',
      ]);
      world.meetingEnds('m-1');
      expect(await tick(world)).toBe(0);
      expect(broadcasterNames(world)).toEqual(['[BBB] Cours (2)']);
      expect(environmentIn(world, 2)['BBB_MEETING_ID']).toBe('m-2');
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    "11: another server's live is not taken for an own one, nor one meeting id for another",
    inWorld({ numberOfLives: 3 }, async (world) => {
      const others = [
        addRunningRow(world, '11/2', 'm-11'),
        addRunningRow(world, '2/1', 'm-2'),
        addRunningRow(world, '21/1', 'm-21'),
      ];
      for (const meetingId of ['m-11', 'm-2', 'm-21']) world.meetingEnds(meetingId);
      const hundred = world.teacherAsks({ meetingId: '100' }).livestream;
      const other = world.teacherAsks({ meetingId: '1e2' }).livestream;
      const equals = world.teacherAsks({ meetingId: 'a=b&c=d é' }).livestream;
      const before = others.map((id) => live(world, id));
      expect(await tick(world)).toBe(0);
      expect(environmentIn(world, 3)['BBB_MEETING_ID']).toBe('a=b&c=d é');
      world.meetingEnds('100');
      expect(await tick(world)).toBe(0);
      expect([hundred, other, equals].map(({ id }) => live(world, id).status)).toEqual([2, 1, 1]);
      expect(others.map((id) => live(world, id))).toEqual(before);
      expect(streamers(world)).toHaveLength(2);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    '12: two ticks, or two servers, whose time overlaps start a live once',
    inWorld({ numberOfLives: 2 }, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      world.docker.setBehaviour({ delays: [{ command: 'up', untilFile: 'go' }] });
      const servers = { NUMBER_SERVERS: '2' };
      const first = world.start(['run', '--no-delay'], servers);
      await whenCalled(world, 'up');
      const second = await world.run(['run', '--no-delay'], servers);
      const otherBase = join(world.root, 'other-server');
      mkdirSync(otherBase);
      const other = await world.run(['run', '--no-delay'], {
        ...servers,
        SERVER_NUMBER: '2',
        PHYSICAL_BASE_ROOT: otherBase,
      });
      world.docker.release('go');
      expect([second, other, await first.ended]).toEqual(
        Array(3).fill({ exitCode: 0, signal: null, stdout: '', stderr: '' }),
      );
      expect(composeActs(world)).toEqual(['1 up']);
      expect(broadcasterNames(world)).toEqual(['[BBB] m']);
      expect(live(world)).toMatchObject({ status: 1, server: '1/1' });
      expect(subjects(world)).toEqual([SUBJECTS.start]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    '12: a Pod that never answers does not hold the tick up',
    inWorld({ env: { HTTP_TIMEOUT_S: '0.2' } }, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      world.pod.fault({ answer: { kind: 'hang' } });
      expect(await tick(world)).toBe(1);
      expect(subjects(world)).toEqual([SUBJECTS.error]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    '13: Pod is told that a live has stopped once its recording is safe in the outbox, and gets it, also after a failure and kills',
    inWorld({}, async (world) => {
      const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true });
      await tick(world);
      world.meetingEnds('m');
      const killedDuring = async (path: RegExp): Promise<void> => {
        const killed = world.start(['run']);
        const act = (): void => {
          killed.child.kill('SIGKILL');
        };
        const mend = world.pod.fault({ method: 'PATCH', path, answer: { kind: 'meanwhile', act } });
        expect((await killed.ended).signal).toBe('SIGKILL');
        mend();
      };
      renameSync(world.recordingsDirectory, `${world.recordingsDirectory}-away`);
      await killedDuring(/bbb_livestream/);
      expect([inSlot(world), Object.values(inOutbox(world))]).toEqual([{}, ['m, whole']]);
      expect(await tick(world)).toBe(1);
      expect(live(world).status).toBe(2);
      expect([inSlot(world), Object.values(inOutbox(world))]).toEqual([{}, ['m, whole']]);
      renameSync(`${world.recordingsDirectory}-away`, world.recordingsDirectory);
      await killedDuring(/bbb_meeting/);
      await composeHasEnded(world);
      expect(await tick(world)).toBe(0);
      expect(live(world)).toMatchObject({ status: 2, end_date: expect.any(String) as unknown });
      expect(meeting).toMatchObject({ encoded_by: 2, encoding_step: 3 });
      expect(broadcasterNames(world)).toEqual([]);
      expect(handedOver(world)).toEqual({ [`${meeting.internal_meeting_id}.mkv`]: 'm, whole' });
      expect(filesBelow(world, 'base/bbb-live-streaming1/')).not.toContain('live.json');
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    "14: a recording appears whole, under its own meeting, over nobody's file; an earlier live's is set aside",
    inWorld({}, async (world) => {
      leaveBehind(world, 1, 'meeting-20231114000000.mkv', 'REC earlier\n');
      const { meeting } = world.teacherAsks({ meetingId: 'm', recording: true });
      const final = `${meeting.internal_meeting_id}.mkv`;
      await tick(world);
      writeFileSync(join(world.recordingsDirectory, final), 'REC before\n');
      world.meetingEnds('m');
      expect(await tick(world)).toBe(1);
      expect(handedOver(world)).toEqual({ [final]: 'before, without end' });
      expect([inSlot(world), Object.values(inOutbox(world))]).toEqual([{}, ['m, whole']]);
      rmSync(join(world.recordingsDirectory, final));
      let seen: string[] = [];
      const act = (): void => {
        seen = Object.keys(handedOver(world));
      };
      world.pod.fault({ method: 'PATCH', path: /bbb_meeting/, times: 1, answer: { kind: 'meanwhile', act } });
      expect(await tick(world)).toBe(0);
      expect(seen).toEqual([expect.stringMatching(/\.part$/)]);
      expect(handedOver(world)).toEqual({ [final]: 'm, whole' });
      expect(Object.values(kept(world))).toEqual(['earlier, without end']);
      expect(inSlot(world)).toEqual({});
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    "15: a failing 'up' is noticed in debug mode too, and nothing is said to have started",
    inWorld({ env: { DEBUG: 'true' } }, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      world.docker.setBehaviour({ failures: [{ command: 'up', stderr: 'ERROR: no space left on device\n' }] });
      for (let minute = 0; minute < 3; minute += 1) {
        expect((await world.run(['run'])).exitCode).toBe(1);
        expect(live(world)).toMatchObject(WAITING);
        expect(streamers(world)).toEqual([]);
        letTriesBeMinutesOld(world, 10);
      }
      expect(subjects(world)).toEqual([SUBJECTS.error]);
      expect(lastMail(world)).toContain('no space left on device');
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    '16: mails and logs hold what went wrong, and neither token nor signed address',
    inWorld({ env: { DEBUG: 'true' } }, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      await world.run(['run']);
      world.bbb.fault({ answer: { kind: 'answer', status: 503, body: 'upstream is away' } });
      world.pod.fault({
        path: /bbb_livestream/,
        answer: { kind: 'answer', status: 401, body: '{"detail":"Token non valide."}' },
      });
      expect((await world.run(['run'])).exitCode).toBe(1);
      const texts = [
        ...world.smtp.mails.map(({ raw, text, html }) => raw + text + html),
        logText(world),
        readLogs(world),
      ].join('\n');
      expect(lastMail(world)).toMatch(/503/);
      expect(lastMail(world)).toMatch(/401/);
      expect(logText(world)).toMatch(/\[ERROR\].*503/);
      for (const name of ['POD_TOKEN', 'BBB_SECRET', 'BBB_ATTENDEE_PASSWORD', 'BBB_MODERATOR_PASSWORD']) {
        expect([name, texts.includes(String(world.env[name]))]).toEqual([name, false]);
      }
      expect(texts).not.toMatch(/checksum=[0-9a-f]{8}/);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    '17: a log that cannot be written, a damaged or a missing compose file stop no live and hold up no work',
    inWorld({ numberOfLives: 2 }, async (world) => {
      writeFileSync(join(world.baseDirectory, 'logs'), 'a file in the place of the directory');
      world.teacherAsks({ meetingId: 'm-1', recording: true });
      world.teacherAsks({ meetingId: 'm-2', recording: true });
      const first = await world.run(['run']);
      expect(first).toMatchObject({ exitCode: 1, stdout: '' });
      expect(streamers(world)).toHaveLength(2);
      writeFileSync(join(world.slotDirectory(1), 'docker-compose.yml'), 'services:\n  bbb-streamer: [');
      rmSync(join(world.slotDirectory(2), 'docker-compose.yml'));
      await world.run(['run']);
      expect(streamers(world).map(({ starts }) => starts)).toEqual([1, 1]);
      expect([1, 2].map((id) => live(world, id).status)).toEqual([1, 1]);
      world.meetingEnds('m-1');
      world.meetingEnds('m-2');
      await world.run(['run']);
      expect(world.docker.containers()).toEqual([]);
      expect([1, 2].map((id) => live(world, id).status)).toEqual([2, 2]);
      expect(Object.values(handedOver(world)).sort()).toEqual(['m-1, whole', 'm-2, whole']);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    '18: passwords and addresses reach the container as they are',
    inWorld({}, async (world) => {
      const env = {
        BBB_ATTENDEE_PASSWORD: 'a/b&c$d"e\'f\\g#h:i;j',
        BBB_MODERATOR_PASSWORD: '$HOME${X}$$|&/%',
        BBB_STREAM_URL: 'rtmp://us&er:p$a/ss@rtmp.test:1935/live/',
      };
      world.teacherAsks({ meetingId: 'm', name: 'Cours' });
      expect(await tick(world, env)).toBe(0);
      expect(environmentIn(world)).toMatchObject({
        ...env,
        BBB_STREAM_URL: `${env.BBB_STREAM_URL}bbb-Cours`,
        BBB_SECRET: world.env['BBB_SECRET'],
      });
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    "18: 'down' never runs in another folder because a slot's is missing",
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      await tick(world);
      const foreign = join(world.baseDirectory, 'docker-compose.yml');
      writeFileSync(foreign, readFileSync(join(world.slotDirectory(1), 'docker-compose.yml')));
      rmSync(world.slotDirectory(1), { recursive: true });
      world.meetingEnds('m');
      await tick(world);
      await tick(world);
      expect(world.docker.calls().filter(({ cwd }) => cwd !== world.slotDirectory(1))).toEqual([]);
      expect(world.docker.containers()).toEqual([]);
      expect(live(world).status).toBe(2);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    '19: the chat address that Pod is told leads to the Redis of the slot',
    inWorld({ numberOfLives: 2, chatRedis: true }, async (world) => {
      world.teacherAsks({ meetingId: 'm-1' });
      world.teacherAsks({ meetingId: 'm-2', chat: true });
      expect(await tick(world)).toBe(0);
      expect(live(world, 2)).toMatchObject({ redis_hostname: 'live1.test', redis_port: 6380, redis_channel: 'chat2' });
      const ports = world.docker
        .containers()
        .filter(({ service }) => service === 'redis')
        .map((one) => [one.project, one.ports]);
      expect(Object.fromEntries(ports)).toEqual({
        'bbb-live-streaming1': [],
        'bbb-live-streaming2': [{ address: world.env['REDIS_BIND_ADDRESS'], published: 6380, target: 6379 }],
      });
      expect(environmentIn(world, 2)).toMatchObject({
        BBB_REDIS_CHANNEL: 'chat2',
        BBB_REDIS_HOST: 'redis',
        BBB_ENABLE_CHAT: 'true',
      });
      expect(world.chats.map(({ commands }) => commands.some(([word]) => /ping/i.test(word ?? '')))).toEqual([
        false,
        true,
      ]);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    '20: the exit status says whether all went well, and a Pod of today is understood',
    inWorld({ podVersion: '3.7.0' }, async (world) => {
      // `?status=0` filters nothing there: lives that have ended are shown as well, their rooms in use again.
      for (let past = 1; past <= 3; past += 1)
        world.teacherAsks({
          meetingId: `m-${past}`,
          row: { status: 2, server: '1/1', end_date: '2024-01-01T09:00:00Z' },
        });
      const before = world.snapshot().pod;
      expect(await tick(world)).toBe(0);
      expect(world.snapshot().pod).toEqual(before);
      const asked = world.teacherAsks({ meetingId: 'm-now', name: 'Cours' }).livestream;
      expect(await tick(world)).toBe(0);
      expect(placeOf(live(world, asked.id))).toMatchObject({ status: 1, server: '1/1' });
      expect(broadcasterOf(world, asked.id)).toMatchObject({
        name: '[BBB] Cours',
        status: true,
        stream_url: 'https://hls.test/hls/bbb-Cours.m3u8',
      });
      expect(streamers(world)).toHaveLength(1);
      world.pod.fault({ answer: HTML_500 });
      expect(await tick(world)).toBe(1);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    '21: a container that died is noticed, told and started again',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      await tick(world);
      await world.docker.killContainer('bbb-live-streaming1');
      expect(streamers(world)).toEqual([]);
      expect(await tick(world)).toBe(1);
      expect(streamers(world).map(({ starts }) => starts)).toEqual([2]);
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error]);
      expect(lastMail(world)).toMatch(/conteneur/i);
      expect(live(world).status).toBe(1);
      expect(await tick(world)).toBe(0);
      expect(subjects(world).at(-1)).toBe(SUBJECTS.normal);
    }),
    PATIENCE_MS,
  );
});

/** Somebody else's broadcaster, in a building that is not this program's. */
function broadcaster(name: string, id: number): World['pod']['state']['broadcasters'][number] {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return {
    id,
    name,
    slug,
    building: 9,
    description: '',
    stream_url: `https://other.test/${slug}.m3u8`,
    status: false,
    is_restricted: false,
  };
}

/** Everything below the logs directory. */
function readLogs(world: World): string {
  return filesBelow(world, 'base/logs/')
    .map((path) => readFileSync(join(world.baseDirectory, 'logs', path), 'utf8'))
    .join('\n');
}
