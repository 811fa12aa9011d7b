// Carries a plan out through the ports: the acts of one chain in order, chains side by side, a failure stops its own chain only.
import { createKeyedMutex } from '../shared/keyed-mutex.js';
import { foreseen, PortError, problemOf } from './errors.js';
import { mayFollow, undoAfter } from './plan/chains.js';
import { following } from './plan/claim/claim.js';
import { inWords } from './plan/describe.js';
import type { Following, Standing } from './plan/claim/found.js';
import { afterRevival } from './plan/revival.js';
import type { Chain, Effect, EffectName, Plan, ProblemKind, SlotRecord, World } from './model.js';
import { type Ports } from './ports.js';
import { inform, note, type Act, type Context, type Place, type Step } from './effects/act.js';
import { claim, removeBroadcaster, tellPodStarted } from './effects/broadcaster.js';
import { mailStart } from './effects/mail-start.js';
import { closeRequest, tellPodGivenBack, tellPodStopped } from './effects/livestream-row.js';
import { takeEntry, workOn, workOnFilled } from './effects/outbox.js';
import { clearOut, keepFragments, moveOut } from './effects/recordings.js';
import { explainSilence, noteOnAir, noteRestart } from './effects/on-air.js';
import {
  closeWebinar,
  learn,
  prolongEvent,
  settleWish,
  switchOff,
  tellWebinarStarted,
  tellWebinarStopped,
} from './effects/webinar.js';
import {
  adopt,
  beginStop,
  beginUndo,
  down,
  finish,
  noteChatHeard,
  pingChat,
  release,
  render,
  reserve,
  revive,
  reviveChat,
  saveOutput,
  up,
} from './effects/slot.js';

/** An effect without an act does not compile. Those that need no live in a slot are done by `performAlone`. */
const ACTS: { [Name in Exclude<EffectName, 'closeRequest' | 'closeWebinar' | 'settleWish'>]: Act<Name> } = {
  learn,
  tellWebinarStarted,
  prolongEvent,
  switchOff,
  tellWebinarStopped,
  reserve,
  clearOut,
  claim,
  tellPodStarted,
  render,
  up,
  revive,
  noteRestart,
  noteOnAir,
  explainSilence,
  reviveChat,
  mailStart,
  noteChatHeard,
  pingChat,
  adopt,
  beginStop,
  beginUndo,
  saveOutput,
  finish,
  down,
  keepFragments,
  moveOut,
  removeBroadcaster,
  tellPodStopped,
  tellPodGivenBack,
  release,
};

/** The work on a plan, in two parts. */
export interface Execution {
  /** Takes what is to be worked on: the slot files say so after it. Under the planning lock. */
  begin(): Promise<void>;
  /** All the rest; the lock of a slot is given up when its chain has ended. */
  finish(): Promise<void>;
}

/** `tell` and `observe` hear of each thing at once. */
export function createExecution(
  plan: Plan,
  world: World,
  ports: Ports,
  { tell, observe }: Pick<Context, 'tell' | 'observe'>,
): Execution {
  const context: Context = {
    ports,
    config: ports.config,
    memory: world.memory,
    inProgress: world.inProgress,
    look: world.look,
    filled: [],
    inTurn: createKeyedMutex(),
    tell,
    observe,
  };
  const runs = plan.chains.map((chain): ChainRun => ({
    chain,
    record: chain.record,
    queue: chain.effects,
    failed: [],
  }));
  let entries: string[] = [];
  return {
    begin: async () => {
      entries = await takenOf(plan.entries, context);
      await Promise.all(runs.map((run) => advance(run, context, takesSlot)));
    },
    finish: async () => {
      await Promise.all([
        ...runs.map((run) => toEndAndOutbox(run, context)),
        ...entries.map((entry) => workOn(entry, context)),
      ]);
    },
  };
}

/** Another tick may be at work in an entry by now, which is then its own affair. */
async function takenOf(entries: string[], context: Context): Promise<string[]> {
  const taken = await Promise.all(entries.map((entry) => takeEntry(entry, context)));
  return entries.filter((_entry, index) => taken[index]);
}

/** The slot is free when its recordings go on. */
async function toEndAndOutbox(run: ChainRun, context: Context): Promise<void> {
  const filled: string[] = [];
  await toEnd(run, { ...context, filled });
  await workOnFilled(filled, context);
}

/** A chain that is being carried out. */
interface ChainRun {
  readonly chain: Chain;
  /** As the slot file stands, as far as this tick has come. */
  record: SlotRecord | null;
  queue: Effect[];
  failed: EffectName[];
}

function takesSlot(effect: Effect): boolean {
  return effect.do === 'reserve' || effect.do === 'adopt';
}

async function toEnd(run: ChainRun, context: Context): Promise<void> {
  try {
    await advance(run, context, () => true);
  } finally {
    const { slot } = run.chain;
    if (slot !== null) context.ports.locks.release(slot);
  }
}

async function advance(run: ChainRun, context: Context, mayDo: (effect: Effect) => boolean): Promise<void> {
  for (let effect = run.queue[0]; effect !== undefined && mayDo(effect); effect = run.queue[0]) {
    if (context.ports.endAsked()) return;
    run.queue = run.queue.slice(1);
    if (!mayFollow(effect.do, run.failed)) continue;
    say(run.chain, effect, context);
    try {
      await doOne(effect, run, context);
    } catch (error) {
      fail(error, effect, run, context);
    }
  }
}

