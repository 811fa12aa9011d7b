// The outbox in memory, with the moments at which a kill could leave something half done.
import { PortError } from '../../../src/tick/errors.js';
import type { EntryReading, HandOver, OutboxRecord, Reading } from '../../../src/tick/model.js';
import type { FilmSight, Whereabouts } from '../../../src/tick/plan/outbox/entry.js';
import { parseEntry, serialiseEntry } from '../../../src/tick/shell/outbox/entry-file.js';
import { type Outbox, type RecordingTarget } from '../../../src/tick/ports.js';
import type { Host, StoredEntry, StoredFile } from './host.js';
import { recordingsIn } from './recordings.js';
import type { Checkpoint, Session, Through } from './session.js';

/** All files outside the base directories' slots and outboxes, by absolute path: Pod's directory, which servers may share, and each host's `kept/`. */
export type Files = Map<string, StoredFile>;

function failed(detail: string, certain = false): PortError {
  return new PortError('recordingFailed', detail, { certain });
}

export function parsedEntry(text: string | null): Reading<OutboxRecord | null> {
  if (text === null) return { ok: true, value: null };
  const parsed = parseEntry(text);
  if ('value' in parsed) return { ok: true, value: parsed.value };
  return { ok: false, problem: { kind: 'entryUnreadable', detail: parsed.fault } };
}

function readEntries(host: Host): EntryReading[] {
  return [...host.outbox]
    .filter(([entry]) => !entry.startsWith('.'))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([entry, { holder, record }]) => ({
      entry,
      isBusy: holder !== null && !holder.isDead,
      record: parsedEntry(record),
    }));
}

function freeKeptPath(host: Host, files: Files, name: string): string {
  for (let turn = 1; ; turn += 1) {
    const path = `${host.config.baseDirectory}/kept/${name}${turn === 1 ? '' : `-${turn}`}.mkv`;
    if (!files.has(path)) return path;
  }
}

interface Destination {
  final: string;
  part: string;
}

function destinationOf(host: Host, files: Files, target: RecordingTarget, entry: string): Destination {
  if (target.place === 'kept') {
    const final = freeKeptPath(host, files, target.name);
    return { final, part: `${final}.${entry}.part` };
  }
  if (target.place === 'recorder') {
    const final = `${host.config.podRecorderPath}/${target.name}.mkv`;
    return { final, part: `${final}.part` };
  }
  if (host.config.podDefaultBbbPath === '') throw failed('POD_DEFAULT_BBB_PATH is empty', true);
  const final = `${host.config.podDefaultBbbPath}/${target.internalMeetingId}.mkv`;
  return { final, part: `${final}.${target.livestreamId}.part` };
}

/** Linked on one file system; else copied, bit by bit, and read back. */
async function placeWhole(
  host: Host,
  files: Files,
  source: StoredFile,
  part: string,
  checkpoint: Checkpoint,
): Promise<string | null> {
  files.delete(part);
  const { content, modifiedAt } = source;
  if (!host.sharesFileSystem) {
    files.set(part, { content: content.slice(0, content.length / 2), modifiedAt });
    await checkpoint('half copied');
  }
  files.set(part, { content, modifiedAt });
  await checkpoint('part complete');
  return host.sharesFileSystem ? null : `hash of ${content}`;
}

/** A recording of this world's containers says which meeting it shows. */
function sightOf(content: string): FilmSight {
  if (!content.startsWith('meeting=')) return { is: 'none', why: 'it is no Matroska file' };
  return content.endsWith(' whole') ? { is: 'film', isCutOff: false, seconds: null } : { is: 'film', isCutOff: true };
}

function isKept(host: Host, path: string): boolean {
  return path.startsWith(`${host.config.baseDirectory}/kept/`);
}

async function renamePart(host: Host, files: Files, handOver: HandOver, checkpoint: Checkpoint): Promise<string> {
  const part = files.get(handOver.part);
  if (part === undefined) throw failed(`${handOver.part} is not there`);
  let final = handOver.target;
  if (files.has(final)) {
    if (!isKept(host, final)) throw new PortError('recordingWaiting', `${final} is still there`, { certain: true });
    final = freeKeptPath(host, files, final.slice(final.lastIndexOf('/') + 1, -'.mkv'.length));
  }
  files.set(final, part);
  files.delete(handOver.part);
  await checkpoint('renamed');
  return final;
}

function whereIs(files: Files, source: StoredFile | undefined, handOver: HandOver): Whereabouts {
  const part = files.get(handOver.part);
  if (part !== undefined) return part.content.length === handOver.size ? 'part' : 'damagedPart';
  const final = files.get(handOver.target)?.content;
  const isItself = handOver.phase === 'posting' || final === (source?.content ?? final);
  const isWhole = final?.length === handOver.size && isItself;
  return isWhole ? 'final' : 'nowhere';
}

