// `stop`: one live is ended properly, whatever BBB says.
import { createExecution } from './execute.js';
import type { Plan, World } from './model.js';
import { isoInZone } from './plan/dates.js';
import { describePlan } from './plan/describe.js';
import { meetingState, type MeetingState } from './plan/over.js';
import { chosenLive, stopByHand, type Stoppable } from './plan/stop.js';
import { type Ports } from './ports.js';
import { isRecorded } from './plan/recorded.js';
import { readWorld } from './read.js';
import { createTelling, takePlanning } from './telling.js';

export interface StopMode {
  /** The id of a live, or a slot. */
  target: string;
  isDry: boolean;
  /** Whether it shall be done; nobody is asked with `--yes`. */
  confirm(question: string): Promise<boolean>;
  print(line: string): void;
}

/** Answers the exit status: 0 it has ended (or was not to), 1 it could not be ended, or not all of it, 143 asked to end. */
export async function stop(ports: Ports, mode: StopMode): Promise<number> {
  const { world } = await readWorld(ports);
  const chosen = chosenLive(mode.target, world.slots);
  if ('refusal' in chosen) return refused(chosen.refusal, mode);
  mode.print(description(chosen, world));
  if (mode.isDry) {
    for (const line of describePlan(await planOf(chosen, ports))) mode.print(line);
    return 0;
  }
  if (!(await mode.confirm('End it now?'))) {
    mode.print('Nothing was done.');
    return 0;
  }
  if (ports.endAsked()) return 143;
  return end(chosen, world, ports, mode);
}

function refused(why: string, { print }: StopMode): number {
  print(`Nothing was done: ${why}.`);
  return 1;
}

const STATES: Record<MeetingState, string> = {
  running: 'BBB says that its meeting goes on',
  over: 'BBB says that its meeting is over: the next run would end it',
  unknown: 'BBB does not say whether its meeting goes on',
};

function description({ slot, record }: Stoppable, world: World): string {
  const state = meetingState(record, world.meetings, world.meetingInfos.get(record.meetingId));
  const recording = isRecorded(record) ? ' Its recording is handed over.' : '';
  return `Livestream ${record.livestreamId}, ${record.broadcasterName}, in slot ${slot} since ${record.reservedAt}. ${STATES[state]}.${recording}`;
}

async function planOf(chosen: Stoppable, { clock, config, wishes }: Ports): Promise<Plan> {
  const wanted = chosen.record.webinar === undefined ? null : await wishes.read(chosen.slot);
  return {
    chains: [stopByHand(chosen, isoInZone(clock.now(), config.timeZone), wanted?.ok === true ? wanted.value : null)],
    entries: [],
    outcomes: [],
    observations: [],
  };
}

/** Under the same locks as a tick; what has changed while somebody thought about it is left alone. */
async function end({ slot, record }: Stoppable, world: World, ports: Ports, mode: StopMode): Promise<number> {
  if (!(await takePlanning(ports))) return refused('a tick is planning here: try again in a minute', mode);
  if (!(await ports.locks.take(slot)))
    return refused(`a tick is at work in slot ${slot}: try again once it has ended`, mode);
  const now = chosenLive(`slot${slot}`, await ports.slots.read([]));
  if ('refusal' in now) return refused(now.refusal, mode);
  if (now.record.livestreamId !== record.livestreamId) return refused(`slot ${slot} holds another live by now`, mode);
  const telling = createTelling(ports);
  const execution = createExecution(await planOf(now, ports), world, ports, telling);
  await execution.begin();
  ports.planning.release();
  await execution.finish();
  // Of the other lives nothing was looked at: what is wrong with them is not over.
  await telling.round(world, { isLast: false });
  if (ports.endAsked()) return 143;
  const status = telling.exitStatus();
  mode.print(
    status === 0
      ? `Livestream ${record.livestreamId} has ended.`
      : 'Not all could be done, see above: the next run goes on from there.',
  );
  return status;
}
