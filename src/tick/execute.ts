// Carries a plan out through the ports: the acts of one chain in order, chains side by side, a failure stops its own chain only.
import { createKeyedMutex } from '../shared/keyed-mutex.js';
import { foreseen, PortError, problemOf } from './errors.js';
import { mayFollow, undoAfter } from './plan/chains.js';
import { following } from './plan/claim/claim.js';
import type { Following, Standing } from './plan/claim/found.js';
import { afterRevival } from './plan/revival.js';
import type { Chain, Effect, EffectName, Plan, ProblemKind, SlotRecord, World } from './model.js';
import { type Ports } from './ports.js';
import { inform, note, type Act, type Context, type Place, type Step } from './effects/act.js';
import { claim, removeBroadcaster, tellPodStarted } from './effects/broadcaster.js';
import { clearOut, handOver, keepFragments } from './effects/hand-over.js';
import { mailStart } from './effects/mail-start.js';
import { closeRequest, tellPodGivenBack, tellPodStopped } from './effects/livestream-row.js';
import {
  adopt,
  beginStop,
  beginUndo,
  down,
  finish,
  pingChat,
  release,
  render,
  reserve,
  revive,
  reviveChat,
  saveOutput,
  up,
} from './effects/slot.js';

/** An effect without an act does not compile. */
const ACTS: { [Name in Exclude<EffectName, 'closeRequest'>]: Act<Name> } = {
  reserve,
  clearOut,
  claim,
  tellPodStarted,
  render,
  up,
  revive,
  reviveChat,
  mailStart,
  pingChat,
  adopt,
  beginStop,
  beginUndo,
  saveOutput,
  finish,
  down,
  keepFragments,
  handOver,
  removeBroadcaster,
  tellPodStopped,
  tellPodGivenBack,
  release,
};

/** Does all chains; `tell` and `observe` hear of each thing at once. */
export async function execute(
  plan: Plan,
  world: World,
  ports: Ports,
  { tell, observe }: Pick<Context, 'tell' | 'observe'>,
): Promise<void> {
  const records = new Map<number, SlotRecord>();
  for (const { slot, record } of world.slots) if (record.ok && record.value !== null) records.set(slot, record.value);
  const context: Context = {
    ports,
    config: ports.config,
    memory: world.memory,
    inProgress: world.inProgress,
    records,
    inTurn: createKeyedMutex(),
    tell,
    observe,
  };
  await Promise.all(plan.chains.map((chain) => executeChain(chain, context)));
}

async function executeChain(chain: Chain, context: Context): Promise<void> {
  const failed: EffectName[] = [];
  let record = chain.record;
  let queue = [...chain.effects];
  for (let effect = queue.shift(); effect !== undefined; effect = queue.shift()) {
    if (context.ports.endAsked()) return;
    if (!mayFollow(effect.do, failed)) continue;
    say(chain, effect, context);
    try {
      const step = await perform(effect, chain, record, context);
      if (step === null) continue;
      if ('record' in step) {
        record = step.record;
        continue;
      }
      const place = placeOf(chain, record);
      const next =
        step.found.of === 'revival'
          ? afterRevival(step.found)
          : following(step.found, place.record, standingOf(place, context));
      record = await carryOut(next, place, context);
      queue = next.instead ?? [...(next.next ?? []), ...queue];
    } catch (error) {
      failed.push(effect.do);
      const certain = complainOf(error, effect, chain, record, context);
      // What was noted before the failure is in the slot file: the undoing goes on from there.
      record = chain.slot === null ? null : (context.records.get(chain.slot) ?? record);
      // An earlier docker-compose is still at work, perhaps on this very act: nothing has failed yet.
      const isBusy = foreseen(error)?.problem.kind === 'composeBusy';
      const undo = isBusy ? [] : undoAfter(effect.do, certain, record?.step ?? null);
      if (undo.length === 0) continue;
      context.observe({ failedStart: chain.livestreamId, at: context.ports.clock.now() });
      failed.length = 0;
      queue = undo;
    }
  }
}

async function perform(
  effect: Effect,
  chain: Chain,
  record: SlotRecord | null,
  context: Context,
): Promise<Step | null> {
  if (effect.do === 'closeRequest') {
    await closeRequest(chain.livestreamId, effect.endedAt, context);
    return null;
  }
  const act = ACTS[effect.do] as Act<EffectName>;
  const begun = effect.do === 'reserve' || effect.do === 'adopt' ? effect.record : null;
  return act(effect, placeOf(chain, record ?? begun), context);
}

function placeOf({ slot, livestreamId }: Chain, record: SlotRecord | null): Place {
  if (record === null || slot === null) throw new Error('an act on a live without a slot file');
  return { slot, livestreamId, record };
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
  handOver: 'recordingFailed',
  removeBroadcaster: 'stopFailed',
  tellPodStopped: 'stopFailed',
};

/** What failed while the container of a live in progress was started again: neither a request nor an end is concerned. */
const OF_A_REVIVAL: ReadonlySet<ProblemKind> = new Set(['startFailed', 'imageMissing', 'stopFailed']);

function meaningOf(kind: ProblemKind, effect: Effect, record: SlotRecord | null): ProblemKind {
  const isRevival = effect.do === 'revive' || (effect.do === 'down' && record?.step === 'live');
  if (isRevival && OF_A_REVIVAL.has(kind)) return 'revivalFailed';
  // A slot that is being taken: what lies there has not failed, it could not be looked at.
  if (kind === 'recordingFailed' && (effect.do === 'reserve' || effect.do === 'adopt')) return 'diskFailed';
  const isPods = kind === 'podUnreadable' || kind === 'meetingUnreadable';
  return (isPods ? MEANING[effect.do] : undefined) ?? kind;
}

/** Tells of a failed act; answers whether it certainly was not done. */
function complainOf(
  error: unknown,
  effect: Effect,
  { livestreamId, slot }: Chain,
  record: SlotRecord | null,
  context: Context,
): boolean {
  const { kind, detail } = problemOf(error, context.config);
  const meaning = meaningOf(kind, effect, record);
  const where = kind === 'internal' ? `${effect.do}: ` : '';
  context.tell({ level: 'error', livestreamId, slot, problem: { kind: meaning, detail: `${where}${detail}` } });
  return foreseen(error)?.certain === true;
}

function say(chain: Chain, effect: Effect, context: Context): void {
  context.tell({ level: 'debug', livestreamId: chain.livestreamId, slot: chain.slot, message: `${effect.do} …` });
}
