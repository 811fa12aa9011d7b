// What an installation takes: the package as npm unpacks it.
import { execFileSync } from 'node:child_process';
import type { Group } from './table.js';

interface Packed {
  size: number;
  unpackedSize: number;
  entryCount: number;
}

export const size: Group = () => {
  const words = ['pack', '--dry-run', '--json', '--ignore-scripts', '--loglevel=error'];
  const [packed] = JSON.parse(execFileSync('npm', words, { encoding: 'utf8' })) as [Packed];
  return Promise.resolve([
    { what: 'package, MB', figure: packed.size / 1e6, bound: null, decimals: 1 },
    { what: 'installed, MB', figure: packed.unpackedSize / 1e6, bound: 10, decimals: 1 },
    { what: 'installed, files', figure: packed.entryCount, bound: 200, decimals: 0 },
  ]);
};
