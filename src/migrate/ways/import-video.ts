// --use-import-video: each recording becomes a row of Pod's video import, for its owners, who may then make a video of it.
import { playbackFor } from '../core/addresses.js';
import { sourceUrlOf } from '../core/recordings.js';
import { whyHidden } from '../core/state.js';
import type { BbbRecording, ImportEntry, PodUser, RecordingOutcome } from '../model.js';
import { MigrationError } from '../ports.js';
import { informMoodle, isUninformed, type ReadOnlyMoodles } from './inform.js';
import { moderatorsOf } from './moderators.js';
import { describeOwners, ownersOf, type Owner, type Owners } from './owners.js';
import { faultsOf, outcome, type Begin, type Check, type Migration } from './way.js';

/** Pod's columns, in characters (pod/import_video/models.py). */
const LONGEST_NAME = 250;
const LONGEST_URL = 500;

/** What the recordings of a run have in common. */
interface ImportRun extends Migration {
  administrator: PodUser;
  readOnly: ReadOnlyMoodles;
}

/** A recording that can be imported. */
interface Importable {
  recording: BbbRecording;
  sourceUrl: string;
  startMs: number;
  /** The administrator has it for want of an owner, and is to have it no longer: why he got it. */
  former: string | null;
}

export const checkImport: Check = async ({ ports, config, choice }) => {
  const faults = await faultsOf(() => ports.pod.check(rightsFor(choice)));
  const administrator = faults.length === 0 ? await ports.pod.user(config.adminId) : null;
  if (faults.length === 0) {
    if (administrator === null) {
      faults.push(
        `Pod has no user with the id ${config.adminId}: set SCRIPT_ADMIN_ID to the id of an administrator (in Pod's administration, Users, it stands in the address)`,
      );
    }
    if (!(await ports.pod.hasSite(config.podSiteId))) {
      faults.push(
        `Pod has no site with the id ${config.podSiteId}: set POD_SITE_ID to SITE_ID of its settings_local.py`,
      );
    }
  }
  if (choice.useMoodle) {
    faults.push(...(await faultsOf(() => ports.podUsers.check(administrator))));
    for (const moodle of ports.moodles.values()) faults.push(...(await faultsOf(moodle.check)));
  }
  return faults;
};

function rightsFor({ dry, retryOwners }: Migration['choice']): ('INSERT' | 'DELETE')[] {
  if (dry) return [];
  return retryOwners ? ['INSERT', 'DELETE'] : ['INSERT'];
}

export const beginImport: Begin = async (migration) => {
  const { ports, config, choice } = migration;
  if (!choice.dry && !(await ports.pod.takeTurn())) {
    throw new MigrationError('another migration writes to this Pod now: wait for its end, then run this again');
  }
  const administrator = await ports.pod.user(config.adminId);
  if (administrator === null) throw new MigrationError(`Pod has no user with the id ${config.adminId} any more`);
  if (choice.useMoodle && config.inform !== '')
    ports.screen.line(`Activities of Moodle whose recordings are imported get this text, once: ${config.inform}`);
  const run: ImportRun = { ...migration, administrator, readOnly: new Set() };
  return {
    migrate: ({ recording }) => importOne(recording, run),
    finish: () => Promise.resolve(null),
  };
};

async function importOne(recording: BbbRecording, run: ImportRun): Promise<RecordingOutcome> {
  const { choice, journal } = run;
  const last = journal.last(wayOf(choice), recording.id);
  if (last?.step === 'done')
    return choice.retryOwners && isOwnerless(last, run)
      ? retryOwners(recording, last, run)
      : remindMoodle(recording, last, run);
  // Its owners are known better than this run could.
  if (!choice.useMoodle && journal.last('import-video+moodle', recording.id)?.step === 'done') return already();
  const importable = importableFrom(recording, run);
  if ('result' in importable) return importable;
  // A run that was to find its owners was killed: what was begun is ended.
  const former = last?.step === 'begun' ? (last.toAdministrator ?? null) : null;
  return importAs({ ...importable, former }, await ownersOf(recording, run.administrator, run), run);
}

async function importAs(importable: Importable, owners: Owners, run: ImportRun): Promise<RecordingOutcome> {
  const missing = await withoutRow(owners.owners, importable, run);
  return run.choice.dry ? planned(importable, owners, missing, run) : addRows(importable, owners, missing, run);
}

