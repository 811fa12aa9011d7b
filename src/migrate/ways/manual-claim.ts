// --use-manual-claim: each recording becomes a file in a recorder's directory, from which Pod's users claim what is theirs.
import { playbackFor, type Playback } from '../core/addresses.js';
import { claimName } from '../core/claim-name.js';
import { whyHidden } from '../core/state.js';
import type { BbbRecording, NumberedRecording, RecordingOutcome } from '../model.js';
import { MigrationError, type ClaimFiles } from '../ports.js';
import { outcome, type Begin, type Check, type Migration } from './way.js';

/** What the journal says of a recording. */
type Entry = NonNullable<ReturnType<typeof lastEntry>>;

type Published = Awaited<ReturnType<ClaimFiles['publish']>>;

/** What the recordings of a run have in common. */
interface ClaimRun extends Migration {
  /** Names that are some recording's, of whatever run and BBB server; Pod may have taken the files since. */
  names: Set<string>;
  /** Faults of bbb-recorder that a dry run has told of. */
  told: Set<string>;
}

/** A recording that can become a file. */
interface Claimable extends NumberedRecording {
  playback: Playback;
  startMs: number;
}

export const checkClaim: Check = ({ ports }) => ports.claims.check();

export const beginClaim: Begin = (migration) => {
  const run: ClaimRun = { ...migration, names: new Set(migration.journal.claimedNames()), told: new Set() };
  return Promise.resolve({
    migrate: (numbered) => claimOne(numbered, run),
    finish: async () => (run.choice.dry ? null : `The files are in ${await run.ports.claims.directory()}.`),
  });
};

async function claimOne(numbered: NumberedRecording, run: ClaimRun): Promise<RecordingOutcome> {
  const last = lastEntry(numbered.recording, run);
  if (last?.step === 'done') return outcome('already', `an earlier run did it: ${last.file}`);
  if (last === undefined || (await isHere(last, run))) return goOn(numbered, last, run);
  const moved = `${last.file} was begun in ${last.directories.join(' and ')} before the configuration named other directories: it is begun anew, look there for what is left`;
  try {
    const anew = await goOn(numbered, undefined, run);
    return { ...anew, warnings: [...anew.warnings, moved] };
  } catch (error) {
    throw new MigrationError(`${(error as Error).message} (${moved})`, { cause: error });
  }
}

/** What was begun elsewhere can neither be gone on with nor be known to have come to its end. */
async function isHere({ file, directories }: Entry, { ports }: ClaimRun): Promise<boolean> {
  const now = await ports.claims.directories(file);
  return directories.length === now.length && now.every((directory, index) => directory === directories[index]);
}

/** Each step is in the journal before the next one is done: whatever a kill leaves, the next run knows where to go on. */
async function goOn(numbered: NumberedRecording, last: Entry | undefined, run: ClaimRun): Promise<RecordingOutcome> {
  const { recording } = numbered;
  if (last?.step === 'whole' && run.choice.dry)
    return outcome('planned', `is complete and would be named ${last.file}`);
  // Gone: it bears its name, or did before Pod took it; only the journal's last line was missing.
  if (last?.step === 'whole' && (await publish(recording, last, ['published', 'gone'], run))) {
    return outcome('done', `completes what an earlier run had begun: ${last.file}`);
  }
  const claimable = claimableFrom(numbered);
  if ('result' in claimable) return claimable;
  const { playback } = claimable;
  const faults = playback.kind === 'presentation' ? await run.ports.claims.encoderFaults() : [];
  const file = last?.file.endsWith(extensionOf(playback)) === true ? last.file : await freeName(claimable, run);
  if (run.choice.dry)
    return outcome('planned', `would be ${verbOf(playback)} to ${file}`, [
      ...untold(faults, run),
      ...hiddenWarning(recording),
    ]);
  if (faults.length > 0) throw new MigrationError(faults.join('; '));
  return makeFile(claimable, file, last, run);
}

function claimableFrom(numbered: NumberedRecording): Claimable | RecordingOutcome {
  const { recording } = numbered;
  const playback = playbackFor(recording, 'claim');
  if (playback === null) return outcome('skipped', 'there is neither a video nor a presentation');
  if ('fault' in playback) return outcome('impossible', playback.fault);
  if (recording.startMs === null) return outcome('impossible', 'BBB does not say when it began (startTime)');
  return { ...numbered, playback, startMs: recording.startMs };
}

