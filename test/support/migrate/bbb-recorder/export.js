// A stand-in for bbb-recorder's export.js: its refusals, its logs, its result that comes at the very end; no browser.
//
// `config.json` beside it:
//   copyToPath  where results go; an `.env` beside it wins
//   calls       file that gets a line of JSON for each call: {argv, cwd, pid}
//   behaviour   by recording id: "fail" (status 1), "fail late" (the same, once the video is there), "nothing" (status 0 without a file, as when Chrome crashes), "empty",
//               "hold" (half of the file, then the rest once a file `release` is beside this one)
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';

const RESULT_BYTES = 180;
const here = import.meta.dirname;
const { copyToPath: usualPath, calls, behaviour } = JSON.parse(readFileSync(join(here, 'config.json'), 'utf8'));
const envPath = join(here, '.env');
const copyToPath = existsSync(envPath) ? parseEnv(readFileSync(envPath, 'utf8')).copyToPath : usualPath;
const [url, name] = process.argv.slice(2);
appendFileSync(calls, `${JSON.stringify({ argv: process.argv.slice(2), cwd: process.cwd(), pid: process.pid })}\n`);

/** The real one's two patterns: what follows the id does not matter. */
const [, id] =
  /^https?:\/\/.*\/playback\/presentation\/2\.0\/playback\.html\?meetingId=([a-z0-9]{40}-[0-9]{13})/.exec(url ?? '') ??
  /^https?:\/\/.*\/playback\/presentation\/2\.3\/([a-z0-9]{40}-[0-9]{13})/.exec(url ?? '') ??
  [];

async function film() {
  const result = Buffer.alloc(RESULT_BYTES, '.');
  result.write(`WEBM ${id}\n`);
  const path = join(copyToPath, name);
  console.log(`Recording ${id}`);
  await sleep(20);
  switch (behaviour[id]) {
    case 'fail':
      console.error('Error: Navigation timeout of 30000 ms exceeded');
      process.exitCode = 1;
      return;
    case 'nothing':
      console.log('Error: Protocol error (Target closed)');
      return;
    case 'empty':
      writeFileSync(path, '');
      return;
    case 'hold':
      writeFileSync(path, result.subarray(0, RESULT_BYTES / 2));
      while (!existsSync(join(here, 'release'))) {
        // The test has ended, and swept its directory.
        if (!existsSync(here)) return;
        await sleep(10);
      }
      break;
  }
  writeFileSync(path, result);
  console.log('Exported');
  if (behaviour[id] === 'fail late') {
    console.error('Error: Could not stop Xvfb.');
    process.exitCode = 1;
  }
}

if (id === undefined || name === undefined) {
  console.warn('Invalid recording URL!\nUsage: node export.js URL NAME');
  process.exitCode = 1;
} else await film();
