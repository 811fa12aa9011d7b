// What `npm pack` makes can be installed elsewhere, and works from itself alone.
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { packedFile } from '../support/shipped.js';
import { handedOver, inWorld, live, streamers, subjects, SUBJECTS } from '../support/e2e-world.js';
import type { World } from '../world/world.js';

const execute = promisify(execFile);

/** npm itself takes its time. */
const PATIENCE_MS = 120_000;

/** Installs the package below a new prefix, without any registry; answers the command's path. */
async function install(world: World): Promise<string> {
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
  await execute('npm', ['install', '--global', '--prefix', prefix, ...options, packedFile()], { cwd: world.root });
  return join(prefix, 'bin', 'bbb-pod-live');
}

/** What stands in `folder` of this tree. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
}

test('the package holds what a server needs, and nothing else', async () => {
  const { stdout } = await execute('tar', ['-tzf', packedFile()]);
  const paths = stdout
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
  const build = JSON.parse(readFileSync('.build/dist.json', 'utf8')) as { outputs: Record<string, unknown> };
  expect(paths.sort()).toEqual(
    [
      'package.json',
      'README.md',
      'README.fr.md',
      'LICENSE',
      'CHANGELOG.md',
      '.env.example',
      'crontab.example',
      'bin/bbb-pod-live',
      'bin/package.json',
      'man/bbb-pod-live.1',
      'docs/glossary.md',
      ...filesOf('docs/en'),
      ...filesOf('docs/fr'),
      ...filesOf('templates'),
      'dist/THIRD-PARTY-LICENSES.txt',
      'dist/help.txt',
      ...Object.keys(build.outputs),
    ].sort(),
  );
  expect(paths).toEqual(expect.arrayContaining(['dist/main.cjs', 'templates/docker-compose.yml.hbs']));
});

test(
  'the package works where it is installed',
  inWorld({}, async (world) => {
    const program = await install(world);
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
