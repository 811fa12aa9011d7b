// Rewrites what is generated from the configuration's table: .env.example and the tables of the READMEs.
// In the project's directory: npx tsc && node .build/test/support/write-docs.js
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { environmentExample, withConfigurationTable } from '../../src/config-docs.js';

writeFileSync('.env.example', environmentExample());
for (const [path, language] of [
  ['README.md', 'en'],
  ['README.fr.md', 'fr'],
] as const) {
  const renewed = existsSync(path) ? withConfigurationTable(readFileSync(path, 'utf8'), language) : null;
  if (renewed === null) process.stderr.write(`${path} is missing, or has no place for the table\n`);
  else writeFileSync(path, renewed);
}
