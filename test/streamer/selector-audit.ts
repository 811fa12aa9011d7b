// `npm run audit:selectors -- PATH`: which parts of the table of selectors a checkout of BigBlueButton still has. PATH: its
// bigbluebutton-tests/playwright/core/elements file, or a directory (bigbluebutton-html5, say) that is read whole.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PART_NAMES, PARTS, type Part, type PartName } from '../../src/streamer/core/selectors.js';

export interface Audit {
  part: PartName;
  found: string[];
  missing: string[];
}

/** What `css` names: ids and classes. */
function namesOf(part: Part): string[] {
  const inCss = [...(part.css ?? '').matchAll(/[#.]([A-Za-z_][\w-]*)/g)].map((match) => match[1] ?? '');
  return [...part.names, ...inCss];
}

/** A name counts where it stands as a whole word, in quotes or in a selector. */
export function auditOf(source: string): Audit[] {
  const isThere = (name: string): boolean =>
    new RegExp(`["'\`#.]${name.replace(/[-]/g, '\\$&')}(?![\\w-])`).test(source);
  return PART_NAMES.map((part) => {
    const names = namesOf(PARTS[part]);
    return { part, found: names.filter(isThere), missing: names.filter((name) => !isThere(name)) };
  });
}

function sourceIn(path: string): string {
  if (statSync(path).isFile()) return /\.(?:[jt]sx?|html|scss)$/.test(path) ? readFileSync(path, 'utf8') : '';
  return readdirSync(path)
    .filter((name) => name !== 'node_modules' && !name.startsWith('.'))
    .map((name) => sourceIn(join(path, name)))
    .join('\n');
}

function main(path: string | undefined): number {
  if (path === undefined) {
    process.stderr.write("audit:selectors needs a path: BigBlueButton's elements file, or a directory of its client\n");
    return 2;
  }
  const audits = auditOf(sourceIn(path));
  for (const { part, found, missing } of audits) {
    const verdict = found.length > 0 ? 'there' : 'GONE ';
    process.stdout.write(`${verdict}  ${part}: ${[...found, ...missing.map((name) => `(not ${name})`)].join(' ')}\n`);
  }
  // Not BigBlueButton's own, or gone from all but the oldest versions by design.
  const gone = audits.filter(({ part, found }) => found.length === 0 && !['anyModal', 'remoteAudio'].includes(part));
  process.stdout.write(`${audits.length - gone.length} of ${audits.length} parts are there\n`);
  return gone.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv[2]);
