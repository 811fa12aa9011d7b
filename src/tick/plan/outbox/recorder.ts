// The recordings of webinars: how they get to Pod's recorder, each once, as a video of the owner of their event (docs/promises.md, P4).
//
//   outbox/<live>-<meeting>/meeting-….mkv ── look into it ── copy ── <name>.mkv.<entry>.part in the recorder's directory ── rename ── <name>.mkv ──
//   POST /rest/recording/: whose it is, its title, its path ── the file in the entry is removed
//
// Why this order. Pod looks for the file when it is told of it, moves it away, and knows its path for ever: a path that was used once is
// refused. So the file bears its final name before, that name is never used again, and whether Pod was told is asked by it when an answer was
// lost, and before anything is said a second time. Pod takes the videos of two files for one if they have one title at one time: titles do
// not repeat either, and one file is given at a time.
import type { HandOver, OutboxRecord, Recording } from '../../model.js';
import type { OutboxAct, OutboxConfig, OutboxFollowing, OutboxFound, PostRefusal, Whereabouts } from './entry.js';
import { nameOnPod } from './naming.js';

/** Why a recording can never be the recorder's, as far as that is known here; else null. */
export function whyNotRecorders({ userPath }: OutboxRecord, { podRecorderPath }: OutboxConfig): string | null {
  if (podRecorderPath === '') return 'POD_RECORDER_PATH is empty';
  return userPath === null ? 'its event, and whose it is, could not be read in Pod' : null;
}

/** The intent to tell Pod is noted before: without it Pod was told nothing. */
export function afterRenameForRecorder(final: string, begun: HandOver): OutboxFollowing {
  return { change: { handOver: { ...begun, target: final, phase: 'posting' } }, next: [{ is: 'post' }] };
}

/** What an earlier tick has begun; null: as with any other recording. */
export function onRecorderFound(where: Whereabouts, source: Recording | null, begun: HandOver): OutboxFollowing | null {
  const isThere = where === 'final';
  if (begun.phase === 'posting') {
    const because = isThere ? 'going on' : { gone: source };
    return { next: [{ is: 'ask recorder', because }] };
  }
  return isThere ? { change: { handOver: { ...begun, phase: 'posting' } }, next: [{ is: 'post' }] } : null;
}

export function afterPost(answer: Extract<OutboxFound, { of: 'post' }>['answer']): OutboxFollowing {
  if (answer === 'taken') return { next: [{ is: 'remove source' }] };
  if (answer === 'busy')
    return { next: [], remark: 'another recording is being given to Pod; this one follows with the next tick' };
  // A path that Pod refuses may be the one that it was told of before.
  return { next: [{ is: 'ask recorder', because: answer }] };
}

export function afterAskingRecorder(
  { because, hasIt }: Extract<OutboxFound, { of: 'ask recorder' }>,
  record: OutboxRecord,
  config: OutboxConfig,
): OutboxFollowing {
  if (hasIt) return { next: [{ is: 'remove source' }] };
  if (because === 'going on') return { next: [{ is: 'post' }] };
  return 'gone' in because ? afterLoss(because.gone, record) : afterRefusal(because, record, config);
}

/** It has disappeared from the recorder's directory, and Pod knows nothing of it: a row that somebody has deleted since would be made twice. */
function afterLoss(source: Recording | null, { handOver }: OutboxRecord): OutboxFollowing {
  if (source === null) return { next: [{ is: 'remove source' }] };
  const because = `${handOver?.target ?? 'its copy'} is gone, and Pod knows nothing of it`;
  return { next: [keep(source.file, because)] };
}

/** What can be mended in the configuration waits for that; the rest is Pod's last word. */
function afterRefusal(
  { refusedFields, detail }: PostRefusal,
  record: OutboxRecord,
  config: OutboxConfig,
): OutboxFollowing {
  const { handOver } = record;
  const isRefused = (field: string): boolean => refusedFields.includes(field);
  const others = refusedFields.filter((field) => field !== 'source_file' && field !== 'recorder');
  if (others.length > 0 || handOver === null) return { next: [{ is: 'set aside', because: detail }] };
  const advice = isRefused('source_file')
    ? `does Pod see it as ${nameOnPod(handOver.target, config)}? See POD_RECORDER_PATH, POD_RECORDER_PATH_ON_POD and Pod's DEFAULT_RECORDER_PATH`
    : 'see POD_RECORDER_ID';
  const failure = {
    kind: 'recordingFailed',
    detail: `${handOver.file} waits in the outbox: ${detail}: ${advice}`,
  } as const;
  return { next: [], failure };
}

function keep(file: string, because: string): OutboxAct {
  return { is: 'copy', file, to: { place: 'kept', because } };
}
