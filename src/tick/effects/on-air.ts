// A live on the air: since when, how often its container was started again, and why viewers see nothing.
import { rtmpTarget } from '../plan/names.js';
import { oneMoreRestart } from '../plan/on-air/restarts.js';
import { inform, note, type Act } from './act.js';

export const noteRestart: Act<'noteRestart'> = async (_effect, place, context) => ({
  record: await note(place, oneMoreRestart(place.record, context.ports.clock.now()), context),
});

/** How long the teacher has waited is known of lives that this version has started. */
export const noteOnAir: Act<'noteOnAir'> = async (_effect, place, context) => {
  const now = context.ports.clock.now();
  const { askedAt, upAt } = place.record;
  const seconds = Math.round((now.getTime() - Date.parse(askedAt ?? '')) / 1000);
  const isKnown = upAt !== undefined && seconds >= 0;
  inform(place, isKnown ? `on the air, ${seconds} s after it was asked for` : 'on the air', context);
  return { record: await note(place, { onAirAt: now.toISOString() }, context) };
};

/** What cannot be asked is said, and holds up nothing. */
export const explainSilence: Act<'explainSilence'> = async (effect, place, context) => {
  const { compose, streams } = context.ports;
  const [lines, rtmp] = await Promise.all([
    compose.lastLines(place.slot),
    streams.askRtmp(rtmpTarget(place.record, context.config)),
  ]);
  const said = lines.length === 0 ? 'its container has said nothing' : `its container said last: ${lines.join(' | ')}`;
  const detail = `${effect.found}; the RTMP server ${rtmp}; ${said}; ${effect.next}`;
  const { livestreamId, slot } = place;
  context.tell({ level: 'error', livestreamId, slot, problem: { kind: 'streamSilent', detail } });
  return { record: place.record };
};
