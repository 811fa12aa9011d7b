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
  /** Names that are some recording's, of this run or of an earlier one; Pod may have taken the files since. */
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
  const names = new Set(course.journal.entries('manual-claim').map(({ file }) => file));
  const common: Common = { names, told: new Set() };
  return Promise.resolve({
    treat: (numbered) => claimOne(numbered, common, course),
    finish: async () => (course.choice.dry ? null : `The files are in ${await course.ports.claims.directory()}.`),
  });
};

/** Each step is in the journal before the next one is done: whatever a kill leaves, the next run knows where to go on. */
async function claimOne(numbered: NumberedRecording, common: Common, course: Course): Promise<Outcome> {
  const { recording } = numbered;
  const last = lastEntry(recording, course);
  if (last?.step === 'done') return outcome('already', `an earlier run did it: ${last.file}`);
  if (last?.step === 'whole' && course.choice.dry) return outcome('planned', `is complete and would be named ${last.file}`);
  // Gone: it bears its name, or did before Pod took it; only the journal's last line was missing.
  if (last?.step === 'whole' && (await publish(recording, last.file, last.size ?? 0, ['published', 'gone'], course))) {
    return outcome('done', `completes what an earlier run had begun: ${last.file}`);
  }

  const playback = playbackOf(recording);
  if (playback === null) return outcome('skipped', 'there is neither a video nor a presentation');
  const faults = playback.verb === 'encoded' ? await course.ports.claims.encoderFaults() : [];
  const file = last?.file.endsWith(playback.extension) === true ? last.file : await freeName(recording, playback, common, course);
  if (course.choice.dry) return { ...outcome('planned', `would be ${playback.verb} to ${file}`), warnings: untold(faults, common) };
  if (faults.length > 0) throw new MigrationError(faults.join('; '));

  const size = await fetchWhole(numbered, playback, file, last, course);
  await course.journal.note({ way: 'manual-claim', recording: recording.id, step: 'whole', file, size });
  if (!(await publish(recording, file, size, ['published'], course))) {
    await course.journal.note({ way: 'manual-claim', recording: recording.id, step: 'begun', file });
    throw new MigrationError(`something else has changed or taken away ${file} before it was complete: the next run makes it again`);
  }
  return outcome('done', `${playback.verb} to ${file} (${(size / 1e6).toFixed(1)} MB)`);
}

function lastEntry({ id }: Recording, { journal }: Course) {
  return journal.last('manual-claim', id);
}

/** A video is there at once, and is what BBB's own users see; a presentation would have to be played to its end. */
function playbackOf({ videoUrl, presentationUrl }: Recording): Playback | null {
  if (videoUrl !== '') return { url: videoUrl, extension: '.m4v', verb: 'downloaded' };
  if (presentationUrl !== '') return { url: presentationUrl, extension: '.webm', verb: 'encoded' };
  return null;
}

async function freeName(recording: Recording, { extension }: Playback, { names }: Common, { ports, config }: Course): Promise<string> {
  for (let turn = 1; ; turn += 1) {
    const name = claimName(recording, extension, config.timeZone, turn);
    if (names.has(name)) continue;
    // Before the look, which takes a while: of two recordings in work at once only one looks at a name.
    names.add(name);
    if (!(await ports.claims.isTaken(name))) return name;
  }
}

/** Answers the size of what is complete now, under another name than its own. */
async function fetchWhole({ number, recording }: NumberedRecording, { url, verb }: Playback, file: string, last: Entry | undefined, course: Course): Promise<number> {
  const { ports, journal } = course;
  const begun = { way: 'manual-claim', recording: recording.id, step: 'begun', file } as const;
  const isBegun = last?.step === 'begun' && last.file === file;
  // Also in the place of a `whole` that is damaged: what is there is not whole any more.
  if (!isBegun) await journal.note(begun);
  if (verb === 'encoded') return ports.claims.encode(url, file);
  let shown = '';
  return ports.claims.download(url, file, {
    validator: (isBegun ? last.validator : null) ?? null,
    begun: (validator) => journal.note(validator === null ? begun : { ...begun, validator }),
    progress: (done, total) => {
      const now = total === null ? `${Math.floor(done / 1e7) * 10} MB` : `${Math.floor((done / total) * 100)} %`;
      if (now !== shown) ports.screen.current(`#${number} ${recording.name} (${now})`);
      shown = now;
    },
  });
}

/** False: what was complete is not there as it was. */
async function publish(recording: Recording, file: string, size: number, good: Published[], { ports, journal }: Course): Promise<boolean> {
  if (!good.includes(await ports.claims.publish(file, size))) return false;
  await journal.note({ way: 'manual-claim', recording: recording.id, step: 'done', file, size });
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
