// A viewer's message on its way into the meeting's chat.
import { LONGEST_SENT, partsOf } from '../shared/chat-text.js';
import { faultOf } from '../shared/files.js';
import { redisChannel } from '../shared/slot-chat.js';
import type { Call, CallOutcome } from './model.js';
import type { GatewayPorts, Turn } from './ports.js';
import { shortened, slotOfRoom } from './wishes.js';

/** Only for the room of a live that is in progress: Pod sends no token with these. Throws `DiskError`. */
export async function message(
  { slot: named, room, text }: Extract<Call, { kind: 'message' }>,
  { ports, tell }: Turn,
): Promise<CallOutcome> {
  const slot = await slotOfRoom({ slot: named, room }, ports);
  const meetingId = slot === null ? null : await meetingOnAir(slot, room, ports);
  if (slot === null || meetingId === null) return { ok: false, refusal: 'noLive' };
  const fault = await deliver(slot, meetingId, text, ports);
  if (fault === null) {
    tell('INFO', `slot ${slot}: a message for the chat of ${meetingId} (room ${shortened(room)})`);
    return { ok: true };
  }
  tell('WARNING', `slot ${slot}: a message for the chat of ${meetingId} was lost: ${fault}`);
  return { ok: false, refusal: 'chatFailed' };
}

async function meetingOnAir(slot: number, room: string, ports: GatewayPorts): Promise<string | null> {
  const [{ current }, occupant] = [await ports.wanted(slot), await ports.occupant(slot)];
  if (current?.room !== room || current.want !== 'start') return null;
  const isOnAir = occupant.kind === 'live' && occupant.live.step === 'live';
  return isOnAir && occupant.live.meetingId === current.meetingId ? current.meetingId : null;
}

/** By BigBlueButton itself, from 3.0 on; before that by the streamer, which types it. Answers what went wrong, or null. */
async function deliver(slot: number, meetingId: string, text: string, ports: GatewayPorts): Promise<string | null> {
  for (const [index, part] of partsOf(text, LONGEST_SENT).entries()) {
    const outcome = await ports.sendChat(meetingId, part);
    if (outcome.kind === 'sent') continue;
    if (outcome.kind === 'failed') return outcome.why;
    return index === 0 ? publish(slot, text, ports) : 'BigBlueButton took the first part of it only';
  }
  return null;
}

async function publish(slot: number, text: string, ports: GatewayPorts): Promise<string | null> {
  try {
    return (await ports.publish(slot, redisChannel(slot), text)) > 0 ? null : 'no streamer listens to the chat';
  } catch (error) {
    return `the chat's Redis: ${faultOf(error)}`;
  }
}
