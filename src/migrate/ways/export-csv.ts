// --use-export-csv: a table of the recordings, with Moodle's moderators if asked; nothing else is changed anywhere.
import { csvHeader, csvRow } from '../core/csv-row.js';
import { describePerson } from '../core/people.js';
import type { MoodleUser, NumberedRecording, Outcome } from '../model.js';
import { moderatorsOf } from './moderators.js';
import { faultsOf, type Begin, type Check, type Course } from './way.js';

export const checkExport: Check = async ({ ports, choice }) => {
  const faults = await faultsOf(ports.csv.check);
  if (!choice.useMoodle) return faults;
  for (const moodle of ports.moodles.values()) faults.push(...(await faultsOf(moodle.check)));
  return faults;
};

export const beginExport: Begin = async (course) => {
  const { ports, choice } = course;
  if (!choice.dry) await ports.csv.begin(csvHeader(choice.useMoodle));
  let rows = 0;
  return {
    treat: async (numbered) => {
      const outcome = await exportOne(numbered, course);
      rows += 1;
      return outcome;
    },
    finish: async (isCutShort) => {
      if (choice.dry) return null;
      if (isCutShort) {
        await ports.csv.abandon();
        return 'No CSV file was written: it would not be whole.';
      }
      await ports.csv.finish();
      return `The CSV file is ${choice.output} (${rows} row${rows === 1 ? '' : 's'}).`;
    },
  };
};

/** Without its owners a recording has a row all the same, but counts as failed: the column does not say that it is incomplete. */
async function exportOne({ recording }: NumberedRecording, course: Course): Promise<Outcome> {
  const { ports, config, choice } = course;
  const found = choice.useMoodle
    ? await moderatorsOf(recording, course).catch((error: unknown) => ({ fault: (error as Error).message }))
    : null;
  const isUnknown = found !== null && 'fault' in found;
  const owners: MoodleUser[] | null = isUnknown ? [] : (found?.moderators ?? null);
  if (!choice.dry) await ports.csv.row(csvRow(recording, config.timeZone, owners));
  if (isUnknown) return { result: 'failed', said: `its row has no owners: ${found.fault}`, warnings: [] };
  const of = owners === null || owners.length === 0 ? '' : `, of ${owners.map(describePerson).join(', ')}`;
  const said = choice.dry ? `would be a row of ${choice.output}${of}` : `a row${of}`;
  return { result: choice.dry ? 'planned' : 'done', said, warnings: found?.warnings ?? [] };
}
