// The libraries that a bundle holds, and the text that ships with them: name, version and licence of each.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PACKAGE_PATH = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;
const LICENSE_FILE = /^(licen[cs]e|copying|notice)([.-].*)?$/i;
const README_FILE = /^readme(\..*)?$/i;
/** A README's part on the licence: from its heading, of either kind of Markdown, to the end. */
const LICENSE_PART = /^(?:#+ *licen[cs]e\b.*|licen[cs]e *\n[-=]+)\n([\s\S]*)/im;
/** A mere 'MIT' is no text of a licence. */
const SHORTEST_TEXT = 200;

const HEAD = `The program holds the following libraries. Each is followed by the text of its own licence.\n`;
const RULE = `${'-'.repeat(80)}\n`;

/** The directories of the libraries of which the bundle of that esbuild metafile holds something, by name. */
export function bundledPackages({ outputs }) {
  const inputs = Object.values(outputs).flatMap((output) => Object.keys(output.inputs));
  return [...new Set(inputs.flatMap((input) => PACKAGE_PATH.exec(input)?.[0] ?? []))].sort();
}

/** What `dist/THIRD-PARTY-LICENSES.txt` says. A library without any text stops the build. */
export function thirdPartyLicenses(metafile) {
  const sections = bundledPackages(metafile).map((directory) => {
    const { name, version, license } = packageOf(directory);
    return `${name} ${version}\nLicence: ${license ?? 'see its text'}\n\n${licenseText(directory)}\n`;
  });
  return [HEAD, ...new Set(sections)].join(RULE);
}

/** What its files say, notices too; else its README; else SPDX of the licence that it names, in its author's name. */
export function licenseText(directory) {
  const names = readdirSync(directory).sort();
  const textOf = (name) => readFileSync(join(directory, name), 'utf8').replaceAll('\r\n', '\n');
  const own = names.filter((name) => LICENSE_FILE.test(name)).map(textOf);
  const told = names.filter((name) => README_FILE.test(name)).map((name) => LICENSE_PART.exec(textOf(name))?.[1] ?? '');
  const text = (own.length > 0 ? own : told).map((one) => one.trim()).join('\n\n');
  return text.length < SHORTEST_TEXT ? spdxText(directory) : text;
}

function packageOf(directory) {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
}

/** The texts that were needed so far (https://spdx.org/licenses/) stand in `license-texts`. */
function spdxText(directory) {
  const { license, author } = packageOf(directory);
  const file = join(import.meta.dirname, 'license-texts', `${license}.txt`);
  const holder = author?.name ?? author;
  if (!existsSync(file) || holder === undefined)
    throw new Error(
      `${directory} is bundled without the text of its licence (${license}): put that of SPDX into build/license-texts`,
    );
  const text = readFileSync(file, 'utf8').replace('<holder>', holder).trim();
  return `(The package names its licence only: this is the text of SPDX, with the author that it names.)\n\n${text}`;
}