function wayOf({ useMoodle }: Migration['choice']): ImportEntry['way'] {
  return useMoodle ? 'import-video+moodle' : 'import-video';
}

function already(said = 'an earlier run did it', warnings: string[] = []): RecordingOutcome {
  return outcome('already', said, warnings);
}

function importableFrom(recording: BbbRecording, { journal }: ImportRun): Importable | RecordingOutcome {
  expectRoom(recording);
  const playback = playbackFor(recording, 'import');
  if (playback === null) return outcome('skipped', 'there is neither a video nor a presentation');
  const sourceUrl = 'url' in playback ? playback.url : workingAddress(journal.importedAt(recording.id));
  if (sourceUrl === null) return outcome('impossible', 'fault' in playback ? playback.fault : '');
  const { startMs } = recording;
  if (startMs === null) return outcome('impossible', 'BBB does not say when it began (startTime)');
  return { recording, sourceUrl, startMs, former: null };
}

function expectRoom(recording: BbbRecording): void {
  const url = sourceUrlOf(recording);
  if ([...url].length <= LONGEST_URL) return;
  throw new MigrationError(`its address has more than the ${LONGEST_URL} characters for which Pod has room: ${url}`);
}

/** BBB may have given it an address before that could be imported, and was. */
function workingAddress(earlier: string[]): string | null {
  const working = earlier.filter((url) => {
    const playback = playbackFor({ videoUrl: url, presentationUrl: '' }, 'import');
    return playback !== null && 'url' in playback;
  });
  return working.at(-1) ?? null;
}

/** Those of the owners who have no row of it. BBB may have given it another address before: another token, or no video yet. */
async function withoutRow(
  owners: Owner[],
  { recording, sourceUrl }: Importable,
  { ports, journal }: ImportRun,
): Promise<Owner[]> {
  const ownersWithRow = new Set<number>();
  for (const address of new Set([sourceUrl, ...journal.importedAt(recording.id)])) {
    for (const owner of await ports.pod.ownersOf(address)) ownersWithRow.add(owner);
  }
  return owners.filter(({ id }) => id === null || !ownersWithRow.has(id));
}

/** The journal has the intent first, and the end last: what a kill leaves between is looked at in Pod by the next run. */
async function addRows(
  importable: Importable,
  { owners, siteId, moderators, found, toAdministrator, warnings }: Owners,
  missing: Owner[],
  run: ImportRun,
): Promise<RecordingOutcome> {
  const { ports, choice, journal } = run;
  const { recording, sourceUrl, startMs, former } = importable;
  const ids = missing.map(idOf);
  const entry = { way: wayOf(choice), recording: recording.id, sourceUrl, owners: ids } as const;
  const told = [...warnings, ...hiddenWarning(recording)];
  if (ids.length > 0 || former !== null)
    await journal.note({ ...entry, step: 'begun', ...(former === null ? {} : { toAdministrator: former }) });
  if (ids.length > 0) {
    const { name, lost } = await fittingName(recording, run);
    await ports.pod.addExternalRecordings(ids.map((ownerId) => ({ name, startMs, sourceUrl, ownerId, siteId })));
    told.push(...lost);
  }
  const taken = former === null ? '' : await takeFromAdministrator(recording, owners.map(idOf), run);
  const informing = await informMoodle(moderators, run.readOnly, run);
  await journal.note({
    ...entry,
    step: 'done',
    informed: informing.informed,
    ...(toAdministrator === null ? {} : { toAdministrator }),
  });
  const names = describeOwners(owners);
  return {
    result: ids.length > 0 ? 'done' : 'already',
    said: `${ids.length > 0 ? `for ${names}${found}` : `was there already, for ${names}`}${taken}${informing.said}`,
    warnings: [...told, ...informing.warnings],
    ...(toAdministrator === null ? {} : { toAdministrator }),
  };
}

async function fittingName({ name }: BbbRecording, { ports }: ImportRun): Promise<{ name: string; lost: string[] }> {
  const fitting = [...name].slice(0, LONGEST_NAME).join('');
  const kept = await ports.pod.keepable(fitting);
  if (kept === fitting) return { name: kept, lost: [] };
  return {
    name: kept,
    lost: [
      'its name has signs that the database of Pod cannot keep (a column that is not utf8mb4): they are replaced by \ufffd',
    ],
  };
}

