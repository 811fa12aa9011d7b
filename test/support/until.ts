// Waits for what another process brings about.
import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 20;

/** What has not come about after so many looks will not; the bound is no assertion on time. */
const LOOKS = 2500;

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let look = 0; look < LOOKS; look += 1) {
    if (await holds()) return;
    await sleep(PAUSE_MS);
  }
  throw new Error(`in vain: ${String(holds)}`);
}
