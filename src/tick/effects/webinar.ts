// The acts on a webinar in Pod, and on what Pod's calls want of its slot. What is to be changed is decided in plan/webinar/.
import type { Effect, SlotRecord } from '../model.js';
import type { WebinarRecord } from '../webinar-model.js';
import { inform, need, note, type Act, type Context, type Place } from './act.js';

export const learn: Act<'learn'> = async ({ live, webinar }, place, context) => {
  // What was toggled while the container was being started has reached nobody.
  if (live.showChat !== undefined) await context.ports.chat.show(place.slot, live.showChat);
  const change: Partial<SlotRecord> = { ...live, webinar: { ...webinarOf(place), ...webinar } };
  return { record: await note(place, change, context) };
};

/** Each is read before it is changed: a change of the broadcaster starts a live transcription where Pod has one. */
export const tellWebinarStarted: Act<'tellWebinarStarted'> = async (_effect, place, context) => {
  const { webinars } = context.ports;
  const { livestreamId } = place.record;
  const row = livestreamId === 0 ? null : need(await webinars.readRow(livestreamId));
  if (row !== null && row.status !== 1) await webinars.changeStatus(livestreamId, 1);
  await switchTo(true, place, context);
  return { record: await note(place, { webinar: { ...webinarOf(place), told: true } }, context) };
};

export const switchOff: Act<'switchOff'> = async (_effect, place, context) => {
  await switchTo(false, place, context);
  return { record: place.record };
};

export const tellWebinarStopped: Act<'tellWebinarStopped'> = async (_effect, place, context) => {
  if (place.record.livestreamId !== 0) await stopRow(place.record.livestreamId, context);
  return { record: place.record };
};

export const prolongEvent: Act<'prolongEvent'> = async ({ eventPath, endDate }, place, context) => {
  await context.ports.webinars.prolongEvent(eventPath, endDate);
  inform(place, `its event in Pod is prolonged to ${endDate}`, context);
  return { record: place.record };
};

export async function settleWish(
  { slot, done }: Extract<Effect, { do: 'settleWish' }>,
  { ports }: Context,
): Promise<void> {
  await ports.wishes.settle(slot, done);
}

export async function closeWebinar(livestreamId: number, context: Context): Promise<void> {
  if (!(await stopRow(livestreamId, context))) return;
  const message = "marked 'stopped' in Pod, where it was in progress although its meeting is over";
  context.tell({ level: 'info', livestreamId, slot: null, message });
}

/** Answers whether it was in progress. */
async function stopRow(id: number, { ports: { webinars } }: Context): Promise<boolean> {
  const row = need(await webinars.readRow(id));
  if (row?.status !== 1) return false;
  await webinars.changeStatus(id, 2);
  return true;
}

async function switchTo(isOn: boolean, place: Place, { ports: { webinars } }: Context): Promise<void> {
  const path = webinarOf(place).page?.broadcasterPath;
  if (path === undefined) return;
  const broadcaster = need(await webinars.readBroadcaster(path));
  if (broadcaster !== null && broadcaster.isOn !== isOn) await webinars.switchBroadcaster(path, isOn);
}

function webinarOf({ record: { webinar } }: Place): WebinarRecord {
  if (webinar === undefined) throw new Error('an act on a webinar in a slot that holds none');
  return webinar;
}
