// The command line as the pages tell it: every command and option that is there, and none that is not.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { commands, NO_PACKAGE } from '../../src/cli.js';
import { helpOfTree } from '../../src/shared/command-help.js';

/** Each command's name (empty: the program itself) with its options, in all their spellings. */
const OPTIONS = new Map<string, string[]>();
for (const { usage, options } of helpOfTree(commands(() => undefined, NO_PACKAGE))) {
  // A command with commands of its own has all their options here.
  const name = /^bbb-pod-live ([a-z][a-z-]*)/.exec(usage)?.[1] ?? '';
  const spelt = options.flatMap(({ flags }) => flags.match(/--[a-z-]+/g) ?? []);
  OPTIONS.set(name, [...(OPTIONS.get(name) ?? []), ...spelt]);
}
/** For every command, told once for all. */
const COMMON = ['--help', '--version', '--config'];

const PAGES = [
  'README.md',
  'README.fr.md',
  'crontab.example',
  ...['en', 'fr'].flatMap((language) => readdirSync(`docs/${language}`).map((name) => `docs/${language}/${name}`)),
];

interface Call {
  command: string;
  options: string[];
}

/** Calls of the program in a page: in its blocks of code, and in code within a line. */
function callsIn(page: string): Call[] {
  return [...page.matchAll(/(?:^|`|\/bin\/)bbb-pod-live((?: +(?:--?[a-z][\w-]*(?:=[^\s`]*)?|[a-z][a-z-]*))+)/gm)].map(
    ([, words = '']) => {
      const all = words.trim().split(/ +/);
      const command = all.find((word) => !word.startsWith('-')) ?? '';
      return { command, options: all.filter((word) => word.startsWith('--')).map((word) => word.split('=')[0] ?? '') };
    },
  );
}

function codeOf(page: string): string {
  return [...page.matchAll(/```.*?```|`[^`]+`/gs)].map(([code]) => code).join('\n');
}

describe('the pages', () => {
  test.each(PAGES)('%s calls the program as it can be called', (path) => {
    const page = readFileSync(path, 'utf8');
    const calls = callsIn(path.endsWith('.md') ? codeOf(page) : page);
    const faults = calls.flatMap(({ command, options }) => {
      const known = OPTIONS.get(command);
      if (known === undefined) return [command];
      return options
        .filter((option) => !known.includes(option.replaceAll('_', '-')))
        .map((option) => `${command} ${option}`);
    });
    expect(faults).toEqual([]);
  });

  test('a call that cannot be made would be found', () => {
    expect(
      callsIn(
        '`bbb-pod-live run --debug --no-delay` cd /srv/bbb-pod-live && x/bin/bbb-pod-live run\nsudo -u bbb-pod-live bash',
      ),
    ).toEqual([
      { command: 'run', options: ['--debug', '--no-delay'] },
      { command: 'run', options: [] },
    ]);
    expect(callsIn('bbb-pod-live nothing --page-size=100')).toEqual([{ command: 'nothing', options: ['--page-size'] }]);
    expect(OPTIONS.get('run')).toEqual(expect.arrayContaining(['--dry-run', '--no-delay']));
  });

  test.each(['en', 'fr'])('tell of every command and option (%s)', (language) => {
    const configuration = codeOf(readFileSync(`docs/${language}/configuration.md`, 'utf8'));
    const migration = codeOf(readFileSync(`docs/${language}/migration.md`, 'utf8'));
    for (const [command, options] of OPTIONS) {
      expect(configuration).toContain(`bbb-pod-live ${command}`.trim());
      const page = command === 'migrate-recordings' ? migration : configuration;
      const untold = options.filter((option) => !COMMON.includes(option) && !page.includes(option));
      expect([command, untold]).toEqual([command, []]);
    }
    for (const option of COMMON) expect(configuration).toContain(option);
  });
});
