// Recordings in memory, with the moments at which a kill could leave something half done.
import { PortError } from '../../../src/tick/errors.js';
import { type Recordings, type RecordingTarget, type Whereabouts } from '../../../src/tick/ports.js';
import type { HandOver } from '../../../src/tick/model.js';
import { createKeyedMutex } from '../../../src/shared/keyed-mutex.js';
import type { Host, SlotDirectory, StoredFile } from './host.js';
import type { Checkpoint, Through } from './session.js';
import { parsedRecord } from './slots.js';

/** All files outside the slots, by absolute path: Pod's directory, which servers may share, and each host's `kept/`. */
export type Files = Map<string, StoredFile>;

function failed(detail: string, certain = false): PortError {
  return new PortError('recordingFailed', detail, { certain });
}

function videodata(host: Host, slot: number): SlotDirectory['videodata'] {
  return host.slots.get(slot)?.videodata ?? new Map<string, StoredFile>();
}

function freeKeptPath(host: Host, files: Files, name: string): string {
  for (let turn = 1; ; turn += 1) {
    const path = `${host.config.baseDirectory}/kept/${name}${turn === 1 ? '' : `-${turn}`}.mkv`;
    if (!files.has(path)) return path;
  }
}

function destinationOf(
  host: Host,
  files: Files,
  target: RecordingTarget,
  slot: number,
): { final: string; part: string } {
  if (target.place === 'kept') {
    const final = freeKeptPath(host, files, target.name);
    return { final, part: `${final}.${slot}.part` };
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
  const isWhole = final?.length === handOver.size && final === (source?.content ?? final);
  return isWhole ? 'final' : 'nowhere';
}

export function recordingsPort(host: Host, files: Files, through: Through): Recordings {
  const inTurn = createKeyedMutex();
  return {
    read: (slot) =>
      through('recordings', 'read', [slot], () =>
        [...videodata(host, slot)]
          .filter(([file, { content }]) => file.endsWith('.mkv') && content !== '')
          .sort(([one], [other]) => one.localeCompare(other))
          .map(([file, { content, modifiedAt }]) => ({ file, size: content.length, modifiedAt: new Date(modifiedAt) })),
      ),
    readOthers: (slot) =>
      through('recordings', 'readOthers', [slot], () =>
        [...videodata(host, slot)]
          .filter(([file, { content }]) => file.endsWith('.mkv') && content === '')
          .map(([file]) => `${file} is empty`),
      ),
    isWaiting: (internalMeetingId) =>
      through('recordings', 'isWaiting', [internalMeetingId], () =>
        files.has(`${host.config.podDefaultBbbPath}/${internalMeetingId}.mkv`),
      ),
    copy: (slot, file, target) =>
      through('recordings', 'copy', [slot, file, target], async (checkpoint) => {
        const source = videodata(host, slot).get(file);
        if (source === undefined) throw failed(`${file} is not there`);
        const { final, part } = destinationOf(host, files, target, slot);
        const sha256 = await placeWhole(host, files, source, part, checkpoint);
        return { file, size: source.content.length, sha256, target: final, part, phase: 'copied' };
      }),
    whereIs: (slot, handOver) =>
      through('recordings', 'whereIs', [slot, handOver], () =>
        whereIs(files, videodata(host, slot).get(handOver.file), handOver),
      ),
    inTurn,
    rename: (handOver) =>
      through('recordings', 'rename', [handOver], (checkpoint) => renamePart(host, files, handOver, checkpoint)),
    removeSource: (slot, handOver) =>
      through('recordings', 'removeSource', [slot, handOver], async (checkpoint) => {
        if (handOver.formerPart !== undefined && files.delete(handOver.formerPart))
          await checkpoint('former part removed');
        const directory = videodata(host, slot);
        if (directory.get(handOver.file)?.content.length === handOver.size) directory.delete(handOver.file);
      }),
    redirect: (slot, handOver, target) =>
      through('recordings', 'redirect', [slot, handOver, target], async (checkpoint) => {
        const source = videodata(host, slot).get(handOver.file);
        const from = source?.content.length === handOver.size ? source : files.get(handOver.part);
        if (from === undefined) throw failed('its copy has disappeared');
        const { final, part } = destinationOf(host, files, target, slot);
        const sha256 = await placeWhole(host, files, from, part, checkpoint);
        return { ...handOver, sha256, target: final, part, formerPart: handOver.part, phase: 'copied' };
      }),
    formerLive: (slot) =>
      through('recordings', 'formerLive', [slot], () => {
        const former = parsedRecord(host.slots.get(slot)?.former ?? null);
        if (!former.ok || former.value === null) return null;
        const { livestreamId, internalMeetingId } = former.value;
        return { livestreamId, internalMeetingId };
      }),
  };
}
