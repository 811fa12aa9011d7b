// What is generated for the documentation (`npm run docs` renews it): it is up to date, whole, and what it claims to be.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { describe, expect, test } from '@jest/globals';
import { commands, NO_PACKAGE } from '../../src/cli.js';
import { environmentExample } from '../../src/docs/environment-example.js';
import { GENERATED } from '../../src/docs/generated.js';
import { manual } from '../../src/docs/manual.js';
import { MIGRATION, TICK } from '../../src/docs/tables.js';
import { helpOfTree } from '../../src/shared/command-help.js';
import { withPart } from '../../src/shared/generated-part.js';
import { blocksOf, manualPage } from '../../src/shared/manual-page.js';
import { exampleLines, markdownTable } from '../../src/shared/variable-docs.js';
import { pathOf, whyNot } from '../support/programs.js';

const ALL = [...TICK.variables, ...MIGRATION.variables];

describe('what is generated', () => {
  test.each(GENERATED)('$path is up to date', ({ path, render }) => {
    const present = readFileSync(path, 'utf8');
    expect(render(present)).toBe(present);
  });

  test('the tables have a line for every variable, in both languages', () => {
    for (const [table, language] of [TICK, MIGRATION].flatMap((one) => [[one, 'en'] as const, [one, 'fr'] as const])) {
      const rows = markdownTable(table, language).split('\n');
      for (const { name } of table.variables)
        expect(rows.filter((row) => row.startsWith(`| \`${name}\` |`))).toHaveLength(1);
      expect(rows).toHaveLength(2 + table.variables.length + table.sections.length);
    }
  });

  test('a part of a page is replaced, and nothing else of it', () => {
    const page = 'before\n<!-- x: generated -->\n\nold\n\n<!-- /x -->\nafter\n';
    expect(withPart(page, 'x', 'new')).toBe('before\n<!-- x: generated -->\n\nnew\n\n<!-- /x -->\nafter\n');
    expect(() => withPart(page, 'y', 'new')).toThrow('no place');
  });

  test('an example fills no line beyond 120 columns, and says what is required', () => {
    const example = environmentExample();
    const explanations = exampleLines(TICK).filter((line) => /^# (?!=|Default|Required)/.test(line));
    expect(explanations.filter((line) => line.length > 120)).toEqual([]);
    expect(example).toMatch(/^# Required\. Example: BBB_URL=/m);
    expect(example).toContain('knows no BBB from 2.5 on');
  });
});

describe('the help of a command tree', () => {
  test('is taken apart: usage, description, options, and what is said after them', () => {
    const program = new Command('prog').description('does').addHelpText('after', '\nMore:\n  x');
    program.command('one').description('the first').option('--flag <n>', 'a flag').argument('<file>');
    expect(helpOfTree(program)).toEqual([
      {
        usage: 'prog [options] [command]',
        description: 'does',
        options: [{ flags: '-h, --help', description: 'display help for command' }],
        after: 'More:\n  x',
      },
      {
        usage: 'prog one [options] <file>',
        description: 'the first',
        options: [
          { flags: '--flag <n>', description: 'a flag' },
          { flags: '-h, --help', description: 'display help for command' },
        ],
        after: '',
      },
    ]);
  });
});

describe('the man page', () => {
  const page = manual();

  test('has every command, option and variable', () => {
    const tree = helpOfTree(commands(() => undefined, NO_PACKAGE));
    expect(tree.length).toBeGreaterThan(3);
    const plain = page.replaceAll('\\-', '-').replaceAll('\\(aq', "'");
    for (const { usage, options } of tree) {
      expect(plain).toContain(usage);
      for (const { flags } of options) expect(plain).toContain(`\n\\fB${flags}\\fP\n`);
    }
    for (const { name } of ALL) expect(plain).toContain(`\n.TP\n\\fB${name}\\fP\n`);
  });

  test('shows text as it is, whatever roff means by it', () => {
    const text = ".begins with a dot, a \\ and 'quotes' - `bold` ^~";
    const made = manualPage('x', [
      { title: 'A "title"', blocks: [{ paragraph: text }, { verbatim: "'x\n.y\n  `z`" }] },
    ]);
    expect(made).toContain('\n\\&.begins with a dot, a \\e and \\(aqquotes\\(aq \\- \\fBbold\\fP \\(ha\\(ti\n');
    expect(made).toContain('\n.EX\n\\(aqx\n\\&.y\n  \\(gaz\\(ga\n.EE\n');
    expect(made).toContain('.SH "A \\(dqtitle\\(dq"\n\\&.begins');
  });

  test('lets words flow, and keeps what is indented', () => {
    expect(blocksOf('one\ntwo:\n  a\n   b\n\nthree')).toEqual([
      { paragraph: 'one two:' },
      { verbatim: '  a\n   b' },
      { paragraph: 'three' },
    ]);
    expect(blocksOf('')).toEqual([]);
  });

  const reason = whyNot(['groff']);
  const withGroff = reason === null || process.env['CI'] !== undefined ? test : test.skip;
  withGroff(`is roff without a fault (${reason ?? 'as groff says'})`, () => {
    const { status, stdout, stderr } = spawnSync(
      pathOf('groff') ?? 'groff',
      ['-ww', '-k', '-man', '-Tutf8', '-P-cbu'],
      {
        input: page,
        encoding: 'utf8',
      },
    );
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toContain('bbb-pod-live migrate-recordings [options]');
    expect(stdout).toMatch(/^ +\*\/1 \* \* \* \* cd \/srv\/bbb-pod-live && \/usr\/bin\/node/m);
  });
});
