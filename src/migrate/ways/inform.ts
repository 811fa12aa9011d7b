// SCRIPT_INFORM: a text in Moodle, once in the description of each activity whose recordings went to Pod.
import type { Moderators } from './moderators.js';
import type { Migration } from './way.js';

/** The Moodles that this run has found not to let themselves be written to: the account is read-only, usually. */
export type ReadOnlyMoodles = Set<Moderators['moodle']>;

export interface Informing {
  /** Nothing is left to be said. */
  informed: boolean;
  /** Added to what is said of the recording; empty when Moodle was not changed. */
  said: string;
  warnings: string[];
}

/** A Moodle that cannot be written to is a warning, once: the rows in Pod are what counts. */
export async function informMoodle(
  { moodle, activities }: Moderators,
  readOnly: ReadOnlyMoodles,
  { config }: Pick<Migration, 'config'>,
): Promise<Informing> {
  if (moodle === null || activities.length === 0) return { informed: true, said: '', warnings: [] };
  if (config.inform === '' || readOnly.has(moodle)) return { informed: false, said: '', warnings: [] };
  let appended = 0;
  try {
    for (const { id } of activities) if (await moodle.appendToIntro(id, config.inform)) appended += 1;
    return { informed: true, said: appended > 0 ? ', and said in Moodle' : '', warnings: [] };
  } catch (error) {
    readOnly.add(moodle);
    return {
      informed: false,
      said: '',
      warnings: [`SCRIPT_INFORM is not written to Moodle: ${(error as Error).message}`],
    };
  }
}

/** Whether some activity does not have the text yet. */
export function isUninformed({ moodle, activities }: Moderators, { config }: Pick<Migration, 'config'>): boolean {
  return (
    moodle !== null && config.inform !== '' && activities.some(({ intro }) => intro?.includes(config.inform) !== true)
  );
}
