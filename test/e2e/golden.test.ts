// The built program in the PHP script's twenty plain cases: the same result, field by field.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { goldenCase, goldenNames, goldenWorld, type GoldenCase } from '../support/golden.js';
import type { FakeContainer } from '../world/docker.js';
import type { ReceivedMail } from '../world/smtp.js';
import type { World } from '../world/world.js';
import { textOfFilm } from '../support/film.js';

/** The meeting of the case's one live ends before this tick. */
const MEETING_ENDS_BEFORE: Record<string, number> = {
  lifecycle: 3,
  lifecycle_debug: 3,
  name_quote: 3,
  name_spaces: 3,
  name_upper: 3,
};

interface Result {
  environments: Record<string, Record<string, string>>;
  lives: Record<string, Record<string, unknown>>;
  broadcasters: Record<string, unknown>[];
  meetings: Record<string, unknown>;
  /** Final name → whose it is and its mode. */
  recordings: Record<string, unknown>;
  leftInSlots: string[];
  containers: Record<string, unknown>[];
  composeCommands: string[];
  mails: { to: string; subject: string; text: string }[];
  exit: number[];
}

/**
 * Where this program is to differ from the script. Each says why, in the words of docs/en/from-php.md, and what the script's result
 * becomes by it. Nothing else may differ.
 */
const EXCEPTIONS: { difference: string; apply(original: Result, input: GoldenCase['input']): void }[] = [
  {
    difference: "DEBUG is left empty in the container in production: any text, even 'false', turns its debug log on",
    apply: ({ environments }) => {
      for (const environment of Object.values(environments))
        if (environment['DEBUG'] === 'false') environment['DEBUG'] = '';
    },
  },
  {
    difference: "BBB_CHAT_STREAM_URL is set to the live's page in Pod (POD_URL/live/SLUG/ before 2.9.3)",
    apply: ({ environments, broadcasters }) => {
      for (const environment of Object.values(environments)) {
        const slug = broadcasters.find(({ name }) => name === environment['BBB_MEETING_TITLE'])?.['slug'];
        environment['BBB_CHAT_STREAM_URL'] = `http://pod.test/live/${String(slug)}/`;
      }
    },
  },
  {
    difference: 'debug mode uses `up -d` too',
    apply: (result) => {
      result.composeCommands = result.composeCommands.map((command) =>
        command.endsWith(' up') ? `${command} -d` : command,
      );
    },
  },
  {
    difference: 'without POD_DEFAULT_BBB_PATH a recording goes to `kept/` at once, and that is told',
    apply: (result) => {
      if (result.leftInSlots.length === 0) return;
      result.leftInSlots = [];
      result.exit = result.exit.map(() => 1);
      const text = expect.stringMatching(/kept.*: POD_DEFAULT_BBB_PATH is empty/) as unknown as string;
      result.mails.push({ to: 'admin@univ.test', subject: '[BBB-POD-LIVE] Erreur rencontrée', text });
    },
  },
];

/** What the script did, in the words of `Result`; taken-over slots keep the script's own compose file. */
function originalResult({ original, input }: GoldenCase): Result {
  const running = original.final.containers.filter(({ ended }) => ended === null);
  const startedBefore = new Set(Object.keys(input.slots));
  const { final } = original;
  const result: Result = {
    environments: Object.fromEntries(
      running
        .filter(
          ({ slot, meeting_id }) => !startedBefore.has(slot) || input.slots[slot]?.env['BBB_MEETING_ID'] !== meeting_id,
        )
        .map(({ slot }) => [slot, { ...original.compose_env[slot]?.effective }]),
    ),
    lives: final.lives,
    broadcasters: final.broadcasters,
    meetings: final.meetings,
    recordings: Object.fromEntries(
      Object.entries(final.recordings).map(([name, { head, mode }]) => [
        name,
        { of: head.split(' ')[1], mode: mode.replace('0o', '0') },
      ]),
    ),
    leftInSlots: Object.entries(final.videodata).flatMap(([slot, files]) => files.map((file) => `${slot}/${file}`)),
    containers: running.map(({ slot, meeting_id }) => ({ slot, meeting: meeting_id })),
    composeCommands: original.docker_compose.map(({ argv, cwd }) => `${cwd} ${argv.join(' ')}`),
    mails: original.mails.map(({ to, subject, body }) => ({ to, subject, text: body.trim() })),
    exit: original.exit,
  };
  for (const { apply } of EXCEPTIONS) apply(result, input);
  return result;
}

