// The requests that wait in Pod, and why they do: what a tick would say of them.
import { problemText } from '../report/messages.js';
import type { Chain, Config, Livestream } from '../model.js';
import type { WaitingStatus } from './fields.js';
import { userOf } from './live-status.js';
import type { Sight } from './status-of.js';

/** Null: Pod cannot be read. One that a slot has already is shown there. */
export function waitingStatus(sight: Sight, config: Config): WaitingStatus[] | null {
  const { waiting, slots, podMeetings } = sight.world;
  if (!waiting.ok) return null;
  const held = new Set(slots.map(({ record }) => (record.ok ? record.value?.livestreamId : undefined)));
  return waiting.value
    .filter(({ id }) => !held.has(id))
    .map((row) => {
      const meeting = podMeetings.get(row.meetingPath);
      return {
        livestreamId: row.id,
        meeting: meeting?.ok === true ? meeting.value.meetingName : null,
        user: userOf(row.userPath, config),
        since: row.startDate,
        why: whyWaiting(row, sight),
      };
    });
}

function whyWaiting({ id }: Livestream, { plan }: Sight): string {
  const chain = plan.chains.find(({ livestreamId }) => livestreamId === id);
  if (chain !== undefined) return whatComes(chain);
  for (const outcome of plan.outcomes.filter(({ livestreamId }) => livestreamId === id)) {
    if (!('problem' in outcome)) return outcome.message.replace(/^waits: /, '');
    return `${problemText(outcome.problem, 'en', outcome).what} (${outcome.problem.detail})`;
  }
  return 'not all that its start needs can be read';
}

function whatComes({ slot }: Chain): string {
  return slot === null ? 'its meeting is over: the next tick closes it' : `the next tick starts it in slot ${slot}`;
}
