// Start-up is a cost that cron pays every minute: a tick loads what it uses, nothing else.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { inWorld, live, PATIENCE_MS, tick } from '../support/e2e-world.js';
import { shippedPath } from '../support/shipped.js';
import { temporaryDirectory } from '../support/temporary.js';
import type { World } from '../world/world.js';

/** esbuild's account of the build, `https://esbuild.github.io/api/#metafile`. */
const BUILD = JSON.parse(readFileSync('.build/dist.json', 'utf8')) as {
  outputs: Record<string, { inputs: Record<string, unknown> }>;
};

const LIBRARIES = [
  'axios',
  'commander',
  'execa',
  'handlebars',
  'ioredis',
  'nodemailer',
  'saxes',
  'winston',
  'xml2js',
  'yaml',
];

/** Node writes down every script that it has loaded (https://nodejs.org/api/cli.html#node_v8_coveragedir). */
function watching(world: World, name: string): Record<string, string> {
  const directory = join(world.root, name);
  mkdirSync(directory);
  return { NODE_V8_COVERAGE: directory };
}

/** Of `dist`, what the program has loaded. */
function scripts(world: World, name: string): string[] {
  const directory = join(world.root, name);
  const found = readdirSync(directory).flatMap((file) => {
    const { result } = JSON.parse(readFileSync(join(directory, file), 'utf8')) as { result: { url: string }[] };
    return result.flatMap(({ url }) => /\/(dist\/[^/]+\.c?js)$/.exec(url)?.[1] ?? []);
  });
  return [...new Set(found)].sort();
}

/** The packages of which it has loaded something, in alphabetical order. */
function packages(world: World, name: string): string[] {
  const inputs = scripts(world, name).flatMap((script) => Object.keys(BUILD.outputs[script]?.inputs ?? {}));
  if (inputs.length === 0) throw new Error('no script of dist was loaded, or .build/dist.json is of another build');
  const found = inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []);
  return [...new Set(found)].sort();
}

/** Of them those that the program itself imports. */
function loaded(world: World, name: string): string[] {
  return LIBRARIES.filter((library) => packages(world, name).includes(library));
}

/** Node's own modules that are loaded, of those that take their time. */
const SLOW_MODULES = ['crypto', 'dns/promises', 'https', 'perf_hooks', 'readline', 'tls', 'zlib'];

test('no command can load what only makes the documentation', () => {
  const inputs = Object.values(BUILD.outputs).flatMap((output) => Object.keys(output.inputs));
  expect(inputs).toContain('src/cli.ts');
  const makers = /^src\/(docs\/|shared\/(variable-docs|generated-part|command-help|manual-page)\.ts)/;
  expect(inputs.filter((input) => makers.test(input))).toEqual([]);
});

test.concurrent(
  'a call of Pod’s loads no library: Pod waits for the answer',
  inWorld({}, async (world) => {
    const settings = { GATEWAY_TOKEN: 'gateway-t0ken', GATEWAY_ALLOW: '127.0.0.1', REMOTE_ADDR: '127.0.0.1' };
    await world.run(['gateway'], { ...watching(world, 'call'), ...settings });
    expect(loaded(world, 'call')).toEqual([]);
  }),
);

/** Those of `SLOW_MODULES` that an idle tick loads, as Node itself lists them. */
async function slowModules(world: World): Promise<string[]> {
  const [script, list] = [join(world.root, 'list.cjs'), join(world.root, 'list.json')];
  const tell = `require('node:fs').writeFileSync(${JSON.stringify(list)}, JSON.stringify(process.moduleLoadList))`;
  writeFileSync(script, `process.on('exit', () => ${tell});`);
  expect(await tick(world, { NODE_OPTIONS: `--require=${script}` })).toBe(0);
  const modules = JSON.parse(readFileSync(list, 'utf8')) as string[];
  expect(modules).toContain('NativeModule http');
  return SLOW_MODULES.filter((name) => modules.includes(`NativeModule ${name}`));
}

