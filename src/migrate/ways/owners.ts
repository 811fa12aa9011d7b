// Whose a recording is: the owner of Pod's meeting; else, with Moodle, all moderators of its activities; else the administrator.
import { describePerson, isSamePerson } from '../core/people.js';
import type { BbbRecording, MoodleUser, PodUser } from '../model.js';
import { MigrationError } from '../ports.js';
import { MOODLE_NOT_ASKED, moderatorsOf, type Gap, type Moderators } from './moderators.js';
import type { Migration } from './way.js';

/** Without id: a user whom a real run would create. */
export type Owner = Omit<PodUser, 'id'> & { id: number | null; isNew?: boolean };

export interface Owners {
  owners: Owner[];
  siteId: number;
  /** Whose activities are told of it, if some of them were found. */
  moderators: Moderators;
  /** Where they were found, or why not; added to what is said of the recording. */
  found: string;
  /** The administrator has it only because nobody was found: why, in the words of the summary. */
  toAdministrator: string | null;
  warnings: string[];
}

export async function ownersOf(recording: BbbRecording, administrator: PodUser, migration: Migration): Promise<Owners> {
  const { ports, config, choice } = migration;
  const meeting = await ports.pod.meetingOwner(recording.meetingId);
  if (meeting !== null) {
    const [owners, found] = [[meeting.owner], ' (meeting of Pod)'];
    return { owners, siteId: meeting.siteId, moderators: MOODLE_NOT_ASKED, found, toAdministrator: null, warnings: [] };
  }
  const moderators = choice.useMoodle ? await moderatorsOf(recording, migration) : MOODLE_NOT_ASKED;
  const matches = await matchesOf(moderators, administrator, migration);
  const { gap } = matches;
  return {
    owners: matches.owners.length > 0 ? matches.owners : [administrator],
    siteId: config.podSiteId,
    // Moodle is told of recordings that somebody of the activity has got.
    moderators: gap === null ? moderators : MOODLE_NOT_ASKED,
    found: gap === null ? ' (activity of Moodle)' : ` (owner not found: ${gap.because})`,
    toAdministrator: gap === null ? null : gap.kind,
    warnings: [...moderators.warnings, ...matches.warnings],
  };
}

interface Matches {
  owners: Owner[];
  /** Null: at least one moderator is known in Pod, or can be. */
  gap: Gap | null;
  warnings: string[];
}

async function matchesOf(found: Moderators, administrator: PodUser, migration: Migration): Promise<Matches> {
  const owners = new Map<number | string, Owner>();
  const warnings: string[] = [];
  let gap: Gap | null = found.gap;
  let isFound = false;
  for (const moderator of found.moderators) {
    const match = await podUserOf(moderator, warnings, migration);
    isFound ||= typeof match !== 'string';
    if (typeof match === 'string') gap = { because: 'see the warnings', kind: GAPS[match] };
    if (match === 'refused') continue;
    const owner = match === 'another' ? administrator : match;
    owners.set(owner.id ?? owner.username, owner);
  }
  if (isFound) gap = null;
  return { owners: [...owners.values()], gap, warnings };
}

const GAPS = { another: 'with another mail address in Pod', refused: 'refused by Pod' };

/** Pod's user for a moderator, created when missing. `another`: who has that name in Pod may be another person. `refused`: Pod does not take this one. */
async function podUserOf(
  moderator: MoodleUser,
  warnings: string[],
  { ports, choice }: Migration,
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

export function describeOwners(owners: Owner[]): string {
  return owners.map(describeOwner).join(', ');
}

function describeOwner(owner: Owner): string {
  const person = describePerson(owner);
  if (owner.id !== null && owner.isNew !== true) return person;
  return person.replace(/\)$/, `, ${owner.id === null ? 'to be created' : 'created'} in Pod)`);
}
