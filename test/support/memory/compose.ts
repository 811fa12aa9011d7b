// Containers in memory: `up` starts what the compose file says, the streamer records, `finish` closes its file.
import { PortError } from '../../../src/tick/errors.js';
import type { Reading, SlotContainers } from '../../../src/tick/model.js';
import { type Chat, type Compose, type Streams } from '../../../src/tick/ports.js';
import type { Host, StoredComposeFile } from './host.js';
import type { Session, Through } from './session.js';
import { ok } from './samples.js';
import { holdsLock } from './slots.js';

function composeFileOf(host: Host, slot: number): StoredComposeFile {
  const file = host.slots.get(slot)?.composeFile;
  if (file === null || file === undefined) throw new PortError('dockerUnreadable', `slot ${slot} has no compose file`);
  if (!file.isIntact) throw new PortError('dockerUnreadable', `the compose file of slot ${slot} is damaged`);
  return file;
}

/** The content of a recording says whose it is, and whether its end was written. */
export function recordingContent(internalMeetingId: string, livestreamId: number, take: string): string {
  return `meeting=${internalMeetingId} live=${livestreamId} take=${take}`;
}

function startContainer(host: Host, slot: number, file: StoredComposeFile, livestreamId: number, now: number): void {
  host.starts.push({ at: now, slot, livestreamId });
  let openFile: string | null = null;
  if (file.isRecorded) {
    openFile = `meeting-${new Date(now + host.skewMs).toISOString().replace(/\D/g, '')}-${host.starts.length}.mkv`;
    const content = recordingContent(
      file.internalMeetingId,
      livestreamId,
      `${host.config.serverNumber}-${host.starts.length}`,
    );
    host.slots.get(slot)?.videodata.set(openFile, { content, modifiedAt: now + host.skewMs });
  }
  host.containers.set(slot, { livestreamId, streamKey: file.streamKey, state: 'running', openFile });
}

/** Also how a container dies: its file ends without its trailer. */
export function stopContainer(host: Host, slot: number, now: number, exitStatus?: number): void {
  const container = host.containers.get(slot);
  if (container === undefined) return;
  closeFile(host, slot, ' cut', now);
  container.state = 'stopped';
  if (exitStatus !== undefined) container.exitStatus = exitStatus;
}

/** The Redis of a slot dies; its streamer goes on. */
export function killChat(host: Host, slot: number): void {
  const container = host.containers.get(slot);
  if (container !== undefined) container.isChatDead = true;
}

function closeFile(host: Host, slot: number, trailer: string, now: number): void {
  const container = host.containers.get(slot);
  const file = host.slots.get(slot)?.videodata.get(container?.openFile ?? '');
  if (container === undefined || file === undefined) return;
  file.content += trailer;
  file.modifiedAt = now + host.skewMs;
  container.openFile = null;
}

async function asReading<T>(read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return ok(await read());
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    return { ok: false, problem: error.problem };
  }
}

/** As the engine lists them: the compose file has no part in it. */
function containersOf(host: Host, slot: number): SlotContainers {
  const container = host.containers.get(slot);
  const { exitStatus = null, health = null } = container ?? {};
  if (container?.state !== 'running') return { state: container?.state ?? 'absent', health: null, exitStatus };
  const state = container.isPaused === true ? 'paused' : container.isChatDead === true ? 'withoutChat' : 'running';
  return { state, health, exitStatus: null };
}

