// What the recording and the chat of a live in progress say of it: told, remembered, noted.
import type { Effect, SlotReading, SlotRecord } from '../../model.js';
import { complain, stateOf, watch, watchedOf, type Draft } from '../draft.js';
import { opinionOfChat } from './chat.js';
import { opinionOfRecording } from './recording.js';

/** What of it goes to the slot file; the rest is added to the draft. */
export function planSigns(reading: SlotReading, record: SlotRecord, draft: Draft): Effect[] {
  planRecording(reading, record, draft);
  return planChat(reading, record, draft);
}

/** The container waits for its meeting: only while that runs is something to be recorded. */
function planRecording({ slot, recordings }: SlotReading, record: SlotRecord, draft: Draft): void {
  if (recordings?.ok === false) complain(draft, recordings.problem, record.livestreamId, slot);
  if (recordings?.ok !== true || stateOf(record, draft.world) !== 'running') return;
  const watched = watchedOf(record.livestreamId, draft.world);
  const { problem, stalledBytes } = opinionOfRecording(recordings.value, record, watched, draft.world.now);
  if (problem !== null) complain(draft, problem, record.livestreamId, slot);
  watch(draft, record.livestreamId, { stalledBytes: stalledBytes ?? null });
}

function planChat({ slot, chat }: SlotReading, record: SlotRecord, draft: Draft): Effect[] {
  if (chat?.ok === false) complain(draft, chat.problem, record.livestreamId, slot);
  if (chat?.ok !== true) return [];
  const { now } = draft.world;
  const watched = watchedOf(record.livestreamId, draft.world);
  const { problem, isNewlyHeard, deafSince } = opinionOfChat(chat.value, record, watched, slot, now);
  if (problem !== null) complain(draft, problem, record.livestreamId, slot);
  watch(draft, record.livestreamId, { deafSince: deafSince ?? null });
  return isNewlyHeard ? [{ do: 'noteChatHeard', heardAt: now.toISOString() }] : [];
}
