// What `npm pack` makes can be installed elsewhere, and works from itself alone.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { handedOver, inWorld, live, streamers, subjects, SUBJECTS } from '../support/e2e-world.js';
import type { World } from '../world/world.js';

const execute = promisify(execFile);

/** npm itself takes its time. */
const PATIENCE_MS = 120_000;

interface Packed {
  filename: string;
  files: { path: string }[];
}

/** The built `dist` is packed as it is: other tests run it meanwhile. */
async function pack(directory: string): Promise<Packed> {
  const words = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', directory];
  const { stdout } = await execute('npm', words);
  const [packed] = JSON.parse(stdout) as Packed[];
  if (packed === undefined) throw new Error('npm has packed nothing');
  return packed;
}

/** Installs the package below a new prefix, without any registry; answers the command's path. */
async function install(world: World, tarball: string): Promise<string> {
  const prefix = join(world.root, 'elsewhere');
  mkdirSync(prefix);
  const options = [
    '--offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--cache',
    join(world.root, 'npm-cache'),
  ];
  await execute('npm', ['install', '--global', '--prefix', prefix, ...options, tarball], { cwd: world.root });
  return join(prefix, 'bin', 'bbb-pod-live');
}

test(
  'the package holds what is needed and nothing else, and works where it is installed',
  inWorld({}, async (world) => {
    const { filename, files } = await pack(world.root);
    const paths = files.map(({ path }) => path);
    const named = [
      'package.json',
      'README.md',
      'README.fr.md',
      'LICENSE',
      'CHANGELOG.md',
      '.env.example',
      'crontab.example',
      'bin/bbb-pod-live',
      'man/bbb-pod-live.1',
      'docs/glossary.md',
    ];
    expect(paths).toEqual(expect.arrayContaining([...named, 'dist/cli.js', 'templates/docker-compose.yml.hbs']));
    const pages = ['en', 'fr'].flatMap((language) =>
      readdirSync(`docs/${language}`).map((name) => `docs/${language}/${name}`),
    );
    expect(paths).toEqual(expect.arrayContaining(pages));
    const others = [...named, ...pages];
    expect(paths.filter((path) => !others.includes(path) && !/^(dist|templates)\//.test(path))).toEqual([]);

    const program = await install(world, join(world.root, filename));
    const home = join(world.root, 'elsewhere/lib/node_modules');
    expect(readdirSync(home).filter((name) => !name.startsWith('.'))).toEqual(['bbb-pod-live']);
    expect(existsSync(join(home, 'bbb-pod-live', 'node_modules'))).toBe(false);
    expect(existsSync(join(world.root, 'elsewhere/share/man/man1/bbb-pod-live.1'))).toBe(true);
    const run = (...words: string[]): Promise<{ stdout: string; stderr: string }> =>
      execute(program, words, { cwd: world.baseDirectory, env: world.env });

    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect((await run('--version')).stdout).toBe(`${version}\n`);
    expect((await run('--help')).stdout).toContain('init');
    expect((await run('init', '--no-pull')).stdout).toContain('bbb-live-streaming1');
    const { meeting } = world.teacherAsks({ meetingId: 'm', name: 'Cours', recording: true });
    expect(await run('run')).toEqual({ stdout: '', stderr: '' });
    expect(streamers(world)).toHaveLength(1);
    expect(subjects(world)).toEqual([SUBJECTS.start]);
    world.meetingEnds('m');
    expect(await run('run')).toEqual({ stdout: '', stderr: '' });
    expect(live(world).status).toBe(2);
    expect(handedOver(world)).toEqual({ [`${meeting.internal_meeting_id}.mkv`]: 'm, whole' });
  }),
  PATIENCE_MS,
);
