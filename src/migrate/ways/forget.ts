// --forget: takes back what --use-import-video has put into Pod, or, with --all, everything that came from that BBB server.
import type { FreshEntry, Journal } from '../journal.js';
import type { ExternalRow, ImportEntry } from '../model.js';
import { MigrationError } from '../ports.js';
import { faultsOf, type Check, type Migration } from './way.js';

const WAYS = ['import-video', 'import-video+moodle'] as const;

export const checkForget: Check = async ({ ports: { pod, screen }, choice }) => {
  const isMute = !choice.dry && !choice.yes && !screen.canAsk;
  return [
    ...(isMute ? ['there is no terminal to ask on: add --yes to delete without a question'] : []),
    ...(await faultsOf(() => pod.check(choice.dry ? [] : ['DELETE']))),
  ];
};

/** Answers a sentence on what was done. */
export async function forget(migration: Migration): Promise<string> {
  const { ports, choice, journal } = migration;
  const rows = await rowsToDelete(migration);
  const { chosen } = rows;
  ports.screen.line(
    `Users have already made a video of ${chosen.filter(({ isUploaded }) => isUploaded).length} of these; the videos stay.`,
  );
  const forgotten = forgottenBy(rows, journal);
  if (chosen.length === 0 && (forgotten.length === 0 || choice.dry)) return 'Nothing to forget.';
  if (choice.dry) return `${chosen.length} would be deleted.`;
  if (!choice.yes && chosen.length > 0) {
    const isAgreed = await ports.screen.ask(`Delete ${rowCount(chosen.length)}?`);
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

interface Rows {
  chosen: ExternalRow[];
  /** All that could be meant. */
  all: ExternalRow[];
  /** What the journal says of them, a line for each recording in each way. */
  entries: ImportEntry[];
}

/** Tells which. Playbacks may have another host than the API of the same server: the journal knows the rows that were made of them. */
async function rowsToDelete({ ports, config, choice, journal }: Migration): Promise<Rows> {
  const lines = WAYS.flatMap((way) => journal.entries(way));
  const here = await ports.pod.externalRowsBeginningWith(config.bbbServerUrl);
  const known = here.filter(knownBy(lines));
  const elsewhere = (await ports.pod.externalRowsAt(addressesElsewhere(lines, config.bbbServerUrl))).filter(
    knownBy(lines),
  );
  const which = choice.all ? 'all of them' : `${known.length} of them, which the journal knows,`;
  ports.screen.line(
    `${rowCount(here.length)} of Pod's video import begin with ${config.bbbServerUrl}; ${which} are to be deleted.`,
  );
  if (elsewhere.length > 0)
    ports.screen.line(
      `The journal knows ${rowCount(elsewhere.length)} more of this server, under ${hostsOf(elsewhere)}: they are to be deleted too.`,
    );
  return {
    chosen: [...(choice.all ? here : known), ...elsewhere],
    all: [...here, ...elsewhere],
    entries: lastOf(lines).filter(({ step }) => step !== 'forgotten'),
  };
}

function addressesElsewhere(lines: ImportEntry[], bbbServerUrl: string): string[] {
  const addresses = lines.map(({ sourceUrl }) => sourceUrl).filter((address) => !address.startsWith(bbbServerUrl));
  return [...new Set(addresses)];
}

function hostsOf(rows: ExternalRow[]): string {
  const hosts = rows.map(({ sourceUrl }) => (URL.canParse(sourceUrl) ? new URL(sourceUrl).host : sourceUrl));
  return [...new Set(hosts)].join(', ');
}

function rowCount(count: number): string {
  return `${count} row${count === 1 ? '' : 's'}`;
}

/** Rows that this program has made: a URL and an owner of a line of the journal. */
function knownBy(entries: ImportEntry[]): (row: ExternalRow) => boolean {
  const known = new Set(entries.flatMap(({ sourceUrl, owners }) => owners.map((owner) => `${owner} ${sourceUrl}`)));
  return ({ ownerId, sourceUrl }) => ownerId !== null && known.has(`${ownerId} ${sourceUrl}`);
}

/** What the journal says of recordings of which rows go now, or are gone already: the next import is to look for them again. */
function forgottenBy({ chosen, all, entries }: Rows, journal: Journal): FreshEntry[] {
  const ownersByUrl = new Map<string, number[]>();
  for (const { sourceUrl, ownerId } of chosen)
    ownersByUrl.set(sourceUrl, [...(ownersByUrl.get(sourceUrl) ?? []), ...(ownerId === null ? [] : [ownerId])]);
  const going = new Set(chosen);
  const staying = new Set(all.filter((row) => !going.has(row)).map(({ sourceUrl }) => sourceUrl));
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
