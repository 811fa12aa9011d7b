// --use-export-csv: a table of the recordings, with Moodle's moderators if asked; nothing else is changed anywhere.
import { csvHeader, csvRow } from '../core/csv-row.js';
import { describePerson } from '../core/people.js';
import type { MoodleUser, NumberedRecording, RecordingOutcome } from '../model.js';
import { moderatorsOf } from './moderators.js';
import { faultsOf, outcome, type Begin, type Check, type Migration } from './way.js';

export const checkExport: Check = async ({ ports, choice }) => {
  const faults = await faultsOf(ports.csv.check);
  if (!choice.useMoodle) return faults;
  for (const moodle of ports.moodles.values()) faults.push(...(await faultsOf(moodle.check)));
  return faults;
};

export const beginExport: Begin = async (migration) => {
  const { ports, choice } = migration;
  if (!choice.dry) await ports.csv.begin(csvHeader(choice.useMoodle));
  let rows = 0;
  return {
    migrate: async (numbered) => {
      const exported = await exportOne(numbered, migration);
      rows += 1;
      return exported;
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
async function exportOne({ recording }: NumberedRecording, migration: Migration): Promise<RecordingOutcome> {
  const { ports, config, choice } = migration;
  const found = choice.useMoodle
    ? await moderatorsOf(recording, migration).catch((error: unknown) => ({ fault: (error as Error).message }))
    : null;
  const isUnknown = found !== null && 'fault' in found;
  const owners: MoodleUser[] | null = isUnknown ? [] : (found?.moderators ?? null);
  if (!choice.dry) await ports.csv.row(csvRow(recording, config.timeZone, owners));
  if (isUnknown) return outcome('failed', `its row has no owners: ${found.fault}`);
  const of = owners === null || owners.length === 0 ? '' : `, of ${owners.map(describePerson).join(', ')}`;
  const said = choice.dry ? `would be a row of ${choice.output}${of}` : `a row${of}`;
  return outcome(choice.dry ? 'planned' : 'done', said, found?.warnings);
}
