// SCRIPT_INFORM: a word in Moodle, once in the description of each activity whose recordings went to Pod.
import type { Moderators } from './moderators.js';
import type { Course } from './way.js';

/** What this run has learnt of the Moodles. */
export interface Sayings {
  /** They do not let themselves be written to: the account is read-only, usually. */
  refusing: Set<Moderators['moodle']>;
}

export interface Saying {
  /** Nothing is left to be said. */
  informed: boolean;
  /** Added to what is said of the recording; empty when Moodle was not changed. */
  said: string;
  warnings: string[];
}

/** A Moodle that cannot be written to is a warning, once: the rows in Pod are what counts. */
export async function sayInMoodle(
  { moodle, activities }: Moderators,
  sayings: Sayings,
  { config }: Pick<Course, 'config'>,
): Promise<Saying> {
  if (moodle === null || activities.length === 0) return { informed: true, said: '', warnings: [] };
  if (config.inform === '' || sayings.refusing.has(moodle)) return { informed: false, said: '', warnings: [] };
  let appended = 0;
  try {
    for (const { id } of activities) if (await moodle.appendToIntro(id, config.inform)) appended += 1;
    return { informed: true, said: appended > 0 ? ', and said in Moodle' : '', warnings: [] };
  } catch (error) {
    sayings.refusing.add(moodle);
    return {
      informed: false,
      said: '',
      warnings: [`SCRIPT_INFORM is not written to Moodle: ${(error as Error).message}`],
    };
  }
}

/** Whether some activity does not have the text yet. */
export function isUnsaidInMoodle({ moodle, activities }: Moderators, { config }: Pick<Course, 'config'>): boolean {
  return (
    moodle !== null && config.inform !== '' && activities.some(({ intro }) => intro?.includes(config.inform) !== true)
  );
}