export function composePort(host: Host, session: Session, now: () => number, through: Through): Compose {
  return {
    read: (slot) => asReading(() => through('compose', 'read', [slot], () => containersOf(host, slot))),
    readAll: async (slots) => {
      const all = await asReading(() =>
        through('compose', 'readAll', [slots], () => new Map(slots.map((slot) => [slot, containersOf(host, slot)]))),
      );
      return new Map(slots.map((slot) => [slot, all.ok ? ok(all.value.get(slot) as SlotContainers) : all]));
    },
    hasOwnStreamer: () => Promise.resolve(host.config.streamerImage.includes('bbb-pod-live-streamer')),
    engineId: () => through('compose', 'engineId', [], () => host.engineId),
    up: (slot) =>
      through('compose', 'up', [slot], async (checkpoint) => {
        holdsLock(host, slot, session);
        const file = composeFileOf(host, slot);
        if (host.hasNoImages) throw new PortError('imageMissing', 'no such image');
        if (file.livestreamId === null) throw new Error('up with the compose file of an unused slot');
        const found = host.containers.get(slot);
        if (
          found?.state === 'running' &&
          found.livestreamId === file.livestreamId &&
          found.streamKey === file.streamKey
        )
          return null;
        if (found !== undefined && host.hasLostNetworks) throw new PortError('startFailed', 'network 1f2e not found');
        host.containers.set(slot, {
          livestreamId: file.livestreamId,
          streamKey: file.streamKey,
          state: 'stopped',
          openFile: null,
        });
        await checkpoint('containers made');
        startContainer(host, slot, file, file.livestreamId, now());
        return null;
      }),
    upChat: (slot) =>
      through('compose', 'upChat', [slot], () => {
        holdsLock(host, slot, session);
        composeFileOf(host, slot);
        delete host.containers.get(slot)?.isChatDead;
      }),
    finish: (slot) =>
      through('compose', 'finish', [slot], () => {
        holdsLock(host, slot, session);
        closeFile(host, slot, ' whole', now());
      }),
    down: (slot) =>
      through('compose', 'down', [slot], async (checkpoint) => {
        holdsLock(host, slot, session);
        composeFileOf(host, slot);
        stopContainer(host, slot, now());
        await checkpoint('containers stopped');
        host.containers.delete(slot);
        return null;
      }),
    lastLines: (slot) =>
      through('compose', 'lastLines', [slot], () => (host.containers.has(slot) ? ['frame= 250 fps= 25'] : [])),
    saveOutput: (slot, name, lines) =>
      through('compose', 'saveOutput', [slot, name, lines], () => {
        composeFileOf(host, slot);
        if (host.containers.has(slot)) host.outputs.set(name, (host.outputs.get(name) ?? 0) + 1);
      }),
  };
}

export function chatPort(host: Host, through: Through): Chat {
  return {
    ping: (slot) =>
      through('chat', 'ping', [slot], () => {
        const container = host.containers.get(slot);
        const isThere = container?.state === 'running' && container.isChatDead !== true;
        if (host.hasSilentChat || !isThere) throw new PortError('chatSilent', `no answer on port ${6378 + slot}`);
      }),
    show: (slot, isShown) =>
      through('chat', 'show', [slot, isShown], () => {
        const container = host.containers.get(slot);
        if (container !== undefined) container.showsChat = isShown;
      }),
    look: (slot) =>
      through('chat', 'look', [slot], () => {
        const container = host.containers.get(slot);
        const isThere = container?.state === 'running' && container.isChatDead !== true && !host.hasSilentChat;
        if (!isThere) return { silence: `no answer on port ${6378 + slot}`, fromPod: null, listeners: null };
        const asked = `${host.config.serverHostname}:${6378 + slot}`;
        const fault = host.isHiddenFromPod ? 'ECONNREFUSED' : null;
        return { silence: null, fromPod: { asked, fault }, listeners: host.hasDeafStreamers ? 0 : 1 };
      }),
  };
}

/** What viewers get: a stream advances while its container runs and works, unless the world says otherwise. */
export function streamsPort(host: Host, now: () => number, through: Through): Streams {
  return {
    readPlaylist: (url) =>
      asReading(() =>
        through('streams', 'readPlaylist', [url], () => {
          const streamKey = /([^/]*)\.m3u8$/.exec(url)?.[1] ?? url;
          const told = host.playlists.get(streamKey);
          if (told instanceof PortError) throw told;
          const one = [...host.containers.values()].find((container) => container.streamKey === streamKey);
          // A webinar's address is Pod's affair.
          const works =
            one === undefined || (one.state === 'running' && one.isPaused !== true && one.isFrozen !== true);
          if (told !== undefined) return told;
          const ageMs = host.hidesPlaylistAge ? null : 2000;
          if (works) return { is: 'playlist', edge: `${now()}.ts`, ageMs, targetMs: 5000 };
          return { is: 'missing', what: `${streamKey}.m3u8: status 404` };
        }),
      ),
    askRtmp: (streamUrl) => through('streams', 'askRtmp', [streamUrl], () => 'rtmp.univ.test:1935 takes connections'),
  };
}
