// --use-manual-claim: each recording becomes a file in a recorder's directory, from which Pod's users claim what is theirs.
import { claimName } from '../core/claim-name.js';
import type { NumberedRecording, Outcome, Recording, Result } from '../model.js';
import { MigrationError, type ClaimFiles } from '../ports.js';
import type { Begin, Check, Course } from './way.js';

/** What the journal says of a recording. */
type Entry = NonNullable<ReturnType<typeof lastEntry>>;

type Published = Awaited<ReturnType<ClaimFiles['publish']>>;

/** What the recordings of a run have in common. */
interface Common {
  /** Names that are some recording's, of whatever run and BBB server; Pod may have taken the files since. */
  names: Set<string>;
  /** Faults of bbb-recorder that a dry run has told of. */
  told: Set<string>;
}

interface Playback {
  url: string;
  extension: '.m4v' | '.webm';
  /** What is done with it. */
  verb: 'downloaded' | 'encoded';
}

export const checkClaim: Check = ({ ports }) => ports.claims.check();

export const beginClaim: Begin = (course) => {
  const common: Common = { names: new Set(course.journal.claimedNames()), told: new Set() };
  return Promise.resolve({
    treat: (numbered) => claimOne(numbered, common, course),
    finish: async () => (course.choice.dry ? null : `The files are in ${await course.ports.claims.directory()}.`),
  });
};

async function claimOne(numbered: NumberedRecording, common: Common, course: Course): Promise<Outcome> {
  const last = lastEntry(numbered.recording, course);
  if (last?.step === 'done') return outcome('already', `an earlier run did it: ${last.file}`);
  if (last === undefined || (await isHere(last, course))) return goOn(numbered, last, common, course);
  const moved = `${last.file} was begun in ${last.directories.join(' and ')} before the configuration named other directories: it is begun anew, look there for what is left`;
  try {
    const anew = await goOn(numbered, undefined, common, course);
    return { ...anew, warnings: [...anew.warnings, moved] };
  } catch (error) {
    throw new MigrationError(`${(error as Error).message} (${moved})`, { cause: error });
  }
}

/** What was begun elsewhere can neither be gone on with nor be known to have come to its end. */
async function isHere({ file, directories }: Entry, { ports }: Course): Promise<boolean> {
  const now = await ports.claims.directories(file);
  return directories.length === now.length && now.every((directory, index) => directory === directories[index]);
}

/** Each step is in the journal before the next one is done: whatever a kill leaves, the next run knows where to go on. */
async function goOn(
  numbered: NumberedRecording,
  last: Entry | undefined,
  common: Common,
  course: Course,
): Promise<Outcome> {
  const { recording } = numbered;
  if (last?.step === 'whole' && course.choice.dry)
    return outcome('planned', `is complete and would be named ${last.file}`);
  // Gone: it bears its name, or did before Pod took it; only the journal's last line was missing.
  if (last?.step === 'whole' && (await publish(recording, last.file, last.size ?? 0, ['published', 'gone'], course))) {
    return outcome('done', `completes what an earlier run had begun: ${last.file}`);
  }

  const playback = playbackOf(recording);
  if (playback === null) return outcome('skipped', 'there is neither a video nor a presentation');
  const faults = playback.verb === 'encoded' ? await course.ports.claims.encoderFaults() : [];
  const file =
    last?.file.endsWith(playback.extension) === true ? last.file : await freeName(recording, playback, common, course);
  if (course.choice.dry)
    return { ...outcome('planned', `would be ${playback.verb} to ${file}`), warnings: untold(faults, common) };
  if (faults.length > 0) throw new MigrationError(faults.join('; '));

  const size = await fetchWhole(numbered, playback, file, last, course);
  await note(recording, { step: 'whole', file, size }, course);
  if (!(await publish(recording, file, size, ['published'], course))) {
    await note(recording, { step: 'begun', file }, course);
    throw new MigrationError(
      `something else has changed or taken away ${file} before it was complete: the next run makes it again`,
    );
  }
  return outcome('done', `${playback.verb} to ${file} (${(size / 1e6).toFixed(1)} MB)`);
}

async function note(
  { id }: Recording,
  entry: Pick<Entry, 'step' | 'file' | 'size' | 'validator'>,
  { ports, journal }: Course,
): Promise<void> {
  await journal.note({
    way: 'manual-claim',
    recording: id,
    directories: await ports.claims.directories(entry.file),
    ...entry,
  });
}

function lastEntry({ id }: Recording, { journal }: Pick<Course, 'journal'>) {
  return journal.last('manual-claim', id);
}

/** A video is there at once, and is what BBB's own users see; a presentation would have to be played to its end. */
function playbackOf({ videoUrl, presentationUrl }: Recording): Playback | null {
  if (videoUrl !== '') return { url: videoUrl, extension: '.m4v', verb: 'downloaded' };
  if (presentationUrl !== '') return { url: presentationUrl, extension: '.webm', verb: 'encoded' };
  return null;
}

async function freeName(
  recording: Recording,
  { extension }: Playback,
  { names }: Common,
  { ports, config, journal }: Course,
): Promise<string> {
  for (let turn = 1; ; turn += 1) {
    const name = claimName(recording, extension, config.timeZone, turn);
    // Its own of an earlier run, in another directory, is as good as free.
    if (names.has(name) && name !== lastEntry(recording, { journal })?.file) continue;
    // Before the look, which takes a while: of two recordings in work at once only one looks at a name.
    names.add(name);
    if (!(await ports.claims.isTaken(name))) return name;
  }
}

/** Answers the size of what is complete now, under another name than its own. */
async function fetchWhole(
  { number, recording }: NumberedRecording,
  { url, verb }: Playback,
  file: string,
  last: Entry | undefined,
  course: Course,
): Promise<number> {
  const { ports } = course;
  const begun = { step: 'begun', file } as const;
  const isBegun = last?.step === 'begun' && last.file === file;
  // Also in the place of a `whole` that is damaged: what is there is not whole any more.
  if (!isBegun) await note(recording, begun, course);
  if (verb === 'encoded') return ports.claims.encode(url, file);
  let shown = '';
  return ports.claims.download(url, file, {
    validator: (isBegun ? last.validator : null) ?? null,
    begun: (validator) => note(recording, validator === null ? begun : { ...begun, validator }, course),
    waiting: (reason, pauseMs) => {
      ports.screen.line(`#${number} ${recording.name}: ${reason}; it is asked again in ${pauseMs / 1000} s`);
    },
    progress: (done, total) => {
      const now = total === null ? `${Math.floor(done / 1e7) * 10} MB` : `${Math.floor((done / total) * 100)} %`;
      if (now !== shown) ports.screen.current(`#${number} ${recording.name} (${now})`);
      shown = now;
    },
  });
}

/** False: what was complete is not there as it was. */
async function publish(
  recording: Recording,
  file: string,
  size: number,
  good: Published[],
  course: Course,
): Promise<boolean> {
  if (!good.includes(await course.ports.claims.publish(file, size))) return false;
  await note(recording, { step: 'done', file, size }, course);
  return true;
}

function untold(faults: string[], { told }: Common): string[] {
  const fresh = faults.filter((fault) => !told.has(fault));
  for (const fault of fresh) told.add(fault);
  return fresh;
}

function outcome(result: Result, said: string): Outcome {
  return { result, said, warnings: [] };
}
