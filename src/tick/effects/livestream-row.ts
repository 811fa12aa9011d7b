// Telling Pod of an end: a live's row stopped or given back, a request closed. The row is read again before it is changed;
// whether it may be changed is decided in plan/rows.ts.
import { closedRow, givenBackRow, stoppedRow } from '../plan/rows.js';
import { inform, need, type Act, type Context } from './act.js';

/** The end, with its instant; a row that is not this live's any more is left alone. */
export const tellPodStopped: Act<'tellPodStopped'> = async (_effect, place, context) => {
  const row = need(await context.ports.pod.readLivestream(place.livestreamId));
  const { change, remark } = stoppedRow(row, place.record.endedAt, place.slot, context.config);
  if (change !== null) await context.ports.pod.changeLivestream(place.livestreamId, change);
  if (remark !== null) inform(place, remark, context);
  return { record: place.record };
};

/** The request waits again, as if it had never been started. */
export const tellPodGivenBack: Act<'tellPodGivenBack'> = async (_effect, place, context) => {
  const row = need(await context.ports.pod.readLivestream(place.livestreamId));
  const change = givenBackRow(row, place.slot, context.config);
  if (change !== null) await context.ports.pod.changeLivestream(place.livestreamId, change);
  return { record: place.record };
};

/** A request whose meeting is over: stopped without a start, unless somebody has started it meanwhile. */
export async function closeRequest(livestreamId: number, endedAt: string, context: Context): Promise<void> {
  const change = closedRow(need(await context.ports.pod.readLivestream(livestreamId)), endedAt);
  if (change === null) return;
  await context.ports.pod.changeLivestream(livestreamId, change);
  const detail = `livestream ${livestreamId} was asked for a meeting that BBB says is over`;
  context.tell({ level: 'notice', livestreamId, slot: null, problem: { kind: 'requestClosed', detail } });
}
