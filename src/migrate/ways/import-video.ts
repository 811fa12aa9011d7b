// --use-import-video: each recording becomes a row of Pod's video import, for its owners, who may then make a video of it.
import { describePerson, isSamePerson } from '../core/people.js';
import { sourceUrlOf } from '../core/recordings.js';
import type { ExternalRecording, MoodleUser, NumberedRecording, Outcome, PodUser, Recording } from '../model.js';
import { MigrationError } from '../ports.js';
import { isUnsaidInMoodle, sayInMoodle, type Sayings } from './inform.js';
import { moderatorsOf, type Moderators } from './moderators.js';
import { faultsOf, type Begin, type Check, type Course } from './way.js';

/** Pod's columns, in characters (pod/import_video/models.py). */
const LONGEST_NAME = 250;
const LONGEST_URL = 500;

export const checkImport: Check = async ({ ports, config, choice }) => {
  const faults = await faultsOf(() => ports.pod.check(choice.dry ? null : 'INSERT'));
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

export const beginImport: Begin = async (course) => {
  const { ports, config, choice } = course;
  if (!choice.dry && !(await ports.pod.takeTurn())) {
    throw new MigrationError('another migration writes to this Pod now: wait for its end, then run this again');
  }
  const administrator = await ports.pod.user(config.adminId);
  if (administrator === null) throw new MigrationError(`Pod has no user with the id ${config.adminId} any more`);
  const sayings: Sayings = { refusing: new Set() };
  if (choice.useMoodle && config.inform !== '')
    ports.screen.line(`Activities of Moodle whose recordings are imported get this text, once: ${config.inform}`);
  return {
    treat: ({ recording }: NumberedRecording) => importOne(recording, administrator, sayings, course),
    finish: () => Promise.resolve(null),
  };
};

async function importOne(
  recording: Recording,
  administrator: PodUser,
  sayings: Sayings,
  course: Course,
): Promise<Outcome> {
  const { ports, choice, journal } = course;
  const way = choice.useMoodle ? 'import-video+moodle' : 'import-video';
  const last = journal.last(way, recording.id);
  if (last?.step === 'done') return remindMoodle(recording, last, sayings, course);
  // Its owners are known better than this run could.
  if (!choice.useMoodle && journal.last('import-video+moodle', recording.id)?.step === 'done') return ALREADY;
  const sourceUrl = sourceUrlOf(recording);
  if (sourceUrl === '') return { result: 'skipped', said: 'there is neither a video nor a presentation', warnings: [] };
  if ([...sourceUrl].length > LONGEST_URL) {
    throw new MigrationError(
      `its address has more than the ${LONGEST_URL} characters for which Pod has room: ${sourceUrl}`,
    );
  }
  const owning = await ownersOf(recording, administrator, course);
  // BBB may have given it another address before: another token, or no video yet.
  const having = new Set<number>();
  for (const address of new Set([sourceUrl, ...journal.importedAt(recording.id)])) {
    for (const owner of await ports.pod.ownersOf(address)) having.add(owner);
  }
  const lacking = owning.owners.filter(({ id }) => id === null || !having.has(id));
  if (choice.dry) return planned(owning, lacking, course);

  const { siteId, moderators } = owning;
  const ids = lacking.map(idOf);
  const entry = { way, recording: recording.id, sourceUrl, owners: ids } as const;
  if (ids.length > 0) {
    await journal.note({ ...entry, step: 'begun' });
    const fitting = [...recording.name].slice(0, LONGEST_NAME).join('');
    const name = await ports.pod.keepable(fitting);
    if (name !== fitting)
      owning.warnings.push(
        'its name has signs that the database of Pod cannot keep (a column that is not utf8mb4): they are replaced by \ufffd',
      );
    await ports.pod.addExternalRecordings(
      ids.map((ownerId): ExternalRecording => ({ name, startMs: recording.startMs, sourceUrl, ownerId, siteId })),
    );
  }
  const saying = await sayInMoodle(moderators, sayings, course);
  await journal.note({ ...entry, step: 'done', informed: saying.informed });
  const names = owning.owners.map(describeOwner).join(', ');
  const said = ids.length > 0 ? `for ${names}${owning.because}` : `was there already, for ${names}`;
  return {
    result: ids.length > 0 ? 'done' : 'already',
    said: `${said}${saying.said}`,
    warnings: [...owning.warnings, ...saying.warnings],
  };
}

const ALREADY: Outcome = { result: 'already', said: 'an earlier run did it', warnings: [] };

/** An earlier run could not write to Moodle, or was not told to: that is all that is missing. */
async function remindMoodle(
  recording: Recording,
  last: { sourceUrl: string; owners: number[]; informed?: boolean },
  sayings: Sayings,
  course: Course,
): Promise<Outcome> {
  const { choice, config, journal } = course;
  if (!choice.useMoodle || config.inform === '' || last.informed === true) return ALREADY;
  const moderators = await moderatorsOf(recording, course);
  // Of no use to anybody now, and nothing to be noted: another run may find them.
  if (moderators.moodle === null || moderators.activities.length === 0) return ALREADY;
  if (choice.dry)
    return isUnsaidInMoodle(moderators, course)
      ? { ...ALREADY, result: 'planned', said: 'an earlier run did it; it would be said in Moodle too' }
      : ALREADY;
  const { informed, said, warnings } = await sayInMoodle(moderators, sayings, course);
  if (!informed) return { ...ALREADY, warnings };
  const { sourceUrl, owners } = last;
  await journal.note({
    way: 'import-video+moodle',
    recording: recording.id,
    sourceUrl,
    owners,
    step: 'done',
    informed,
  });
  return said === ''
    ? { ...ALREADY, warnings }
    : { result: 'done', said: 'an earlier run did it; now it is said in Moodle too', warnings };
}

/** Without id: a user whom a real run would create. */
type Owner = Omit<PodUser, 'id'> & { id: number | null; isNew?: boolean };

interface Owning {
  owners: Owner[];
  siteId: number;
  moderators: Moderators;
  /** Added to what is said of the recording. */
  because: string;
  warnings: string[];
}

/** The owner of Pod's meeting; else, with Moodle, all moderators of its activities; else the administrator. */
async function ownersOf(recording: Recording, administrator: PodUser, course: Course): Promise<Owning> {
  const { ports, config, choice } = course;
  const nobody: Moderators = {
    moderators: [],
    activities: [],
    moodle: null,
    because: 'Moodle is not asked',
    warnings: [],
  };
  const meeting = await ports.pod.meetingOwner(recording.meetingId);
  if (meeting !== null) {
    return {
      owners: [meeting.owner],
      siteId: meeting.siteId,
      moderators: nobody,
      because: ' (meeting of Pod)',
      warnings: [],
    };
  }
  const moderators = choice.useMoodle ? await moderatorsOf(recording, course) : nobody;
  const warnings = [...moderators.warnings];
  const owners = new Map<number | string, Owner>();
  let isFound = false;
  for (const moderator of moderators.moderators) {
    const match = await podUserOf(moderator, warnings, course);
    if (match === 'refused') continue;
    const owner = match === 'another' ? administrator : match;
    owners.set(owner.id ?? owner.username, owner);
    isFound ||= match !== 'another';
  }
  if (owners.size === 0) owners.set(administrator.id, administrator);
  return {
    owners: [...owners.values()],
    siteId: config.podSiteId,
    // Moodle is told of recordings that somebody of the activity has got.
    moderators: isFound ? moderators : nobody,
    because: isFound
      ? ' (activity of Moodle)'
      : ` (owner not found: ${moderators.moderators.length > 0 ? 'see the warnings' : moderators.because})`,
    warnings,
  };
}

/** Pod's user for a moderator, created when missing. `another`: who has that name in Pod may be another person. `refused`: Pod does not take this one. */
async function podUserOf(
  moderator: MoodleUser,
  warnings: string[],
  { ports, choice }: Course,
): Promise<Owner | 'another' | 'refused'> {
  const found = await ports.pod.userNamed(moderator.username);
  if (found !== null) {
    if (isSamePerson(found, moderator)) return found;
    const addresses = `in Pod (${found.email}) than in Moodle (${moderator.email})`;
    warnings.push(
      `${describePerson(moderator)} has another mail address ${addresses} and may be another person: it goes to the administrator`,
    );
    return 'another';
  }
  const { username, firstName, lastName, email } = moderator;
  if (choice.dry) return { id: null, username, firstName, lastName, email };
  const creation = await ports.podUsers.create({ username, firstName, lastName, email });
  if ('refused' in creation) {
    warnings.push(`Pod refuses to create the user ${describePerson(moderator)}: ${creation.refused}`);
    return 'refused';
  }
  const created = await ports.pod.userNamed(username);
  if (created === null) {
    throw new MigrationError(
      `the user ${username} was created at POD_URL and is not in the database of POD_DB_URL: do both mean the same Pod?`,
    );
  }
  return { ...created, isNew: true };
}

function planned({ owners, moderators, because, warnings }: Owning, lacking: Owner[], course: Course): Outcome {
  const names = (some: Owner[]): string => some.map(describeOwner).join(', ');
  const moodle = isUnsaidInMoodle(moderators, course) ? ', and said in Moodle' : '';
  if (lacking.length > 0)
    return { result: 'planned', said: `would be imported for ${names(lacking)}${because}${moodle}`, warnings };
  const there = `is there already, for ${names(owners)}`;
  return moodle === ''
    ? { result: 'already', said: there, warnings }
    : { result: 'planned', said: `${there}; it would be said in Moodle`, warnings };
}

function describeOwner(owner: Owner): string {
  const person = describePerson(owner);
  if (owner.id !== null && owner.isNew !== true) return person;
  return person.replace(/\)$/, `, ${owner.id === null ? 'to be created' : 'created'} in Pod)`);
}

function idOf({ id, username }: Owner): number {
  if (id === null) throw new Error(`the user ${username} has no id`);
  return id;
}
