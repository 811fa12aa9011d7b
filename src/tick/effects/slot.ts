// The slot's own acts: taken, described, released; its containers up, finished and down.
import { inform, note, type Act } from './act.js';

export const reserve: Act<'reserve'> = async (effect, place, context) => {
  await context.ports.slots.make(place.slot);
  return { record: await note(place, effect.record, context) };
};

export const adopt: Act<'adopt'> = async (effect, place, context) => {
  await context.ports.slots.make(place.slot);
  const record = await note(place, effect.record, context);
  inform(place, 'taken over: a live in progress without a slot file', context);
  return { record: record };
};

export const render: Act<'render'> = async (effect, place, context) => {
  await context.ports.slots.writeComposeFile(place.slot, place.record, { onlyIfDamaged: effect.onlyIfDamaged });
  return { record: place.record };
};

export const up: Act<'up'> = async (_effect, place, context) => {
  await context.ports.compose.up(place.slot);
  inform(place, 'container up', context);
  return { record: await note(place, { step: 'live' }, context) };
};

export const pingChat: Act<'pingChat'> = async (_effect, place, context) => {
  await context.ports.chat.ping(place.slot);
  return { record: place.record };
};

export const beginStop: Act<'beginStop'> = async (effect, place, context) => {
  inform(place, 'its meeting is over: it is stopped', context);
  return { record: await note(place, { step: 'stopping', endedAt: effect.endedAt }, context) };
};

export const beginUndo: Act<'beginUndo'> = async (effect, place, context) => ({
  record: await note(place, { step: effect.step }, context),
});

export const finish: Act<'finish'> = async (_effect, place, context) => {
  await context.ports.compose.finish(place.slot);
  return { record: place.record };
};

export const saveOutput: Act<'saveOutput'> = async (_effect, place, context) => {
  await context.ports.compose.saveOutput(place.slot, place.livestreamId);
  return { record: place.record };
};

export const down: Act<'down'> = async (_effect, place, context) => {
  await context.ports.compose.down(place.slot);
  return { record: place.record.step === 'stopping' ? await note(place, { step: 'down' }, context) : place.record };
};

export const release: Act<'release'> = async (_effect, place, context) => {
  await context.ports.slots.release(place.slot);
  context.records.delete(place.slot);
  inform(place, 'slot freed', context);
  return { record: place.record };
};
