// Model-based: whatever Pod calls at whatever moment, and whatever fails, the promises hold after each step, and a few clean ticks restore order.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { recordings } from '../support/memory/invariants.js';
import { hostOf, memoryOf, recordOf, type MemoryWorld } from '../support/memory/world.js';
import { endOpen, mendHosts, minute } from './model.js';
import {
  createWebinarRig,
  deliverOne,
  SLOTS,
  slotOf,
  webinarCommands,
  WEBINARS,
  type WebinarRig,
} from './webinar-model.js';

/** More, and another seed, by `MODEL_RUNS=20000 MODEL_SEED=1 npm test -- webinar-model`. */
const RUNS = Number(process.env['MODEL_RUNS'] ?? 150);
const SEED = Number(process.env['MODEL_SEED'] ?? 91_204_118);
const LONGEST = 40;

/** After the longest pause, what kept failing is tried again, and restarts of an hour ago count no more. */
const LONGEST_PAUSE_MS = 61 * 60_000;

/** An end, what was queued behind it, what Pod is told of that, its recordings. */
const CLEAN_TICKS = 6;

/** All that was broken is whole, and every call has come. */
async function comeToRest(rig: WebinarRig): Promise<void> {
  await endOpen(rig);
  rig.check();
  rig.faults.clear();
  mendHosts(rig);
  while (rig.late.length > 0) deliverOne(rig);
  rig.world.clock.time += LONGEST_PAUSE_MS;
  for (let count = 0; count < CLEAN_TICKS; count += 1) {
    await minute(rig);
    rig.check();
  }
}

function isTold(world: MemoryWorld, key: string): boolean {
  return memoryOf(hostOf(world)).told[key]?.over === null;
}

/** What is not as it should be once nothing happens any more. */
function unsettled(world: MemoryWorld): string[] {
  const host = hostOf(world);
  const isRunning = (meetingId: string): boolean => world.bbb.running.has(meetingId);
  const ofSlots = SLOTS.flatMap((slot) => {
    const current = host.wanted.get(slot)?.current ?? null;
    const expected = current?.want === 'start' && isRunning(current.meetingId) ? current.meetingId : null;
    const record = recordOf(world, slot);
    const held = record.ok && record.value?.step === 'live' ? record.value.meetingId : null;
    const container = host.containers.get(slot)?.state ?? 'absent';
    // Nobody has told Pod of one whose row it does not show: that has been mailed.
    const isUnknown = record.ok && record.value?.livestreamId === 0 && isTold(world, `rowInconsistent/slot${slot}`);
    const isOn = world.webinars.broadcasters.get(`/rest/broadcasters/amphi-${slot + 2}/`)?.isOn;
    const free = record.ok && record.value === null;
    return [
      ...(held === expected && (held !== null || free)
        ? []
        : [`slot ${slot}: ${String(held)}, wanted is ${String(expected)}`]),
      ...(container === (held === null ? 'absent' : 'running') ? [] : [`slot ${slot}: its container is ${container}`]),
      ...(isUnknown || isOn === (held !== null) ? [] : [`slot ${slot}: its broadcaster is ${String(isOn)}`]),
    ];
  });
  const ofRows = WEBINARS.flatMap((id) => {
    const record = recordOf(world, slotOf(id));
    const held = record.ok ? (record.value?.meetingId ?? null) : null;
    const status = world.webinars.rows.find((row) => row.id === id)?.status;
    if (record.ok && record.value?.livestreamId === 0 && isTold(world, `rowInconsistent/slot${slotOf(id)}`)) return [];
    if (held === `meeting-${id}`)
      return status === 1 ? [] : [`webinar ${id} is in progress, and its row says ${String(status)}`];
    // A row that Pod has left in progress is put right once nothing is at work on its gateway; if its meeting runs, that is told.
    const isStale = status === 1 && held === null && !isRunning(`meeting-${id}`);
    return isStale ? [`the row of webinar ${id} is stale`] : [];
  });
  return [
    ...ofSlots,
    ...ofRows,
    ...[...host.outbox.keys()].filter((entry) => !entry.startsWith('.')).map((entry) => `outbox/${entry} is left`),
  ];
}

test(`seed ${SEED}: ${RUNS} sequences of up to ${LONGEST} steps`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(), webinarCommands(LONGEST), async (seed, steps) => {
      const rig = createWebinarRig(seed);
      await fc.asyncModelRun(() => ({ model: {}, real: rig }), steps);
      await comeToRest(rig);
      expect(unsettled(rig.world)).toEqual([]);
      expect([...recordings(rig.world)].filter(([, places]) => places.length > 1)).toEqual([]);
    }),
    { numRuns: RUNS, seed: SEED, endOnFailure: process.env['MODEL_SHRINK'] === undefined },
  );
}, 600_000);
