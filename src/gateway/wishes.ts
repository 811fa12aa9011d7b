// The calls that change what is wanted of a slot: start, stop, toggle the chat.
import { faultOf } from '../shared/files.js';
import type { SlotGateway } from '../shared/gateways-file.js';
import { controlChannel, controlMessage, redisChannel } from '../shared/slot-chat.js';
import { isAnothersLive } from '../shared/slot-occupant.js';
import type { WantedChange } from '../shared/wanted-file.js';
import { toggleChat, wantStart, wantStop, wishOf, type Wish } from '../shared/wanted.js';
import type { Call, CallOutcome, Refusal } from './model.js';
import type { GatewayPorts, Turn } from './ports.js';

const DONE: CallOutcome = { ok: true };

function refused(refusal: Refusal): CallOutcome {
  return { ok: false, refusal };
}

/** Enough to know a meeting by, and no key. */
export function shortened(room: string): string {
  return `${room.slice(0, 4)}…`;
}

/** Noted in any case; an error while it has to wait. Throws `DiskError`. */
export async function start(call: Extract<Call, { kind: 'start' }>, turn: Turn): Promise<CallOutcome> {
  const { ports, tell } = turn;
  const gateways = await ports.gateways();
  if (gateways === null) return refused('notSetUp');
  const gateway = gatewayFor(call, gateways);
  if (gateway === null) return refused(call.slot === null ? 'wrongStream' : 'unknownGateway');
  if (gateway.rtmpStreamUrl !== call.rtmpDst) return refused('wrongStream');
  const { slot } = gateway;
  const { room, meetingId, podHost, rtmpDst } = call;
  const said = { room, meetingId, podHost, rtmpDst, at: ports.now().toISOString() };
  const isOthers = isAnothersLive(await ports.occupant(slot), meetingId);
  const change = await ports.changeWanted(slot, (wanted) => wantStart(wanted, said, isOthers));
  await sign(slot, change, turn);
  const { current } = change.after;
  const waits = isOthers || current?.room !== room || current.meetingId !== meetingId;
  const what = `slot ${slot}: start of ${meetingId} (room ${shortened(room)}) for ${podHost}`;
  if (waits) tell('WARNING', `${what}: it waits, another live is in progress`);
  else tell('INFO', `${what}, generation ${current.generation}`);
  // At once: the next call may hide it again.
  if (change.before.current?.chatShown === false) await tellPicture(slot, room, turn);
  return waits ? refused('anotherLive') : DONE;
}

/** Pod 3.6 to 3.8.1 has one address for all its gateways: the one that streams there is meant, if it is one. */
function gatewayFor(
  { slot, rtmpDst }: { slot: number | null; rtmpDst: string },
  gateways: SlotGateway[],
): SlotGateway | null {
  const found = gateways.filter((one) => (slot === null ? one.rtmpStreamUrl === rtmpDst : one.slot === slot));
  return found.length === 1 ? (found[0] ?? null) : null;
}

/** A success whatever the room: on an error Pod leaves its live in progress. Throws `DiskError`. */
export async function stop(call: Extract<Call, { kind: 'stop' }>, turn: Turn): Promise<CallOutcome> {
  const { ports, tell } = turn;
  const slot = await slotOfRoom(call, ports);
  if (slot === null) {
    tell('INFO', `${slotText(call.slot)}stop of room ${shortened(call.room)}: nothing of it is wanted here`);
    return DONE;
  }
  const at = ports.now().toISOString();
  const change = await ports.changeWanted(slot, (wanted) => wantStop(wanted, call.room, at));
  await sign(slot, change, turn);
  tell(
    'INFO',
    `slot ${slot}: stop of ${wishOf(change.before, call.room)?.meetingId ?? ''} (room ${shortened(call.room)})`,
  );
  return DONE;
}

/** Throws `DiskError`. */
export async function toggle(call: Extract<Call, { kind: 'toggle' }>, turn: Turn): Promise<CallOutcome> {
  const { ports, tell } = turn;
  const slot = await slotOfRoom(call, ports);
  if (slot === null) return refused('noLive');
  const change = await ports.changeWanted(slot, (wanted) => toggleChat(wanted, call.room));
  const shown = wishOf(change.after, call.room)?.chatShown === true;
  tell('INFO', `slot ${slot}: chat of room ${shortened(call.room)} ${shown ? 'shown' : 'hidden'}`);
  turn.afterwards(() => tellPicture(slot, call.room, turn));
  return DONE;
}

/** The slot of which something is wanted for that room: the one that is named, or any; null: none. Throws `DiskError`. */
export async function slotOfRoom(
  { slot, room }: { slot: number | null; room: string },
  ports: GatewayPorts,
): Promise<number | null> {
  const slots = slot === null ? ((await ports.gateways()) ?? []).map((gateway) => gateway.slot) : [slot];
  for (const one of slots) if (wishOf(await ports.wanted(one), room) !== null) return one;
  return null;
}

export function slotText(slot: number | null): string {
  return slot === null ? '' : `slot ${slot}: `;
}

/** That a tick is not run at once is no harm: the next one comes within the minute. */
async function sign(slot: number, { before, after }: WantedChange, { ports, tell }: Turn): Promise<void> {
  if (isSame(before.current, after.current) && isSame(before.queued, after.queued)) return;
  try {
    await ports.sign(slot, after.generation);
  } catch (error) {
    tell('WARNING', `slot ${slot}: no tick can be run at once: ${faultOf(error)}`);
  }
}

function isSame(one: Wish | null, other: Wish | null): boolean {
  return one?.generation === other?.generation && one?.want === other?.want && one?.room === other?.room;
}

/** Tells the streamer of that room's live, if it is in progress, what its picture is to show. Throws nothing. */
async function tellPicture(slot: number, room: string, { ports, tell }: Turn): Promise<void> {
  try {
    const [{ current }, occupant] = [await ports.wanted(slot), await ports.occupant(slot)];
    if (current?.room !== room || occupant.kind !== 'live') return;
    if (occupant.live.step !== 'live' || occupant.live.meetingId !== current.meetingId) return;
    const channel = controlChannel(redisChannel(slot));
    const listeners = await ports.publish(slot, channel, controlMessage(current.chatShown));
    if (listeners > 0) return;
    tell('WARNING', `slot ${slot}: the streamer does not listen: its picture changes when it is started again`);
  } catch (error) {
    tell('WARNING', `slot ${slot}: its picture changes when it is started again: ${faultOf(error)}`);
  }
}
