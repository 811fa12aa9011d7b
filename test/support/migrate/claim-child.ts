// A process that claims and is killed by SIGKILL at a named moment: `node claim-child.js <ClaimOrder in JSON>`.
import { appendFileSync, promises } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import type { ClaimOrder } from './killed-claim.js';

const order = JSON.parse(process.argv[2] ?? '') as ClaimOrder;
const seen = new Map<string, number>();

/** The moment just after something was done: `journal whole`, `rename cours.m4v.part` … */
function moment(name: string): void {
  const count = (seen.get(name) ?? 0) + 1;
  seen.set(name, count);
  const numbered = count === 1 ? name : `${name} ${count}`;
  appendFileSync(order.trace, `${numbered}\n`);
  if (numbered === order.killAt) process.kill(process.pid, 'SIGKILL');
}

// Before the program's modules are loaded: their imports are these.
for (const act of ['rename', 'unlink', 'link'] as const) {
  const real = promises[act] as (path: string, to: string) => Promise<void>;
  Object.assign(promises, {
    [act]: async (path: string, to: string) => {
      await real(path, to);
      moment(`${act} ${basename(path)}`);
    },
  });
}
syncBuiltinESMExports();

const { runClaim } = await import('./claim-world.js');
const { takeFileLock } = await import('../../../src/shared/lock.js');
const lockDescriptor = await takeFileLock(order.lock);
if (lockDescriptor === null) throw new Error('the lock is taken');
await runClaim(order.plan, order.recordings, {
  lockDescriptor,
  journal: (real) => ({
    ...real,
    append: async (entry) => {
      await real.append(entry);
      moment(`journal ${entry.step}`);
    },
  }),
  claims: (real) => ({
    ...real,
    download: (page, file, options) =>
      real.download(page, file, {
        ...options,
        progress: (done, total) => {
          options.progress(done, total);
          if (order.killAt === 'half' && total !== null && done >= total / 2) moment('half');
        },
      }),
    encode: async (url, file) => {
      const size = await real.encode(url, file);
      moment('encoded');
      return size;
    },
  }),
});
