// The claim: how one of several servers that share Pod's queue comes to start a request, and only one of them.
//
// Words. A *claim* is the broadcaster of a request, created under the request's names: Pod refuses a second one of the same
// name, and nothing else in its API is atomic. A *left-over* is a broadcaster of these names, playlist and building that no
// live in progress and no slot file of ours has: our own of a crash, or another server's claim in the making. A *rival* is
// a left-over under any of the names that the live may bear, or a namesake with another playlist that was not seen long ago.
// A claim is *contested* when its names alone do not prove that nobody else claims: it took a left-over, or has other names
// than the plain ones, or stood beside a rival. A *sighting* is when a left-over was first seen; it is kept in memory.json.
//
// Two servers, one request, at the same moment:
//
//   A: create "[BBB] X" ── 201 ── look for rivals: none ── row still waits ── PATCH (status 1, server A) ── up
//   B: create "[BBB] X" ── 400 ── look: "[BBB] X" is a left-over, seen just now ── sighting, wait for the next tick
//   B, next tick: the row is in progress on A: nothing to do.
//   If A died between 201 and PATCH: B sees the left-over again, SIGHTING_SETTLED_MS after it was first seen, and takes it.
//
// Why each step is safe:
// - Whoever gets the 201 under the plain names is alone: all others get the 400.
// - Two that saw different broadcasters may create under different names ("X", "X (12)"). Each looks for rivals *after* its
//   own creation, so at least one sees the other, and steps back.
// - A claim that was not told to Pod within CLAIM_LIFETIME_MS is taken back and not told: after SIGHTING_SETTLED_MS no claim
//   in the making can be older, so a left-over seen for so long is nobody's.
// - Taking a left-over is not atomic, and a contested claim may have a twin. Both PATCH; Pod keeps the last. After `settleMs`,
//   longer than anybody's way from a look to its PATCH, the row names the one that goes on; the other takes its claim back.
// - Nothing that was looked at longer than LOOK_LIFETIME_MS ago is acted on where a claim may be contested.
// A server that is alone (NUMBER_SERVERS=1) has no rivals: it takes left-overs at once and waits for nothing.
import type { SlotRecord } from '../../model.js';
import type { Following, Found, Standing } from './found.js';
import { afterBegin, afterCreate, afterLook, claimOf } from './making.js';
import { afterRemovalLook } from './removal.js';
import { afterRow, afterRowAgain, told } from './telling.js';

/** What follows from what an act of a claim found out. */
export function following(found: Found, record: SlotRecord, standing: Standing): Following {
  switch (found.of) {
    case 'begin':
      return afterBegin(record, standing);
    case 'look':
      return afterLook(found.because, found.around, found.lookedAt, record, standing);
    case 'take':
      return { change: claimOf(found.leftOver, found.lookedAt) };
    case 'create':
      return afterCreate(found.answer, found, standing);
    case 'row':
      return afterRow(found, record, standing);
    case 'patch':
      return told(record, standing);
    case 'row again':
      return afterRowAgain(found, record, standing);
    case 'removal':
      return afterRemovalLook(found, record, standing);
    case 'delete':
      return { change: { broadcasterRemoved: true } };
  }
}