async function doOne(effect: Effect, run: ChainRun, context: Context): Promise<void> {
  const note = (record: SlotRecord): void => void (run.record = record);
  const step = await perform(effect, run, context, note);
  if (step === null) return;
  if ('record' in step) {
    run.record = step.record;
    return;
  }
  const place = placeOf(run, note);
  const next =
    step.found.of === 'revival'
      ? afterRevival(step.found)
      : following(step.found, place.record, standingOf(place, context));
  run.record = await carryOut(next, place, context);
  run.queue = next.instead ?? [...(next.next ?? []), ...run.queue];
}

/** What was noted before the failure is in the slot file: the undoing goes on from there. */
function fail(error: unknown, effect: Effect, run: ChainRun, context: Context): void {
  run.failed.push(effect.do);
  const certain = complainOf(error, effect, run, context);
  const undo = undoAfter(effect.do, certain, run.record?.step ?? null, run.record?.webinar !== undefined);
  if (undo.length === 0) return;
  context.observe({ failedStart: run.chain.livestreamId, at: context.ports.clock.now() });
  run.failed = [];
  run.queue = undo;
}

async function perform(effect: Effect, run: ChainRun, context: Context, noted: Place['noted']): Promise<Step | null> {
  if (await performAlone(effect, run.chain.livestreamId, context)) return null;
  const act = ACTS[effect.do as keyof typeof ACTS] as Act<EffectName>;
  const begun = effect.do === 'reserve' || effect.do === 'adopt' ? effect.record : null;
  return act(effect, placeOf({ ...run, record: run.record ?? begun }, noted), context);
}

/** Answers whether it was such an effect. */
async function performAlone(effect: Effect, livestreamId: number, context: Context): Promise<boolean> {
  switch (effect.do) {
    case 'closeRequest':
      await closeRequest(livestreamId, effect.endedAt, context);
      return true;
    case 'closeWebinar':
      await closeWebinar(livestreamId, context);
      return true;
    case 'settleWish':
      await settleWish(effect, context);
      return true;
    default:
      return false;
  }
}

function placeOf({ chain: { slot, livestreamId }, record }: ChainRun, noted: Place['noted']): Place {
  if (record === null || slot === null) throw new Error('an act on a live without a slot file');
  return { slot, livestreamId, record, noted };
}

function standingOf({ slot }: Place, { ports, memory, config }: Context): Standing {
  return { slot, now: ports.clock.now(), memory, config };
}

/** Notes and says what follows from what was found; answers the record as it is then. */
async function carryOut(next: Following, place: Place, context: Context): Promise<SlotRecord> {
  const record = next.change === undefined ? place.record : await note(place, next.change, context);
  const { livestreamId, slot } = place;
  if (next.problem !== undefined) context.tell({ level: 'error', livestreamId, slot, problem: next.problem });
  if (next.remark !== undefined) inform(place, next.remark, context);
  for (const { id, at } of next.sightings ?? []) context.observe({ sighting: id, at });
  if (next.failure !== undefined) throw new PortError(next.failure.kind, next.failure.detail, { certain: true });
  return record;
}

/** Pod's or the disk's failure is told as what it means for the live. */
const MEANING: Partial<Record<EffectName, ProblemKind>> = {
  claim: 'startFailed',
  tellPodStarted: 'startFailed',
  tellPodGivenBack: 'startFailed',
  closeRequest: 'startFailed',
  removeBroadcaster: 'stopFailed',
  tellPodStopped: 'stopFailed',
  switchOff: 'stopFailed',
  tellWebinarStopped: 'stopFailed',
};

/** What failed while the container of a live in progress was started again: neither a request nor an end is concerned. */
const OF_A_REVIVAL: ReadonlySet<ProblemKind> = new Set(['startFailed', 'imageMissing', 'stopFailed']);

function meaningOf(kind: ProblemKind, effect: Effect, record: SlotRecord | null): ProblemKind {
  const isRevival = effect.do === 'revive' || (effect.do === 'down' && record?.step === 'live');
  if (isRevival && OF_A_REVIVAL.has(kind)) return 'revivalFailed';
  // What lies in a slot has not failed: it could not be looked at, or not be moved out of it.
  if (kind === 'recordingFailed') return 'diskFailed';
  const isPods = kind === 'podUnreadable' || kind === 'meetingUnreadable';
  return (isPods ? MEANING[effect.do] : undefined) ?? kind;
}

/** Tells of a failed act; answers whether it certainly was not done. */
function complainOf(
  error: unknown,
  effect: Effect,
  { chain: { livestreamId, slot }, record }: ChainRun,
  context: Context,
): boolean {
  const { kind, detail } = problemOf(error, context.config);
  const meaning = meaningOf(kind, effect, record);
  const where = kind === 'internal' ? `${effect.do}: ` : '';
  context.tell({ level: 'error', livestreamId, slot, problem: { kind: meaning, detail: `${where}${detail}` } });
  return foreseen(error)?.certain === true;
}

function say({ livestreamId, slot }: Chain, effect: Effect, context: Context): void {
  if (slot !== null) context.ports.locks.say(slot, `livestream ${livestreamId}: ${inWords(effect)}`);
  context.tell({ level: 'debug', livestreamId, slot, message: `${effect.do} …` });
}