/** execa, saxes, and what they bring along. */
const WITH_A_LIVE = [
  '@sec-ant/readable-stream',
  '@sindresorhus/merge-streams',
  'cross-spawn',
  'execa',
  'figures',
  'get-stream',
  'human-signals',
  'is-plain-obj',
  'is-stream',
  'is-unicode-supported',
  'isexe',
  'npm-run-path',
  'parse-ms',
  'path-key',
  'pretty-ms',
  'saxes',
  'shebang-command',
  'shebang-regex',
  'signal-exit',
  'strip-final-newline',
  'unicorn-magic',
  'which',
  'xmlchars',
  'yoctocolors',
];

describe('a tick loads what it uses', () => {
  test.concurrent(
    'and an idle one next to nothing',
    inWorld({ chatRedis: true, env: { SERVER_HOSTNAME: 'localhost' } }, async (world) => {
      await world.run(['--help'], watching(world, 'help'));
      expect(loaded(world, 'help')).toEqual([]);
      await world.run(['init', '--no-pull']);
      expect(await tick(world, watching(world, 'idle'))).toBe(0);
      expect(packages(world, 'idle')).toEqual([]);
      expect(scripts(world, 'idle')).toEqual(['dist/main.cjs', 'dist/run-gateway.cjs', 'dist/run.cjs']);
      expect(await slowModules(world)).toEqual([]);
      world.teacherAsks({ meetingId: 'm', chat: true });
      expect(await tick(world, watching(world, 'start'))).toBe(0);
      expect(loaded(world, 'start')).toEqual(
        LIBRARIES.filter((library) => !['commander', 'xml2js', 'yaml'].includes(library)),
      );
      expect(await tick(world, watching(world, 'heard'))).toBe(0);
      expect(loaded(world, 'heard')).toEqual(['execa', 'ioredis', 'saxes', 'winston']);
      expect(await tick(world, watching(world, 'unchanged'))).toBe(0);
      expect(packages(world, 'unchanged')).toEqual(WITH_A_LIVE);
      expect(scripts(world, 'unchanged')).toEqual([
        'dist/lives.cjs',
        'dist/main.cjs',
        'dist/run-gateway.cjs',
        'dist/run.cjs',
      ]);
      await world.run(['status'], watching(world, 'status'));
      expect(loaded(world, 'status')).toEqual(['commander', 'execa', 'saxes']);
      world.meetingEnds('m');
      expect(await tick(world, watching(world, 'stop'))).toBe(0);
      expect(live(world).status).toBe(2);
      expect(loaded(world, 'stop')).toEqual(['axios', 'execa', 'handlebars', 'saxes', 'winston', 'xml2js', 'yaml']);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'and no chat client for a live without chat',
    inWorld({}, async (world) => {
      world.teacherAsks({ meetingId: 'm' });
      expect(await tick(world, watching(world, 'start'))).toBe(0);
      expect(loaded(world, 'start')).not.toContain('ioredis');
    }),
    PATIENCE_MS,
  );
});

/** Each run tells, at its end, the processor time that it took: what else the machine does makes it wait, not work more. */
const TELL = `process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  require('node:fs').writeSync(2, String(user + system));
});`;

test('starting up costs a fraction of loading every library', () => {
  const tell = join(temporaryDirectory(), 'tell.cjs');
  writeFileSync(tell, TELL);
  const cost = (...words: string[]): number => {
    const { status, stderr } = spawnSync(process.execPath, ['--require', tell, ...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.stringMatching(/^\d+$/) as unknown });
    return Number(stderr);
  };
  const all = LIBRARIES.map((library) => `await import(${JSON.stringify(library)});`).join('\n');
  // By turns: a minute when the machine is slow is slow for all three.
  const rounds = Array.from({ length: 5 }, () => ({
    bare: cost('--eval', '0'),
    own: cost(shippedPath('bin/bbb-pod-live'), '--version'),
    eager: cost('--input-type=module', '--eval', all),
  }));
  const least = (which: 'bare' | 'own' | 'eager'): number => Math.min(...rounds.map((round) => round[which]));
  expect((least('own') - least('bare')) / (least('eager') - least('bare'))).toBeLessThan(0.5);
});
