// Who moderated a recorded meeting, as the Moodle knows in which it was held.
import { moodleEntryFor } from '../core/moodle-entry.js';
import { areModeratorsByRole, moderatorIds } from '../core/participants.js';
import type { BbbRecording, MoodleActivity, MoodleUser } from '../model.js';
import type { Moodle } from '../ports.js';
import type { Migration } from './way.js';

/** Why nobody is known: in a sentence, and in the words of the summary. */
export interface Gap {
  because: string;
  kind: string;
}

export interface Moderators {
  /** Each once; without those whom Moodle has deleted. */
  moderators: MoodleUser[];
  /** The activities that have the recording. */
  activities: MoodleActivity[];
  /** Where they are; null: no Moodle is to be asked about this recording. */
  moodle: Moodle | null;
  /** When there are no moderators. */
  gap: Gap;
  warnings: string[];
}

export const MOODLE_NOT_ASKED: Moderators = {
  moderators: [],
  activities: [],
  moodle: null,
  gap: { because: 'Moodle is not asked', kind: 'with Moodle not asked' },
  warnings: [],
};

/** Throws when that Moodle cannot be asked: that nobody is known is another thing. */
export async function moderatorsOf(
  recording: BbbRecording,
  { ports, config }: Pick<Migration, 'ports' | 'config'>,
): Promise<Moderators> {
  const entry = moodleEntryFor(recording, ports.moodles, config.ignoredServers);
  const moodle = (entry === null ? undefined : ports.moodles.get(entry)) ?? null;
  if (moodle === null) return { ...MOODLE_NOT_ASKED, gap: whyNoMoodle(recording, config.ignoredServers) };
  const activities = await activitiesOf(recording, moodle);
  const ids = new Set<number>();
  const warnings: string[] = [];
  for (const { id, participants } of activities) {
    const found = moderatorIds(participants);
    if ('fault' in found) warnings.push(`the participants of Moodle's activity ${id} cannot be read: ${found.fault}`);
    else for (const moderator of found.value) ids.add(moderator);
  }
  const moderators = ids.size === 0 ? [] : await moodle.users([...ids]);
  return { moderators, activities, moodle, gap: gapIn(activities, ids.size > 0), warnings };
}

/** Moodle has noted the recordID; of a meeting's only recording that is the internalMeetingID. */
async function activitiesOf({ id, internalId }: BbbRecording, moodle: Moodle): Promise<MoodleActivity[]> {
  const activities = await moodle.activitiesOf(id);
  return activities.length > 0 || internalId === id ? activities : moodle.activitiesOf(internalId);
}

function gapIn(activities: MoodleActivity[], areNamed: boolean): Gap {
  if (activities.length === 0) return { because: 'Moodle does not have it', kind: 'not in Moodle' };
  if (areNamed) return { because: 'Moodle has deleted its moderators', kind: 'moderators deleted in Moodle' };
  if (activities.some(({ participants }) => areModeratorsByRole(participants)))
    return { because: 'its Moodle activity names its moderators by role only', kind: 'moderators by role' };
  return { because: 'its Moodle activity names no moderator', kind: 'without a moderator in Moodle' };
}

function whyNoMoodle({ origin, originServerName }: BbbRecording, ignoredServers: string[]): Gap {
  if (ignoredServers.includes(originServerName))
    return { because: `${originServerName} is in IGNORED_SERVERS`, kind: 'from ignored servers' };
  const server = originServerName === '' ? 'a recording without origin server' : originServerName;
  return {
    because: `DB_PARAMS has no entry for ${server}${origin === '' ? '' : ` (${origin})`}`,
    kind: 'from servers without an entry in DB_PARAMS',
  };
}
