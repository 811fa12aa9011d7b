// `npm run bench [-- GROUP…] [--rounds N] [--original PATH]`: every figure of docs/en/performance.md; exits with 1 when one is beyond its bound.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { shipItFrom } from '../support/shipped.js';
import { bigBbb } from './big-bbb.js';
import { copies } from './copies.js';
import { dockerCalls } from './docker.js';
import { gatewayAnswer } from './gateway.js';
import { growth } from './growth.js';
import { manyAtOnce } from './many-at-once.js';
import { podRequests } from './pod.js';
import { manyServers } from './servers.js';
import { size } from './size.js';
import { startUp } from './start-up.js';
import { HEAD, isWithin, lineOf, type Group } from './table.js';
import { healthyTick } from './tick.js';

const GROUPS: Record<string, Group> = {
  'start-up': startUp,
  pod: podRequests,
  bbb: bigBbb,
  docker: dockerCalls,
  tick: healthyTick,
  growth,
  many: manyAtOnce,
  copies,
  servers: manyServers,
  gateway: gatewayAnswer,
  size,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '11' }, original: { type: 'string' } },
});
const unknown = positionals.filter((name) => !Object.hasOwn(GROUPS, name));
if (unknown.length > 0)
  throw new Error(`no such group: ${unknown.join(', ')}; there are ${Object.keys(GROUPS).join(', ')}`);

shipItFrom(process.cwd());
const options = { rounds: Number(values.rounds), original: values.original ?? null };
const { model = 'unknown' } = cpus()[0] ?? {};
console.log(
  `Node ${process.version}, ${cpus().length} × ${model}; medians of ${options.rounds} rounds\n\n${HEAD.join('\n')}`,
);
for (const [name, group] of Object.entries(GROUPS)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const rows = await group(options);
  for (const row of rows) console.log(lineOf(row));
  if (!rows.every(isWithin)) process.exitCode = 1;
}
