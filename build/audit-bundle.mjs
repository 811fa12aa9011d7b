// `npm run audit:bundle`: asks the registry for known faults of the libraries that are in the bundle; status 1 when there is one.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { bundledPackages } from './third-party-licenses.mjs';

/**
 * What a report of `npm audit --json` says of the packages in these directories, a line each. To npm they are all
 * development's: the package that is installed depends on none, it holds them.
 */
export function faultsOf({ vulnerabilities }, directories) {
  return Object.values(vulnerabilities).flatMap(({ name, severity, via, nodes }) => {
    const isBundled = nodes.some((node) => directories.includes(node));
    // A text names another package, which has an entry of its own.
    const advisories = via.filter((one) => typeof one !== 'string');
    return isBundled ? advisories.map(({ title, url }) => `${name} (${severity}): ${title}, ${url}`) : [];
  });
}

function auditBundle() {
  const { stdout } = spawnSync('npm', ['audit', '--json'], { encoding: 'utf8', maxBuffer: 2 ** 26 });
  const report = JSON.parse(stdout);
  if (report.vulnerabilities === undefined) {
    process.stdout.write(`Not audited: this registry does not answer npm audit (${report.message}).\n`);
    return 0;
  }
  const directories = bundledPackages(JSON.parse(readFileSync('.build/dist.json', 'utf8')));
  const faults = faultsOf(report, directories);
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  process.stdout.write(`${directories.length} bundled libraries audited, ${faults.length} known faults.\n`);
  return faults.length === 0 ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = auditBundle();
