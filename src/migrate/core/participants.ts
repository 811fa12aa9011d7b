// Who moderates a Moodle activity: its column `participants`, as mod_bigbluebuttonbn writes it.
import { isMapping, parseJson, type Parsed } from '../../shared/decoder.js';

/**
 * The Moodle user ids of the moderators that are named one by one. Moderators by role, or "all", are nobody in particular:
 * the original leaves them to the administrator. Nothing (NULL, empty) is no moderator; what is no list is a fault.
 */
export function moderatorIds(participants: string | null): Parsed<number[]> {
  const listed = moderatorsIn(participants);
  if ('fault' in listed) return listed;
  const ids = listed.value.flatMap((entry) => {
    const id = entry['selectiontype'] === 'user' ? Number(entry['selectionid']) : NaN;
    return Number.isSafeInteger(id) && id > 0 ? [id] : [];
  });
  return { value: [...new Set(ids)] };
}

/** Whether there are moderators by role, or all are. */
export function areModeratorsByRole(participants: string | null): boolean {
  const listed = moderatorsIn(participants);
  return 'value' in listed && listed.value.some(({ selectiontype }) => selectiontype !== 'user');
}

function moderatorsIn(participants: string | null): Parsed<Record<string, unknown>[]> {
  if (participants === null || participants.trim() === '') return { value: [] };
  const parsed = parseJson(participants);
  if ('fault' in parsed) return parsed;
  // PHP writes a list with gaps as an object.
  const list: unknown = isMapping(parsed.value) ? Object.values(parsed.value) : parsed.value;
  if (!Array.isArray(list)) return { fault: 'it is not a list' };
  return { value: list.filter(isMapping).filter(({ role }) => role === 'moderator') };
}
