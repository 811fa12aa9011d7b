// SCRIPT_INFORM: a word in Moodle, once in the description of each activity whose recordings went to Pod.
import type { Moderators } from './moderators.js';
import type { Course } from './way.js';

/** What this run has learnt of the Moodles. */
export interface Sayings {
  /** They do not let themselves be written to: the account is read-only, usually. */
  refusing: Set<Moderators['moodle']>;
}

/** A Moodle that cannot be written to is a warning, once: the rows in Pod are what counts. `informed`: nothing is left to be said. */
export async function sayInMoodle(
  { moodle, activities }: Moderators,
  sayings: Sayings,
  { config }: Pick<Course, 'config'>,
): Promise<{ informed: boolean; warnings: string[] }> {
  if (moodle === null || activities.length === 0) return { informed: true, warnings: [] };
  if (config.inform === '' || sayings.refusing.has(moodle)) return { informed: false, warnings: [] };
  try {
    for (const { id } of activities) await moodle.appendToIntro(id, config.inform);
    return { informed: true, warnings: [] };
  } catch (error) {
    sayings.refusing.add(moodle);
    return { informed: false, warnings: [`SCRIPT_INFORM is not written to Moodle: ${(error as Error).message}`] };
  }
}
