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
  warnings: string[];
}

/** Throws when that Moodle cannot be asked: that nobody is known is another thing. */
export async function moderatorsOf(recording: Recording, { ports, config }: Pick<Course, 'ports' | 'config'>): Promise<Moderators> {
  const entry = moodleEntryFor(recording, ports.moodles, config.ignoredServers);
  const moodle = (entry === null ? undefined : ports.moodles.get(entry)) ?? null;
  if (moodle === null) return { moderators: [], activities: [], moodle, warnings: [] };
  const activities = await moodle.activitiesOf(recording.id);
  const ids = new Set<number>();
  const warnings: string[] = [];
  for (const { id, participants } of activities) {
    const found = moderatorIds(participants);
    if ('fault' in found) warnings.push(`the participants of Moodle's activity ${id} cannot be read: ${found.fault}`);
    else for (const moderator of found.value) ids.add(moderator);
  }
  const moderators = ids.size === 0 ? [] : await moodle.users([...ids]);
  return { moderators, activities, moodle, warnings };
}
