// Model-based: whatever happens in whatever order, the promises hold after each step, and two clean ticks restore order.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { switchEngine } from '../support/memory/host.js';
import { recordings, unsettled } from '../support/memory/invariants.js';
import { memoryOf } from '../support/memory/world.js';
import { check, collect, commands, createRig, endOpen, mendHosts, minute, type Rig } from './model.js';

/** More, and another seed, by `MODEL_RUNS=20000 MODEL_SEED=1 npm test -- model`. */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 300);
const SEED = Number(process.env['MODEL_SEED'] ?? 236_441_110);
const LONGEST = 40;

/** After the longest pause, what kept failing is tried again, and restarts of an hour ago count no more. */
const LONGEST_PAUSE_MS = 61 * 60_000;

/**
 * All that was broken is whole, all servers are there: two ticks; with several servers two more, for their claims to settle.
 * Where another Docker engine has answered, each of the two has its turn: a live is ended only on its own.
 */
async function comeToRest(rig: Rig): Promise<void> {
  await endOpen(rig);
  check(rig);
  rig.faults.clear();
  rig.away.clear();
  mendHosts(rig);
  rig.world.clock.time += LONGEST_PAUSE_MS;
  const most = Math.max(
    0,
    ...rig.world.hosts.flatMap((host) => [...host.slots.values()].map(({ videodata }) => videodata.size)),
  );
  // A second recording of one meeting waits until Pod has collected the first.
  const cleanTicks = (rig.world.hosts.length === 1 ? 2 : 4) + 2 * most;
  const engines = rig.hasChangedEngine ? 2 : 1;
  for (let count = 0; count < cleanTicks * engines; count += 1) {
    if (engines === 2) rig.world.hosts.forEach(switchEngine);
    collect(rig);
    await minute(rig);
    check(rig);
  }
  collect(rig);
}

/** What was kept because nobody can know whether Pod has collected it before a kill: published once, and told of. */
function sparesOf({ world }: Rig): Set<string> {
  const lines = world.hosts.flatMap(({ log }) => log.filter((line) => line.includes('if Pod has not collected it')));
  return new Set(lines.map((line) => /is now (\S+):/.exec(line)?.[1] ?? ''));
}

/** What was wrong with lives on the air, and is not any more, is told as over. (A frozen one has its five minutes first.) */
function stillTold({ world }: Rig): string[] {
  const kinds = ['chatUnheard', 'recordingStalled', 'diskShort', 'playlistUnreadable'];
  return world.hosts
    .flatMap((host) => Object.values(memoryOf(host).told))
    .filter(({ kind, over }) => over === null && kinds.includes(kind))
    .map(({ kind, livestreamId }) => `${kind} of ${String(livestreamId)}`);
}

test(`seed ${SEED}: ${RUNS} sequences of up to ${LONGEST} steps`, async () => {
  const sequences = fc.tuple(
    fc.integer({ min: 1, max: 3 }),
    fc.integer({ min: 1, max: 3 }),
    fc.nat(),
    commands(LONGEST),
  );
  await fc.assert(
    fc.asyncProperty(sequences, async ([servers, slots, seed, steps]) => {
      const rig = createRig(servers, slots, seed);
      await fc.asyncModelRun(() => ({ model: {}, real: rig }), steps);
      await comeToRest(rig);
      expect(unsettled(rig.world)).toEqual([]);
      expect(stillTold(rig)).toEqual([]);
      const spares = sparesOf(rig);
      const doubled = [...recordings(rig.world)]
        .map(([content, places]) => [content, places.filter((place) => !spares.has(place))] as const)
        .filter(([content, places]) => places.length > (rig.collected.includes(content) ? 0 : 1));
      expect(doubled).toEqual([]);
      expect(rig.collected.filter((content, index) => rig.collected.indexOf(content) !== index)).toEqual([]);
    }),
    { numRuns: RUNS, seed: SEED, endOnFailure: process.env['MODEL_SHRINK'] === undefined },
  );
}, 600_000);
