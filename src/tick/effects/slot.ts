// The slot's own acts: taken, described, released; its containers up, finished and down.
import { outputName } from '../plan/names.js';
import { foreseen, PortError } from '../errors.js';
import { engineDetail } from '../plan/describe.js';
import { isStreamerUp } from '../plan/on-air/container-health.js';
import type { SlotRecord } from '../model.js';
import { inform, note, type Act, type Context, type Place } from './act.js';

export const reserve: Act<'reserve'> = async (effect, place, context) => {
  await context.ports.slots.make(place.slot);
  const strangers = (await context.ports.recordings.read(place.slot)).map(({ file, size }) => ({ file, size }));
  return { record: await note(place, { ...effect.record, strangers }, context) };
};

/**
 * The container was started long ago: what is older than its compose file lay there before it. Both times are the disk's;
 * where they mislead, after the clock was set, a recording that has not grown since is kept aside, and none is published
 * under a meeting that may not be its own.
 */
export const adopt: Act<'adopt'> = async (effect, place, context) => {
  await context.ports.slots.make(place.slot);
  const before = effect.composeWrittenAt?.getTime() ?? -Infinity;
  const strangers = (await context.ports.recordings.read(place.slot))
    .filter(({ modifiedAt }) => modifiedAt.getTime() < before)
    .map(({ file, size }) => ({ file, size }));
  const engineId = effect.hasContainer ? await context.ports.compose.engineId() : null;
  const facts = { ...effect.record, strangers, ...(engineId === null ? {} : { engineId }) };
  const record = await note(place, facts, context);
  inform(place, 'taken over: a live in progress without a slot file', context);
  return { record };
};

export const render: Act<'render'> = async (effect, place, context) => {
  await context.ports.slots.writeComposeFile(place.slot, place.record, { onlyIfDamaged: effect.onlyIfDamaged });
  return { record: place.record };
};

/** The engine is noted first: an `up` that is cut short has left its containers there. */
export const up: Act<'up'> = async (_effect, place, context) => {
  const record = await onItsEngine(place, context);
  const complaint = await context.ports.compose.up(place.slot);
  inform(place, complaint === null ? 'container up' : `container up, though ${complaint}`, context);
  const upAt = context.ports.clock.now().toISOString();
  return { record: await note({ ...place, record }, { step: 'live', upAt }, context) };
};

export const revive: Act<'revive'> = async (effect, place, context) => {
  const found = await onItsEngine(place, context);
  // First: a container that has just been started is not taken for one that has been silent for long.
  const record = await note({ ...place, record: found }, { upAt: context.ports.clock.now().toISOString() }, context);
  const failure = await failureOf(() => context.ports.compose.up(place.slot));
  if (failure === null) {
    inform(place, 'container started again', context);
    return { record };
  }
  const isStreaming = isStreamerUp(await context.ports.compose.read(place.slot));
  if (effect.anew && !isStreaming) throw failure;
  return { found: { of: 'revival', failure: failure.problem.detail, isStreaming } };
};

async function failureOf(act: () => Promise<unknown>): Promise<PortError | null> {
  try {
    await act();
    return null;
  } catch (error) {
    const known = foreseen(error);
    if (known === null) throw error;
    return known;
  }
}

export const reviveChat: Act<'reviveChat'> = async (_effect, place, context) => {
  const failure = await failureOf(() => context.ports.compose.upChat(place.slot));
  // People have seen it: the pause before the next try counts from here.
  context.observe({ tried: 'chat', livestreamId: place.livestreamId, at: context.ports.clock.now() });
  if (failure !== null) throw failure;
  inform(place, "the chat's Redis was started again", context);
  return { record: place.record };
};

/** What another engine than the live's says of its containers means nothing, and what is done there starts it twice. */
async function onItsEngine(place: Place, context: Context): Promise<SlotRecord> {
  const { record } = place;
  const engineId = await context.ports.compose.engineId();
  if (engineId === null || engineId === record.engineId) return record;
  if (record.engineId === undefined) return note(place, { engineId }, context);
  throw new PortError('engineChanged', engineDetail(record.engineId, engineId), { certain: true });
}

export const pingChat: Act<'pingChat'> = async (_effect, place, context) => {
  await context.ports.chat.ping(place.slot, { isWebinar: place.record.webinar !== undefined });
  return { record: place.record };
};

export const noteChatHeard: Act<'noteChatHeard'> = async (effect, place, context) => {
  inform(place, 'its container listens to its chat', context);
  return { record: await note(place, { chatHeardAt: effect.heardAt }, context) };
};

export const beginStop: Act<'beginStop'> = async (effect, place, context) => {
  const why = effect.byHand === true ? 'it is ended by hand' : (effect.because ?? 'its meeting is over: it is stopped');
  inform(place, why, context);
  return { record: await note(place, { step: 'stopping', endedAt: effect.endedAt }, context) };
};

export const beginUndo: Act<'beginUndo'> = async (effect, place, context) => ({
  record: await note(place, { step: effect.step }, context),
});

export const finish: Act<'finish'> = async (_effect, place, context) => {
  await context.ports.compose.finish(place.slot);
  return { record: place.record };
};

export const saveOutput: Act<'saveOutput'> = async (effect, place, context) => {
  await context.ports.compose.saveOutput(place.slot, outputName(place.record, place.slot), effect.lines);
  return { record: place.record };
};

export const down: Act<'down'> = async (_effect, place, context) => {
  if (place.record.engineId !== undefined) await onItsEngine(place, context);
  const complaint = await context.ports.compose.down(place.slot);
  // A live that goes on is started anew: what the network has to do with it shows then.
  if (complaint !== null && place.record.step === 'live')
    inform(place, `containers gone, though ${complaint}`, context);
  else if (complaint !== null) {
    const problem = { kind: 'leftBehind', detail: complaint } as const;
    context.tell({ level: 'notice', livestreamId: place.livestreamId, slot: place.slot, problem });
  }
  return { record: place.record.step === 'stopping' ? await note(place, { step: 'down' }, context) : place.record };
};

export const release: Act<'release'> = async (_effect, place, context) => {
  await context.ports.slots.release(place.slot);
  inform(place, 'slot freed', context);
  return { record: place.record };
};