async function makeFile(
  claimable: Claimable,
  file: string,
  last: Entry | undefined,
  run: ClaimRun,
): Promise<RecordingOutcome> {
  const { recording, playback } = claimable;
  const { size, warnings } = await fetchWhole(claimable, file, last, run);
  await note(recording, { step: 'whole', file, size }, run);
  if (!(await publish(recording, { file, size }, ['published'], run))) {
    await note(recording, { step: 'begun', file }, run);
    throw new MigrationError(
      `something else has changed or taken away ${file} before it was complete: the next run makes it again`,
    );
  }
  return outcome('done', `${verbOf(playback)} to ${file} (${(size / 1e6).toFixed(1)} MB)`, warnings);
}

function extensionOf({ kind }: Playback): '.m4v' | '.webm' {
  return kind === 'video' ? '.m4v' : '.webm';
}

function verbOf({ kind }: Playback): 'downloaded' | 'encoded' {
  return kind === 'video' ? 'downloaded' : 'encoded';
}

function hiddenWarning(recording: BbbRecording): string[] {
  const why = whyHidden(recording);
  return why === null ? [] : [`${why}: its playback may not be given out`];
}

async function note(
  { id }: BbbRecording,
  entry: Pick<Entry, 'step' | 'file' | 'size' | 'validator'>,
  { ports, journal }: Migration,
): Promise<void> {
  await journal.note({
    way: 'manual-claim',
    recording: id,
    directories: await ports.claims.directories(entry.file),
    ...entry,
  });
}

function lastEntry({ id }: BbbRecording, { journal }: Pick<Migration, 'journal'>) {
  return journal.last('manual-claim', id);
}

async function freeName({ recording, playback, startMs }: Claimable, run: ClaimRun): Promise<string> {
  const { names, ports, config, journal } = run;
  for (let turn = 1; ; turn += 1) {
    const name = claimName({ name: recording.name, startMs }, extensionOf(playback), config.timeZone, turn);
    // Its own of an earlier run, in another directory, is as good as free.
    if (names.has(name) && name !== lastEntry(recording, { journal })?.file) continue;
    // Before the look, which takes a while: of two recordings in work at once only one looks at a name.
    names.add(name);
    if (!(await ports.claims.isTaken(name))) return name;
  }
}

/** Answers the size of what is complete now, under another name than its own. */
async function fetchWhole(
  { number, recording, playback }: Claimable,
  file: string,
  last: Entry | undefined,
  run: ClaimRun,
): Promise<{ size: number; warnings: string[] }> {
  const { ports } = run;
  const begun = { step: 'begun', file } as const;
  const isBegun = last?.step === 'begun' && last.file === file;
  // Also in the place of a `whole` that is damaged: what is there is not whole any more.
  if (!isBegun) await note(recording, begun, run);
  try {
    if (playback.kind === 'presentation') return await ports.claims.encode(playback.url, file);
    const size = await ports.claims.download(playback.url, file, {
      validator: (isBegun ? last.validator : null) ?? null,
      begun: (validator) => note(recording, validator === null ? begun : { ...begun, validator }, run),
      waiting: (reason, pauseMs) => {
        ports.screen.line(`#${number} ${recording.name}: ${reason}; it is asked again in ${pauseMs / 1000} s`);
      },
      progress: showProgress(`#${number} ${recording.name}`, run),
    });
    return { size, warnings: [] };
  } catch (error) {
    const why = whyHidden(recording);
    if (why === null || !(error instanceof MigrationError)) throw error;
    throw new MigrationError(`${error.message} (${why})`, { cause: error });
  }
}

function showProgress(what: string, { ports }: ClaimRun): (done: number, total: number | null) => void {
  let shown = '';
  return (done, total) => {
    const now = total === null ? `${Math.floor(done / 1e7) * 10} MB` : `${Math.floor((done / total) * 100)} %`;
    if (now !== shown) ports.screen.current(`${what} (${now})`);
    shown = now;
  };
}

/** False: what was complete is not there as it was. */
async function publish(
  recording: BbbRecording,
  { file, size = 0 }: Pick<Entry, 'file' | 'size'>,
  good: Published[],
  run: ClaimRun,
): Promise<boolean> {
  if (!good.includes(await run.ports.claims.publish(file, size))) return false;
  await note(recording, { step: 'done', file, size }, run);
  return true;
}

function untold(faults: string[], { told }: ClaimRun): string[] {
  const fresh = faults.filter((fault) => !told.has(fault));
  for (const fault of fresh) told.add(fault);
  return fresh;
}
