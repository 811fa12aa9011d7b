// All of Pod's lives are read again, beside the work of a tick, so that the others need only read the newest.
import { surveyOf } from './plan/look.js';
import type { Ports } from './ports.js';
import type { Ears } from './telling.js';

/** A Pod that takes longer is asked again in an hour. */
const LIMIT_MS = 10 * 60_000;

/** No lock is needed: what is found is for the next ticks. One that fails makes their readings longer, and is told nobody. */
export async function surveyLivestreams(ports: Ports, { tell, observe }: Ears): Promise<void> {
  if (ports.endAsked()) return;
  const at = ports.clock.now();
  const done = new AbortController();
  const timeIsUp = ports.clock.sleep(LIMIT_MS, done.signal).then(() => null);
  try {
    const lists = await Promise.race([ports.pod.readLivestreams(), timeIsUp]);
    if (lists?.inProgress.ok === true && lists.waiting.ok) {
      observe({ surveyed: surveyOf([...lists.inProgress.value, ...lists.waiting.value], at) });
      return;
    }
    const why =
      lists === null
        ? 'Pod is too slow'
        : [lists.inProgress, lists.waiting].flatMap((one) => (one.ok ? [] : one.problem.detail))[0];
    tell({
      level: 'debug',
      livestreamId: null,
      slot: null,
      message: `not all of Pod's lives could be read: ${why ?? ''}`,
    });
    observe({ surveyFailed: at });
  } finally {
    done.abort();
  }
}