/** The kernel gives a dead process's lock up. */
function takeEntry(host: Host, session: Session, entry: string): StoredEntry | null {
  const there = host.outbox.get(entry) ?? { record: null, files: new Map<string, StoredFile>(), holder: null };
  if (there.holder !== null && !there.holder.isDead) return null;
  host.outbox.set(entry, there);
  there.holder = session;
  return there;
}

export function outboxPort(host: Host, session: Session, files: Files, through: Through): Outbox {
  const held = new Map<string, StoredEntry>();
  const entryOf = (entry: string): StoredEntry => {
    const found = held.get(entry);
    if (found === undefined) throw new Error(`an act on outbox/${entry} without its lock`);
    return found;
  };
  return {
    read: () => through('outbox', 'read', [], () => readEntries(host)),
    take: (entry) =>
      through('outbox', 'take', [entry], () => {
        const found = held.has(entry) ? null : takeEntry(host, session, entry);
        if (found !== null) held.set(entry, found);
        return found !== null;
      }),
    letGo: (entry) => {
      const found = held.get(entry);
      held.delete(entry);
      if (!session.isDead && found !== undefined) found.holder = null;
      if (entry.startsWith('.')) host.outbox.delete(entry);
      return Promise.resolve();
    },
    readRecord: (entry) => through('outbox', 'readRecord', [entry], () => parsedEntry(entryOf(entry).record)),
    writeRecord: (entry, record) =>
      through('outbox', 'writeRecord', [entry, record], async (checkpoint) => {
        await checkpoint('temporary file written');
        entryOf(entry).record = serialiseEntry(record);
        await checkpoint('renamed');
      }),
    moveIn: (entry, slot, file) =>
      through('outbox', 'moveIn', [entry, slot, file], async (checkpoint) => {
        const videodata = host.slots.get(slot)?.videodata;
        const source = videodata?.get(file);
        if (videodata === undefined || source === undefined) throw failed(`${file} is not there`);
        entryOf(entry).files.set(file, source);
        videodata.delete(file);
        await checkpoint('renamed');
      }),
    files: (entry) => through('outbox', 'files', [entry], () => recordingsIn(entryOf(entry).files)),
    inspect: (entry, file) =>
      through('outbox', 'inspect', [entry, file], () => {
        const source = entryOf(entry).files.get(file);
        if (source === undefined) throw failed(`${file} is not there`);
        return sightOf(source.content);
      }),
    isWaiting: (entry, internalMeetingId) =>
      through('outbox', 'isWaiting', [entry, internalMeetingId], () =>
        files.has(`${host.config.podDefaultBbbPath}/${internalMeetingId}.mkv`),
      ),
    copy: (entry, file, target) =>
      through('outbox', 'copy', [entry, file, target], async (checkpoint) => {
        const source = entryOf(entry).files.get(file);
        if (source === undefined) throw failed(`${file} is not there`);
        const { final, part } = destinationOf(host, files, target, entry);
        const sha256 = await placeWhole(host, files, source, part, checkpoint);
        return { file, size: source.content.length, sha256, target: final, part, phase: 'copied' };
      }),
    whereIs: (entry, handOver) =>
      through('outbox', 'whereIs', [entry, handOver], () =>
        whereIs(files, entryOf(entry).files.get(handOver.file), handOver),
      ),
    rename: (entry, handOver) =>
      through('outbox', 'rename', [entry, handOver], (checkpoint) => renamePart(host, files, handOver, checkpoint)),
    removeSource: (entry, handOver) =>
      through('outbox', 'removeSource', [entry, handOver], async (checkpoint) => {
        if (handOver.formerPart !== undefined && files.delete(handOver.formerPart))
          await checkpoint('former part removed');
        const own = entryOf(entry).files;
        if (own.get(handOver.file)?.content.length === handOver.size) own.delete(handOver.file);
      }),
    setAside: (entry, handOver, name) =>
      through('outbox', 'setAside', [entry, handOver, name], async (checkpoint) => {
        const source = entryOf(entry).files.get(handOver.file);
        const inPods = handOver.phase === 'posting' ? handOver.target : handOver.part;
        const from = source?.content.length === handOver.size ? source : files.get(inPods);
        if (from === undefined) throw failed('its copy has disappeared');
        const { final, part } = destinationOf(host, files, { place: 'kept', name }, entry);
        const sha256 = await placeWhole(host, files, from, part, checkpoint);
        return { ...handOver, sha256, target: final, part, formerPart: inPods, phase: 'copied' };
      }),
    close: (entry) =>
      through('outbox', 'close', [entry], async (checkpoint) => {
        const found = entryOf(entry);
        if (found.files.size > 0) throw new PortError('diskFailed', `outbox/${entry} is not empty`);
        found.record = null;
        await checkpoint('recording.json removed');
        host.outbox.delete(entry);
      }),
  };
}
