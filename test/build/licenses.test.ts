// What is shipped of others comes with their licences; what is asked about known faults is what is shipped.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { shippedPath } from '../support/shipped.js';
import { temporaryDirectory } from '../support/temporary.js';

interface Metafile {
  outputs: Record<string, { inputs: Record<string, unknown> }>;
}

interface Advisory {
  title: string;
  url: string;
}

interface AuditReport {
  vulnerabilities: Record<string, { name: string; severity: string; via: (string | Advisory)[]; nodes: string[] }>;
}

const { bundledPackages, licenseText } = (await fromBuild('third-party-licenses.mjs')) as {
  bundledPackages(metafile: Metafile): string[];
  licenseText(directory: string): string;
};
const { faultsOf } = (await fromBuild('audit-bundle.mjs')) as {
  faultsOf(report: AuditReport, directories: string[]): string[];
};

function fromBuild(name: string): Promise<unknown> {
  return import(pathToFileURL(join(process.cwd(), 'build', name)).href);
}

/** What each kind of licence says somewhere; a mere name is no text. */
const WORDS_OF_LICENSES =
  /permission is hereby granted|permission to use, copy|redistribution and use|apache license,?\s+version 2|blue oak model license/i;

function shippedSections(): { title: string; license: string; text: string }[] {
  const text = readFileSync(shippedPath('dist/THIRD-PARTY-LICENSES.txt'), 'utf8');
  const [, ...sections] = text.split(`\n${'-'.repeat(80)}\n`);
  return sections.map((section) => {
    const [, title = '', license = '', words = ''] = /^(.*)\nLicence: (.*)\n\n([\s\S]*)$/.exec(section) ?? [];
    return { title, license, text: words };
  });
}

function packageWith(files: Record<string, string>): string {
  const directory = join(temporaryDirectory(), 'node_modules/one');
  mkdirSync(directory, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

const TEXT = `Copyright Somebody. Permission is hereby granted ${'and so on '.repeat(30)}`.trim();

describe("the libraries' licences", () => {
  test('are shipped: name, version, licence and text of each library that is in the bundle', () => {
    const metafile = JSON.parse(readFileSync('.build/dist.json', 'utf8')) as Metafile;
    const bundled = bundledPackages(metafile).map((directory) => {
      const text = readFileSync(join(directory, 'package.json'), 'utf8');
      const { name, version } = JSON.parse(text) as { name: string; version: string };
      return `${name} ${version}`;
    });
    const sections = shippedSections();
    expect(sections.map(({ title }) => title)).toEqual([...new Set(bundled)]);
    expect(bundled.length).toBeGreaterThan(100);
    expect(sections.filter(({ license }) => !/^[\dA-Z][\w.-]+$/.test(license))).toEqual([]);
    expect(sections.filter(({ text }) => !WORDS_OF_LICENSES.test(text))).toEqual([]);
    // Some give Apache's by its address alone.
    expect(sections.filter(({ text }) => text.includes('TERMS AND CONDITIONS FOR USE'))).not.toEqual([]);
  });

  test('are the text of its files, notices too, else what its README says of it, else the text of SPDX; a library without any stops the build', () => {
    const files = { LICENSE: TEXT, 'NOTICE.txt': 'Of others', 'README.md': '# License\nSee there' };
    expect(licenseText(packageWith(files))).toBe(`${TEXT}\n\nOf others`);
    expect(licenseText(packageWith({ 'README.md': `# One\n\n## License\n\n${TEXT}\n` }))).toBe(TEXT);
    expect(licenseText(packageWith({ Readme: `One\n===\n\nLicense\n-------\n\n${TEXT}\n` }))).toBe(TEXT);
    const named = {
      'package.json': '{"license":"ISC","author":{"name":"Somebody <s@example.org>"}}',
      'README.md': 'ISC',
    };
    expect(licenseText(packageWith(named))).toMatch(
      /^\(The package names its licence only.*\nISC License\n\nCopyright \(c\) Somebody <s@example.org>\n\nPermission to use/s,
    );
    for (const text of ['{}', '{"license":"ISC"}', '{"license":"None-1.0","author":"Somebody"}'])
      expect(() => licenseText(packageWith({ 'package.json': text, LICENSE: 'ISC' }))).toThrow(
        /node_modules\/one is bundled without the text of its licence/,
      );
  });

  test('name each package once, however deep it lies, and nothing of this project', () => {
    const inputs = [
      'src/a.ts',
      'node_modules/@b/c/x.js',
      'node_modules/@b/c/y.js',
      'node_modules/d/node_modules/c/z.js',
    ];
    const outputs = { 'dist/cli.js': { inputs: Object.fromEntries(inputs.map((input) => [input, {}])) } };
    expect(bundledPackages({ outputs })).toEqual(['node_modules/@b/c', 'node_modules/d/node_modules/c']);
  });
});

test("an audit counts what is bundled, and not what builds or tests it, though npm take all for development's", () => {
  const advisory = { title: 'It leaks', url: 'https://advisories.example/1' };
  const report: AuditReport = {
    vulnerabilities: {
      axios: { name: 'axios', severity: 'high', via: [advisory], nodes: ['node_modules/axios'] },
      jest: { name: 'jest', severity: 'critical', via: [advisory], nodes: ['node_modules/jest'] },
      // Only because it uses axios.
      wrapper: { name: 'wrapper', severity: 'high', via: ['axios'], nodes: ['node_modules/wrapper'] },
    },
  };
  expect(faultsOf(report, ['node_modules/axios', 'node_modules/wrapper'])).toEqual([
    'axios (high): It leaks, https://advisories.example/1',
  ]);
});
