// A teacher's clicks in a Pod with webinars, in memory: the row first, then the call, as the gateway notes it.
import { NOTHING_WANTED, toggleChat, wantStart, wantStop } from '../../../src/shared/wanted.js';
import type { Config } from '../../../src/tick/model.js';
import { addWebinar, createWebinars } from './webinars.js';
import { createWorld, hostOf, recordOf, type MemoryWorld } from './world.js';

/** The room of webinar N. */
export function roomOf(id: number): string {
  return id.toString(16).padStart(10, '0');
}

/** A server whose slots are the gateways 3, 4, … of a Pod with webinars; their events end in an hour. */
export function webinarWorld(changes: Partial<Config> = {}): MemoryWorld {
  const world = createWorld([{ podMode: 'webinar', podLiveGateways: [3, 4], numberOfLives: 2, ...changes }]);
  world.webinars = createWebinars(['webinar']);
  return world;
}

/** A webinar on the gateway of a slot, not begun. */
export function planWebinar(world: MemoryWorld, id: number, slot = 1): void {
  const endDate = new Date(world.clock.time + 3_600_000).toISOString();
  const webinar = { id, gatewayId: slot + 2, meetingId: `meeting-${id}`, name: `Webinaire ${id}`, endDate };
  addWebinar(world.webinars, webinar);
}

/** The owner opens the meeting, or asks for the live again: the meeting runs, the row is in progress, the gateway is called. */
export function clickStart(world: MemoryWorld, id: number, slot = 1): void {
  if (!world.bbb.running.has(`meeting-${id}`)) world.bbb.running.set(`meeting-${id}`, `internal-${id}`);
  setStatus(world, id, 1);
  callStart(world, id, slot);
}

/** As the gateway notes it. */
export function callStart(world: MemoryWorld, id: number, slot: number): void {
  const host = hostOf(world);
  const held = recordOf(world, slot);
  const isAnothers = held.ok && held.value !== null && held.value.meetingId !== `meeting-${id}`;
  const call = {
    room: roomOf(id),
    meetingId: `meeting-${id}`,
    rtmpDst: `rtmp://rtmp.univ.test/live/slot${slot}`,
    podHost: 'pod.univ.test',
    at: new Date(world.clock.time).toISOString(),
  };
  host.wanted.set(slot, wantStart(host.wanted.get(slot) ?? NOTHING_WANTED, call, isAnothers));
}

export function clickStop(world: MemoryWorld, id: number, slot = 1): void {
  callStop(world, id, slot);
  setStatus(world, id, 2);
}

/** As the gateway notes it. */
export function callStop(world: MemoryWorld, id: number, slot: number): void {
  const host = hostOf(world);
  const at = new Date(world.clock.time).toISOString();
  host.wanted.set(slot, wantStop(host.wanted.get(slot) ?? NOTHING_WANTED, roomOf(id), at));
}

/** Noted, as by a gateway whom no streamer heard. */
export function clickToggle(world: MemoryWorld, id: number, slot = 1): void {
  const host = hostOf(world);
  host.wanted.set(slot, toggleChat(host.wanted.get(slot) ?? NOTHING_WANTED, roomOf(id)));
}

/** `/stop`, then `/start`: as Pod's button does it. */
export function clickRestart(world: MemoryWorld, id: number, slot = 1): void {
  clickStop(world, id, slot);
  clickStart(world, id, slot);
}

export function setStatus(world: MemoryWorld, id: number, status: number): void {
  const row = world.webinars.rows.find((one) => one.id === id);
  if (row !== undefined) row.status = status;
}

export function endMeeting(world: MemoryWorld, id: number): void {
  world.bbb.running.delete(`meeting-${id}`);
}
