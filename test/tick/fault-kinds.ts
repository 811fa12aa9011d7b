// The ways in which calls to the outside fail.
import type { Fault, Intervention } from '../support/memory/session.js';

/** How a call of a port goes wrong. `after`: it was done, and only its answer is faulty. */
export interface FaultKind {
  name: string;
  intervention: Intervention;
  moment: 'before' | 'after';
}

export function kind(name: string, fault: Fault, moment: 'before' | 'after' = 'before'): FaultKind {
  return { name, intervention: { fault }, moment };
}

export const BUG: FaultKind = {
  name: 'an unforeseen exception',
  intervention: { bug: new TypeError('x is undefined') },
  moment: 'before',
};

export const OF_POD = [
  kind('no connection', { kind: 'podUnreadable' }),
  kind('answer lost', { kind: 'podUnreadable' }, 'after'),
  kind('400', { kind: 'podUnreadable', certain: true, status: 400 }),
  kind('401', { kind: 'podRefused', certain: true, status: 401 }),
  kind('404', { kind: 'podUnreadable', certain: true, status: 404 }),
  kind('429', { kind: 'podUnreadable', certain: true, status: 429 }),
  kind('500', { kind: 'podUnreadable', status: 500 }),
];
export const OF_BBB = [
  kind('no connection', { kind: 'bbbUnreadable' }),
  kind('garbage', { kind: 'bbbUnreadable' }, 'after'),
  BUG,
];
export const OF_DISK = [
  kind('disk full', { kind: 'diskFailed' }),
  kind('written, but not synced', { kind: 'diskFailed' }, 'after'),
  BUG,
];
export const OF_DOCKER = [
  kind('no daemon', { kind: 'dockerUnreadable' }),
  kind('refused', { kind: 'dockerUnreadable', certain: true }),
  kind('timed out, but done', { kind: 'stopFailed' }, 'after'),
  BUG,
];
export const OF_RECORDINGS = [
  kind('no permission', { kind: 'recordingFailed' }),
  kind('failed at its end', { kind: 'recordingFailed' }, 'after'),
  BUG,
];
