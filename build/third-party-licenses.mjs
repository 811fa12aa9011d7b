// The libraries that a bundle holds, and the text that ships with them: name, version and licence of each.
import { readdirSync, readFileSync } from 'node:fs';
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
    const { name, version, license } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
    return `${name} ${version}\nLicence: ${license ?? 'see its text'}\n\n${licenseText(directory)}\n`;
  });
  return [HEAD, ...new Set(sections)].join(RULE);
}

/** The files that say it, notices too; some packages say it in their README alone. */
export function licenseText(directory) {
  const names = readdirSync(directory).sort();
  const textOf = (name) => readFileSync(join(directory, name), 'utf8').replaceAll('\r\n', '\n');
  const own = names.filter((name) => LICENSE_FILE.test(name)).map(textOf);
  const told = names.filter((name) => README_FILE.test(name)).map((name) => LICENSE_PART.exec(textOf(name))?.[1] ?? '');
  const text = (own.length > 0 ? own : told).map((one) => one.trim()).join('\n\n');
  if (text.length < SHORTEST_TEXT)
    throw new Error(`${directory} is bundled, and neither a licence file nor its README holds the licence's text`);
  return text;
}
