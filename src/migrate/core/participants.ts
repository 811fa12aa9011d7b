// Who moderates a Moodle activity: its column `participants`, as mod_bigbluebuttonbn writes it.
import { isMapping, parseJson, type Parsed } from '../../shared/decoder.js';

/**
 * The Moodle user ids of the moderators that are named one by one. Moderators by role, or "all", are nobody in particular:
 * the original leaves them to the administrator. Nothing (NULL, empty) is no moderator; what is no list is a fault.
 */
export function moderatorIds(participants: string | null): Parsed<number[]> {
  if (participants === null || participants.trim() === '') return { value: [] };
  const parsed = parseJson(participants);
  if ('fault' in parsed) return parsed;
  // PHP writes a list with gaps as an object.
  const list: unknown = isMapping(parsed.value) ? Object.values(parsed.value) : parsed.value;
  if (!Array.isArray(list)) return { fault: 'it is not a list' };
  const ids = list.flatMap((entry: unknown) => {
    if (!isMapping(entry) || entry['selectiontype'] !== 'user' || entry['role'] !== 'moderator') return [];
    const id = Number(entry['selectionid']);
    return Number.isSafeInteger(id) && id > 0 ? [id] : [];
  });
  return { value: [...new Set(ids)] };
}
