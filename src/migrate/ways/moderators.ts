// Who moderated a recorded meeting, as the Moodle knows in which it was held.
import { moodleEntryFor } from '../core/moodle-entry.js';
import { moderatorIds } from '../core/participants.js';
import type { MoodleActivity, MoodleUser, Recording } from '../model.js';
import type { Moodle } from '../ports.js';
import type { Course } from './way.js';

export interface Moderators {
  /** Each once; without those whom Moodle has deleted. */
  moderators: MoodleUser[];
  /** The activities that have the recording. */
  activities: MoodleActivity[];
  /** Where they are; null: no Moodle is to be asked about this recording. */
  moodle: Moodle | null;
  /** When there are no moderators: why. */
  because: string;
  warnings: string[];
}

/** Throws when that Moodle cannot be asked: that nobody is known is another thing. */
export async function moderatorsOf(
  recording: Recording,
  { ports, config }: Pick<Course, 'ports' | 'config'>,
): Promise<Moderators> {
  const entry = moodleEntryFor(recording, ports.moodles, config.ignoredServers);
  const moodle = (entry === null ? undefined : ports.moodles.get(entry)) ?? null;
  if (moodle === null)
    return {
      moderators: [],
      activities: [],
      moodle,
      because: whyNoMoodle(recording, config.ignoredServers),
      warnings: [],
    };
  const activities = await moodle.activitiesOf(recording.id);
  const ids = new Set<number>();
  const warnings: string[] = [];
  for (const { id, participants } of activities) {
    const found = moderatorIds(participants);
    if ('fault' in found) warnings.push(`the participants of Moodle's activity ${id} cannot be read: ${found.fault}`);
    else for (const moderator of found.value) ids.add(moderator);
  }
  const moderators = ids.size === 0 ? [] : await moodle.users([...ids]);
  const because = activities.length === 0 ? 'Moodle does not have it' : 'its Moodle activity names no moderator';
  return { moderators, activities, moodle, because, warnings };
}

function whyNoMoodle({ origin, originServerName }: Recording, ignoredServers: string[]): string {
  if (ignoredServers.includes(originServerName)) return `${originServerName} is in IGNORED_SERVERS`;
  const server = originServerName === '' ? 'a recording without origin server' : originServerName;
  return `DB_PARAMS has no entry for ${server}${origin === '' ? '' : ` (${origin})`}`;
}
