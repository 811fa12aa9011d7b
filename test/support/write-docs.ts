// Rewrites the files of the documentation that are generated: `npm run docs`.
import { readFileSync, writeFileSync } from 'node:fs';
import { GENERATED } from '../../src/docs/generated.js';

for (const { path, render } of GENERATED) {
  const present = readFileSync(path, { encoding: 'utf8', flag: 'a+' });
  const renewed = render(present);
  if (renewed === present) continue;
  writeFileSync(path, renewed);
  process.stdout.write(`${path}\n`);
}
