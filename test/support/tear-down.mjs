// After a whole run of the tests: what the set-up has made and started is gone.
import { once } from 'node:events';
import { rmSync } from 'node:fs';

const made = [];

export function removeAtTheEnd(directory, host) {
  made.push({ directory, host });
}

export default async function tearDown() {
  for (const { directory, host } of made.splice(0)) {
    const ended = once(host, 'exit');
    host.stdin.end();
    await ended;
    rmSync(directory, { recursive: true, force: true });
  }
}
