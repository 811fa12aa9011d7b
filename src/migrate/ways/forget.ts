// --forget: takes back what --use-import-video has put into Pod, or, with --all, everything that came from that BBB server.
import type { FreshEntry, Journal } from '../journal.js';
import type { ExternalRow, ImportEntry } from '../model.js';
import { MigrationError } from '../ports.js';
import { faultsOf, type Check, type Course } from './way.js';

const WAYS = ['import-video', 'import-video+moodle'] as const;

export const checkForget: Check = async ({ ports: { pod, screen }, choice }) => {
  const isMute = !choice.dry && !choice.yes && !screen.canAsk;
  return [
    ...(isMute ? ['there is no terminal to ask on: add --yes to delete without a question'] : []),
    ...(await faultsOf(() => pod.check(choice.dry ? null : 'DELETE'))),
  ];
};

/** Answers a sentence on what was done. */
export async function forget({ ports, config, choice, journal }: Course): Promise<string> {
  const begun = WAYS.flatMap((way) => journal.entries(way));
  const isKnown = knownRows(begun);
  const rows = await ports.pod.externalRowsBeginningWith(config.bbbServerUrl);
  const chosen = choice.all ? rows : rows.filter(isKnown);
  const uploaded = chosen.filter(({ isUploaded }) => isUploaded).length;
  const all = `${rows.length} row${rows.length === 1 ? '' : 's'} of Pod's video import begin with ${config.bbbServerUrl}`;
  ports.screen.line(
    `${all}; ${choice.all ? 'all of them' : `${chosen.length} of them, which the journal knows,`} are to be deleted.`,
  );
  ports.screen.line(`Users have already made a video of ${uploaded} of these; the videos stay.`);
  const known = lastOf(begun).filter(({ step }) => step !== 'forgotten');
  // BBB may have given a recording other addresses since: its rows are where they were.
  const here = known.filter(({ recording }) =>
    journal.importedAt(recording).some((address) => address.startsWith(config.bbbServerUrl)),
  );
  const elsewhere = known.length - here.length;
  if (elsewhere > 0)
    ports.screen.line(
      `The journal knows ${elsewhere} more of this server, whose addresses begin otherwise: they stay.`,
    );
  const forgotten = forgottenBy(chosen, rows, here, journal);
  if (chosen.length === 0 && (forgotten.length === 0 || choice.dry)) return 'Nothing to forget.';
  if (choice.dry) return `${chosen.length} would be deleted.`;
  if (!choice.yes && chosen.length > 0) {
    const isAgreed = await ports.screen.ask(`Delete ${chosen.length} row${chosen.length === 1 ? '' : 's'}?`);
    if (!isAgreed || ports.endAsked()) return 'Nothing was deleted.';
  }
  if (!(await ports.pod.takeTurn()))
    throw new MigrationError('another migration writes to this Pod now: wait for its end; nothing was deleted');
  // First, so that a run that is killed between leaves rows that the next import looks for, and the next --forget knows.
  for (const entry of forgotten) await journal.note(entry);
  if (chosen.length === 0) return 'No row is left to be deleted; the next import begins anew.';
  const deleted = await ports.pod.removeExternalRows(chosen.map(({ id }) => id));
  return `${deleted} row${deleted === 1 ? ' was' : 's were'} deleted.`;
}

/** Rows that this program has made: a URL and an owner of a line of the journal. */
function knownRows(entries: ImportEntry[]): (row: ExternalRow) => boolean {
  const known = new Set(entries.flatMap(({ sourceUrl, owners }) => owners.map((owner) => `${owner} ${sourceUrl}`)));
  return ({ ownerId, sourceUrl }) => ownerId !== null && known.has(`${ownerId} ${sourceUrl}`);
}

/** What the journal says of recordings of which rows go now, or are gone already: the next import is to look for them again. */
function forgottenBy(
  chosen: ExternalRow[],
  rows: ExternalRow[],
  entries: ImportEntry[],
  journal: Journal,
): FreshEntry[] {
  const ownersByUrl = new Map<string, number[]>();
  for (const { sourceUrl, ownerId } of chosen)
    ownersByUrl.set(sourceUrl, [...(ownersByUrl.get(sourceUrl) ?? []), ...(ownerId === null ? [] : [ownerId])]);
  const going = new Set(chosen);
  const staying = new Set(rows.filter((row) => !going.has(row)).map(({ sourceUrl }) => sourceUrl));
  return entries.flatMap(({ way, recording, sourceUrl }) => {
    const addresses = journal.importedAt(recording);
    const emptied = addresses.filter((address) => ownersByUrl.has(address));
    if (emptied.length === 0 && addresses.some((address) => staying.has(address))) return [];
    const forgotten = (address: string): FreshEntry => ({
      way,
      recording,
      sourceUrl: address,
      owners: ownersByUrl.get(address) ?? [],
      step: 'forgotten',
    });
    return (emptied.length > 0 ? emptied : [sourceUrl]).map(forgotten);
  });
}

/** The last line of each recording in each way. */
function lastOf(entries: ImportEntry[]): ImportEntry[] {
  return [...new Map(entries.map((entry) => [`${entry.way} ${entry.recording}`, entry])).values()];
}