function hiddenWarning(recording: BbbRecording): string[] {
  const why = whyHidden(recording);
  return why === null ? [] : [`${why}: nobody can import it before that has changed`];
}

/** No owner was found then. A journal of an earlier version does not say so, but whose the row is. */
function isOwnerless({ owners, toAdministrator }: ImportEntry, { administrator }: ImportRun): boolean {
  return toAdministrator !== undefined || (owners.length > 0 && owners.every((id) => id === administrator.id));
}

/** The rows stay where they are, at the address that the journal knows. */
async function retryOwners(recording: BbbRecording, last: ImportEntry, run: ImportRun): Promise<RecordingOutcome> {
  const owners = await ownersOf(recording, run.administrator, run);
  const { toAdministrator, warnings } = owners;
  if (toAdministrator !== null)
    return { ...already(`an earlier run did it${owners.found}`, warnings), toAdministrator };
  const former = last.toAdministrator ?? 'without an owner';
  return importAs({ recording, sourceUrl: last.sourceUrl, startMs: recording.startMs ?? 0, former }, owners, run);
}

function entryOf({ way, recording, sourceUrl, owners }: ImportEntry): Omit<ImportEntry, 'at' | 'server' | 'step'> {
  return { way, recording, sourceUrl, owners };
}

/** Its owners have it now: the administrator's row goes, unless there is a video of it already, or it is his. */
async function takeFromAdministrator(recording: BbbRecording, owners: number[], run: ImportRun): Promise<string> {
  const { ports, journal, administrator } = run;
  if (owners.includes(administrator.id)) return '';
  const rows = await ports.pod.externalRowsAt(journal.importedAt(recording.id));
  const his = rows.filter(({ ownerId, isUploaded }) => ownerId === administrator.id && !isUploaded);
  if (his.length === 0) return '';
  await ports.pod.removeExternalRows(his.map(({ id }) => id));
  return ', and no longer for the administrator';
}

/** An earlier run could not write to Moodle, or was not told to: that is all that is missing. */
async function remindMoodle(recording: BbbRecording, last: ImportEntry, run: ImportRun): Promise<RecordingOutcome> {
  const { choice, config, journal } = run;
  const { toAdministrator } = last;
  const done = { ...already(), ...(toAdministrator === undefined ? {} : { toAdministrator }) };
  if (!choice.useMoodle || config.inform === '' || last.informed === true) return done;
  const moderators = await moderatorsOf(recording, run);
  // Of no use to anybody now, and nothing to be noted: another run may find them.
  if (moderators.moodle === null || moderators.activities.length === 0) return done;
  if (choice.dry)
    return isUninformed(moderators, run)
      ? { ...done, result: 'planned', said: 'an earlier run did it; it would be said in Moodle too' }
      : done;
  const { informed, said, warnings } = await informMoodle(moderators, run.readOnly, run);
  if (!informed) return { ...done, warnings };
  await journal.note({
    ...entryOf(last),
    step: 'done',
    informed,
    ...(toAdministrator === undefined ? {} : { toAdministrator }),
  });
  return said === ''
    ? { ...done, warnings }
    : { ...done, result: 'done', said: 'an earlier run did it; now it is said in Moodle too', warnings };
}

function planned(
  { recording }: Importable,
  { owners, moderators, found, toAdministrator, warnings }: Owners,
  missing: Owner[],
  run: ImportRun,
): RecordingOutcome {
  const moodle = isUninformed(moderators, run) ? ', and said in Moodle' : '';
  const common = {
    warnings: [...warnings, ...hiddenWarning(recording)],
    ...(toAdministrator === null ? {} : { toAdministrator }),
  };
  if (missing.length > 0)
    return { ...common, result: 'planned', said: `would be imported for ${describeOwners(missing)}${found}${moodle}` };
  const there = `is there already, for ${describeOwners(owners)}`;
  return moodle === ''
    ? { ...common, result: 'already', said: there }
    : { ...common, result: 'planned', said: `${there}; it would be said in Moodle` };
}

function idOf({ id, username }: Owner): number {
  if (id === null) throw new Error(`the user ${username} has no id`);
  return id;
}
