// Pod's `server` field: `<server number>/<slot>`, compared as two numbers (`11/2` is not server 1's).
import type { Config, Livestream } from '../model.js';

/** The field for a slot of this server. */
export function serverField(slot: number, config: Config): string {
  return `${config.serverNumber}/${slot}`;
}

/** The slot that a row names, if it is one of this server's; else null. */
export function ownSlot(server: string | null, config: Config): number | null {
  const match = /^\s*(\d{1,9})\s*\/\s*(\d{1,9})\s*$/.exec(server ?? '');
  if (match === null || Number(match[1]) !== config.serverNumber) return null;
  const slot = Number(match[2]);
  return slot >= 1 ? slot : null;
}

/** Rows of this server, by slot. */
export function ownRows(rows: Livestream[], config: Config): Map<number, Livestream[]> {
  const bySlot = new Map<number, Livestream[]>();
  for (const row of rows) {
    const slot = ownSlot(row.server, config);
    if (slot !== null) bySlot.set(slot, [...(bySlot.get(slot) ?? []), row]);
  }
  return bySlot;
}

/** True for a row in progress on this slot. */
export function isOwnRow(row: Livestream | null, slot: number, config: Config): boolean {
  return row?.status === 1 && ownSlot(row.server, config) === slot;
}

/** True for a row that still waits: status 0 and nobody's. */
export function isStillWaiting(row: Livestream): boolean {
  return row.status === 0 && (row.server === null || row.server.trim() === '');
}

/** Servers that share a Pod look at its queue one after the other, spread over the minute. */
export function delayMs({ serverNumber, numberOfServers }: Config): number {
  return Math.floor(((serverNumber - 1) * 60) / numberOfServers) * 1000;
}