async function ownResult(name: string, golden: GoldenCase, world: World): Promise<Result> {
  const exit: number[] = [];
  const before = new Set(world.docker.containers().map(({ id }) => id));
  const earlierCalls = world.docker.calls().length;
  for (let tick = 1; tick <= golden.original.exit.length; tick += 1) {
    if (MEETING_ENDS_BEFORE[name] === tick) world.meetingEnds('meeting-1');
    const { exitCode } = await world.run(['run']);
    exit.push(exitCode ?? -1);
  }
  const streamers = world.docker
    .containers()
    .filter(({ service, state }) => service === 'bbb-streamer' && state === 'running');
  const { pod } = world;
  return {
    environments: Object.fromEntries(
      streamers
        .filter(({ id }) => !before.has(id))
        .map((container) => [container.project, environmentOf(container, world)]),
    ),
    lives: Object.fromEntries(
      pod.state.livestreams.map(({ start_date: _start, ...row }) => [
        row.id,
        { ...row, end_date: row.end_date === null ? null : '<DATETIME>' },
      ]),
    ),
    broadcasters: pod.state.broadcasters.map(
      ({ stream_url, id, name: title, slug, is_restricted, status, building }) => ({
        id,
        name: title,
        slug,
        url: stream_url,
        is_restricted,
        status,
        building,
      }),
    ),
    meetings: Object.fromEntries(
      pod.state.meetings.map(({ id, encoding_step, encoded_by }) => [id, { encoding_step, encoded_by }]),
    ),
    recordings: recordingsOf(world),
    leftInSlots: world
      .files()
      .flatMap(({ path }) =>
        path.includes('/videodata/') ? [path.replace('base/', '').replace('/videodata', '')] : [],
      ),
    containers: streamers.map(({ project, environment }) => ({
      slot: project,
      meeting: environment['BBB_MEETING_ID'],
    })),
    composeCommands: world.docker
      .calls()
      .slice(earlierCalls)
      .filter(({ argv }) => ['up', 'down'].includes(argv[0] ?? ''))
      .map(({ argv, cwd }) => `${cwd.split('/').at(-1) ?? ''} ${argv.join(' ')}`),
    mails: world.smtp.mails.map(mailOf),
    exit,
  };
}

/** This world's addresses and secrets are the case's. */
function environmentOf({ environment }: FakeContainer, world: World): Record<string, string> {
  const texts: [string, string][] = [
    [world.bbb.apiUrl, 'http://bbb.test/bigbluebutton/api'],
    [world.env['BBB_SECRET'] ?? '', 'bbbsecret'],
    [world.pod.url, 'http://pod.test'],
  ];
  const replace = (value: string): string => texts.reduce((text, [own, golden]) => text.replace(own, golden), value);
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, replace(value)]));
}

function recordingsOf(world: World): Result['recordings'] {
  const files = world.files().filter(({ path }) => path.startsWith('recordings/'));
  return Object.fromEntries(
    files.map(({ path, mode }) => {
      const name = path.replace('recordings/', '');
      const text = textOfFilm(readFileSync(join(world.recordingsDirectory, name)));
      return [name, { of: text.split(' ')[1], mode }];
    }),
  );
}

/** The mail's first paragraph that the script would have written. */
function mailOf({ to, subject, text }: ReceivedMail): Result['mails'][number] {
  const sentence = /Démarrage d'un direct \(.*\) sur le serveur \d+/.exec(text)?.[0] ?? text;
  return { to, subject, text: sentence };
}

/** docs/en/from-php.md: names that people read keep their accents and quotes; the script folded them. */
function folded(result: Result): Result {
  const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll("'", '-');
  const title = (row: Record<string, unknown>, key: string): Record<string, unknown> => ({
    ...row,
    [key]: fold(String(row[key])),
  });
  return {
    ...result,
    environments: Object.fromEntries(
      Object.entries(result.environments).map(([slot, environment]) => [
        slot,
        title(environment, 'BBB_MEETING_TITLE') as Record<string, string>,
      ]),
    ),
    broadcasters: result.broadcasters.map((row) => title(row, 'name')),
  };
}

describe('in a plain case of the PHP script, the same comes of it', () => {
  test.concurrent.each(goldenNames())(
    '%s',
    async (name) => {
      const golden = goldenCase(name);
      const world = await goldenWorld(golden);
      try {
        expect(folded(await ownResult(name, golden, world))).toEqual(folded(originalResult(golden)));
      } finally {
        await world.stop();
      }
    },
    120_000,
  );

  test('and there are twenty of them', () => {
    expect(goldenNames()).toHaveLength(20);
  });
});
