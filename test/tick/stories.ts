// Stories: worlds brought to the brink of one tick, in which crash and fault tests cut something.
import type { EffectName } from '../../src/tick/model.js';
import type { OutboxAct } from '../../src/tick/plan/outbox/entry.js';
import { POD_DIRECTORY } from '../support/memory/config.js';
import { addBroadcaster, ask, type Request } from '../support/memory/pod.js';
import { killChat, stopContainer } from '../support/memory/compose.js';
import { emptyDirectory } from '../support/memory/host.js';
import type { Fault, Hook } from '../support/memory/session.js';
import { createWorld, hostOf, recordOf, tick, type MemoryWorld } from '../support/memory/world.js';
import {
  clickRestart,
  clickStart,
  clickStop,
  planWebinar,
  setStatus,
  webinarWorld,
} from '../support/memory/webinar-teacher.js';
import { serialiseSlotRecord } from '../../src/tick/shell/slot/slot-file.js';
import type { Config } from '../../src/tick/model.js';

export type Act = EffectName | OutboxAct['is'];

export interface Story {
  name: string;
  /** The effects that its tick begins, and the acts on the outbox. */
  effects: Act[];
  prepare(): Promise<MemoryWorld>;
  /** What is wrong during the tick, and no longer afterwards. */
  trouble?: Hook;
  /** Its start is undone and tried again, so that a tick that was cut takes one round less. */
  isRetried?: boolean;
}

/** A request, and its meeting runs. */
export function request(world: MemoryWorld, wanted: Request): void {
  const row = ask(world.pod, wanted);
  const meeting = world.pod.meetings.get(row.meetingPath);
  if (meeting !== undefined) world.bbb.running.set(meeting.meetingId, meeting.internalMeetingId);
}

export function endMeeting(world: MemoryWorld, id: number): void {
  world.bbb.running.delete(`meeting-${id}`);
}

export async function cleanTick(world: MemoryWorld, server = 1): Promise<void> {
  const end = await tick(world, { server });
  if (!('exitStatus' in end)) throw new Error(`the tick did not end: ${JSON.stringify(end)}`);
  world.clock.time += 60_000;
}

const recorded = { id: 1, row: { downloadMeeting: true } };

/** A world in which these lives are in progress. */
async function running(requests: Request[], config: Partial<Config>[] = [{}]): Promise<MemoryWorld> {
  const world = createWorld(config);
  for (const wanted of requests) request(world, wanted);
  await cleanTick(world);
  return world;
}

async function ended(wanted: Request, config: Partial<Config> = {}): Promise<MemoryWorld> {
  const world = await running([wanted], [config]);
  endMeeting(world, wanted.id);
  return world;
}

function putInSlot(world: MemoryWorld, file: string, content: string): void {
  hostOf(world).slots.get(1)?.videodata.set(file, { content, modifiedAt: world.clock.time });
}

/** Slot 1 with the recording of live 1, which version 1.1.0 has ended, and a request. */
async function leftBy110(config: Partial<Config>): Promise<MemoryWorld> {
  const world = await running([recorded], [{ ...config, numberOfLives: 1 }]);
  const directory = hostOf(world).slots.get(1);
  const content = [...(directory?.videodata.values() ?? [])].map((file) => `${file.content} whole`);
  const former = recordOf(world, 1);
  endMeeting(world, 1);
  directory?.videodata.clear();
  await tick(world);
  world.clock.time += 60_000;
  putInSlot(world, 'meeting-1.mkv', content[0] ?? '');
  if (directory !== undefined && former.ok && former.value !== null)
    directory.former = serialiseSlotRecord({ ...former.value, step: 'down' });
  request(world, { id: 2, row: { downloadMeeting: true } });
  return world;
}

/** A live that the PHP script started in slot 1. */
function takenOver(wanted: Request): MemoryWorld {
  const world = createWorld();
  const host = hostOf(world);
  const broadcaster = addBroadcaster(world.pod, {
    name: '[BBB] Cours 1',
    streamUrl: 'https://hls.univ.test/hls/bbb-Cours-1.m3u8',
    isRestricted: false,
  });
  request(world, { ...wanted, row: { status: 1, server: '1/1', broadcasterId: broadcaster.id, ...wanted.row } });
  const composeFile = {
    origin: 'foreign',
    isIntact: true,
    livestreamId: wanted.id,
    meetingId: `meeting-${wanted.id}`,
    internalMeetingId: `internal-${wanted.id}`,
    streamKey: 'bbb-Cours-1',
    isRecorded: true,
  } as const;
  host.slots.set(1, { ...emptyDirectory(), composeFile });
  host.slots.get(1)?.videodata.set('meeting-1.mkv', {
    content: `meeting=internal-${wanted.id} live=${wanted.id} take=1`,
    modifiedAt: world.clock.time,
  });
  host.containers.set(1, {
    livestreamId: wanted.id,
    streamKey: 'bbb-Cours-1',
    state: 'running',
    openFile: 'meeting-1.mkv',
  });
  return world;
}

/** Makes one method of a port fail. */
export function failing(port: string, method: string, fault: Fault, moment = 'before'): Hook {
  return (call, at) => (call.port === port && call.method === method && at === moment ? { fault } : undefined);
}

const AFTER_CLAIM: EffectName[] = ['tellPodStarted', 'clearOut', 'render', 'up', 'mailStart'];
const START: EffectName[] = ['reserve', 'claim', ...AFTER_CLAIM];
const STOP: EffectName[] = [
  'beginStop',
  'render',
  'finish',
  'saveOutput',
  'down',
  'moveOut',
  'removeBroadcaster',
  'tellPodStopped',
  'release',
];
/** A recording on its way to Pod. */
const SEND: OutboxAct['is'][] = [
  'begin',
  'look',
  'ask meeting',
  'inspect',
  'copy',
  'tell owner',
  'rename',
  'remove source',
  'close',
];
/** To kept/. */
const KEEP: OutboxAct['is'][] = ['begin', 'look', 'copy', 'rename', 'remove source', 'close'];
const GIVE_BACK: EffectName[] = [
  'beginUndo',
  'render',
  'saveOutput',
  'down',
  'keepFragments',
  'tellPodGivenBack',
  'removeBroadcaster',
  'release',
];
const UNCLAIM: EffectName[] = ['beginUndo', 'removeBroadcaster', 'release'];

const WEBINAR_START: EffectName[] = [
  'reserve',
  'clearOut',
  'render',
  'up',
  'tellWebinarStarted',
  'mailStart',
  'pingChat',
];
const WEBINAR_STOP: EffectName[] = [
  'beginStop',
  'render',
  'finish',
  'saveOutput',
  'down',
  'moveOut',
  'switchOff',
  'tellWebinarStopped',
  'release',
];

/** The recording of a webinar on its way to Pod's recorder. */
const GIVE: OutboxAct['is'][] = ['begin', 'look', 'inspect', 'copy', 'rename', 'post', 'remove source', 'close'];

/** A webinar that was clicked; `minutes` ago it was started. */
async function webinarAsked(minutes?: number, config: Partial<Config> = {}): Promise<MemoryWorld> {
  const world = webinarWorld(config);
  planWebinar(world, 1);
  clickStart(world, 1);
  if (minutes === undefined) return world;
  await cleanTick(world);
  world.clock.time += minutes * 60_000;
  return world;
}

/** One whose meeting is over. */
async function webinarRecorded(): Promise<MemoryWorld> {
  const world = await webinarAsked(5, { webinarRecord: 'always' });
  endMeeting(world, 1);
  return world;
}

const WEBINARS: Story[] = [
  { name: 'a webinar starts', effects: WEBINAR_START, prepare: () => webinarAsked() },
  {
    name: 'a webinar starts behind one that is done with',
    effects: ['settleWish', ...WEBINAR_START],
    prepare: async () => {
      const world = await webinarAsked(5);
      planWebinar(world, 2);
      clickStart(world, 2);
      clickStop(world, 1);
      await cleanTick(world);
      return world;
    },
  },
  {
    name: 'the meeting of a webinar is over',
    effects: ['settleWish', ...WEBINAR_STOP],
    prepare: async () => {
      const world = await webinarAsked(5);
      endMeeting(world, 1);
      return world;
    },
  },
  {
    name: 'a webinar that was recorded is over',
    effects: ['settleWish', ...WEBINAR_STOP, ...GIVE],
    prepare: () => webinarRecorded(),
  },
  {
    name: 'a webinar that was recorded is over, and the recorder is on another file system',
    effects: ['settleWish', ...WEBINAR_STOP, ...GIVE],
    prepare: async () => {
      const world = await webinarRecorded();
      hostOf(world).sharesFileSystem = false;
      return world;
    },
  },
  {
    name: 'a webinar of somebody without staff rights was recorded',
    effects: ['settleWish', ...WEBINAR_STOP, ...GIVE, 'ask recorder', 'set aside'],
    prepare: async () => {
      const world = await webinarRecorded();
      world.webinars.staff.clear();
      return world;
    },
  },
  {
    name: "Pod's answer to a webinar's recording was lost",
    effects: ['begin', 'find', 'ask recorder', 'remove source', 'look', 'close'],
    prepare: async () => {
      const world = await webinarRecorded();
      await tick(world, { hook: failing('webinars', 'createRecording', { kind: 'podUnreadable' }, 'after') });
      world.clock.time += 60_000;
      return world;
    },
  },
  {
    name: "Pod did not hear of a webinar's recording",
    effects: ['begin', 'find', 'ask recorder', 'post', 'remove source', 'look', 'close'],
    prepare: async () => {
      const world = await webinarRecorded();
      await tick(world, { hook: failing('webinars', 'createRecording', { kind: 'podUnreadable' }) });
      world.clock.time += 60_000;
      return world;
    },
  },
  {
    name: 'a webinar is stopped by a call',
    effects: WEBINAR_STOP,
    prepare: async () => {
      const world = await webinarAsked(5);
      clickStop(world, 1);
      return world;
    },
  },
  {
    name: "a webinar was set to 'stopped' in Pod",
    effects: ['settleWish', ...WEBINAR_STOP],
    prepare: async () => {
      const world = await webinarAsked(5);
      setStatus(world, 1, 2);
      return world;
    },
  },
  {
    name: 'a webinar is asked for anew',
    effects: ['learn', 'finish', 'saveOutput', 'render', 'down', 'revive'],
    isRetried: true,
    prepare: async () => {
      const world = await webinarAsked(5);
      clickRestart(world, 1);
      return world;
    },
  },
  {
    name: 'a webinar goes on beyond the end of its event, and Pod was not to be read at its start',
    effects: ['learn', 'tellWebinarStarted', 'prolongEvent', 'noteChatHeard'],
    prepare: async () => {
      const world = await webinarAsked();
      await tick(world, {
        hook: ({ port }) => (port === 'webinars' ? { fault: { kind: 'podUnreadable' } } : undefined),
      });
      world.clock.time += 90 * 60_000;
      return world;
    },
  },
  {
    name: 'a webinar whose meeting was over before it was started, and one that is in progress in Pod alone',
    effects: ['settleWish', 'closeWebinar'],
    prepare: async () => {
      const world = await webinarAsked();
      endMeeting(world, 1);
      planWebinar(world, 2, 2);
      setStatus(world, 2, 1);
      world.clock.time += 10 * 60_000;
      return Promise.resolve(world);
    },
  },
  {
    name: 'a webinar that cannot be started',
    effects: ['reserve', 'clearOut', 'render', 'up', 'beginUndo', 'saveOutput', 'down', 'keepFragments', 'release'],
    prepare: () => webinarAsked(),
    trouble: failing('compose', 'up', { kind: 'startFailed' }),
    isRetried: true,
  },
];

export const STORIES: Story[] = [
  ...WEBINARS,
  { name: 'start', effects: START, prepare: () => worldWith([{ id: 1 }]) },
  {
    name: 'start with chat',
    effects: [...START, 'pingChat'],
    prepare: () => worldWith([{ id: 1, row: { enableChat: true } }]),
  },
  {
    name: 'start when the broadcaster exists',
    effects: START,
    prepare: async () => {
      const world = await worldWith([{ id: 1, row: { isRestricted: true } }]);
      addBroadcaster(world.pod, {
        name: '[BBB] Cours 1',
        streamUrl: 'https://hls.univ.test/hls/bbb-Cours-1.m3u8',
        isRestricted: false,
      });
      return world;
    },
  },
  { name: 'two starts', effects: START, prepare: () => worldWith([{ id: 1 }, { id: 2 }]) },
  {
    name: 'two starts under one name',
    effects: START,
    prepare: () =>
      worldWith([
        { id: 1, meetingName: 'Cours' },
        { id: 2, meetingName: 'Cours' },
      ]),
  },
  { name: 'stop', effects: STOP, prepare: () => ended({ id: 1 }) },
  { name: 'stop with recording', effects: [...STOP, ...SEND], prepare: () => ended(recorded) },
  {
    name: 'stop with recording across file systems',
    effects: [...STOP, ...SEND],
    prepare: async () => {
      const world = await ended(recorded);
      hostOf(world).sharesFileSystem = false;
      return world;
    },
  },
  {
    name: 'stop and start in one tick',
    effects: [...STOP, ...SEND, ...START],
    prepare: async () => {
      const world = await ended(recorded);
      request(world, { id: 2, meetingName: 'Cours 1' });
      return world;
    },
  },
  {
    name: 'take-over',
    effects: ['adopt'],
    prepare: () => Promise.resolve(takenOver({ id: 1, row: { downloadMeeting: true } })),
  },
  {
    name: 'take-over of a live whose meeting is over',
    effects: ['adopt', ...STOP, ...SEND],
    prepare: () => {
      const world = takenOver({ id: 1, row: { downloadMeeting: true } });
      endMeeting(world, 1);
      return Promise.resolve(world);
    },
  },
  {
    name: 'failed up',
    isRetried: true,
    effects: [...START.slice(0, -1), ...GIVE_BACK],
    prepare: async () => {
      const world = await worldWith([{ id: 1 }]);
      hostOf(world).hasNoImages = true;
      return world;
    },
  },
  {
    name: 'up that failed half way',
    isRetried: true,
    effects: [...START.slice(0, -1), ...GIVE_BACK],
    prepare: () => worldWith([{ id: 1 }]),
    trouble: failing('compose', 'up', { kind: 'startFailed' }, 'containers made'),
  },
  {
    name: 'restarted room',
    effects: [...STOP, ...SEND],
    prepare: async () => {
      const world = await running([recorded]);
      world.bbb.running.set('meeting-1', 'internal-1-again');
      return world;
    },
  },
  {
    name: 'restarted room that Pod knows already',
    effects: [...STOP, 'ask meeting', ...KEEP],
    prepare: async () => {
      const world = await running([recorded]);
      world.bbb.running.set('meeting-1', 'internal-1-again');
      const meeting = world.pod.meetings.get('/rest/bbb_meeting/1/');
      if (meeting !== undefined) meeting.internalMeetingId = 'internal-1-again';
      return world;
    },
  },
  {
    name: 'recording target full',
    effects: [...STOP, 'begin', 'look', 'ask meeting', 'inspect', 'copy'],
    prepare: async () => {
      const world = await ended(recorded);
      hostOf(world).sharesFileSystem = false;
      return world;
    },
    trouble: failing('outbox', 'copy', { kind: 'recordingFailed', detail: 'no space' }, 'half copied'),
  },
  {
    name: 'stop with a recording in which there is nothing to show',
    effects: [...STOP, 'ask meeting', 'inspect', ...KEEP],
    prepare: async () => {
      const world = await ended(recorded);
      for (const recording of hostOf(world).slots.get(1)?.videodata.values() ?? []) recording.content = 'broken';
      return world;
    },
  },
  {
    name: 'stop with a recording of nobody',
    effects: [...STOP, ...KEEP],
    prepare: () => ended({ id: 1, row: { downloadMeeting: true, userPath: null } }),
  },
  {
    name: 'stop with a recording that Pod refuses after it was copied',
    effects: [...STOP, ...SEND, 'set aside'],
    prepare: async () => {
      const world = await ended(recorded);
      hostOf(world).sharesFileSystem = false;
      world.pod.staff.clear();
      return world;
    },
  },
  {
    name: 'stop with two recordings, one of a stranger that could not be set aside at the start',
    effects: [...STOP, ...SEND],
    prepare: async () => {
      const world = createWorld();
      await cleanTick(world);
      hostOf(world)
        .slots.get(1)
        ?.videodata.set('older.mkv', { content: 'a stranger', modifiedAt: world.clock.time + 86_400_000 });
      request(world, recorded);
      await tick(world, { hook: failing('outbox', 'moveIn', { kind: 'recordingFailed' }) });
      world.clock.time += 60_000;
      endMeeting(world, 1);
      return world;
    },
  },
  {
    name: 'start in a slot in which version 1.1.0 has left a recording that was not to be handed over',
    effects: [...START, ...KEEP],
    prepare: () => leftBy110({ podDefaultBbbPath: '' }),
  },
  {
    name: 'start in a slot in which version 1.1.0 has left a recording',
    effects: [...START, ...SEND],
    prepare: () => leftBy110({}),
  },
  {
    name: 'start in a slot in which a file of nobody lies',
    effects: [...START, ...KEEP],
    prepare: async () => {
      const world = createWorld();
      await cleanTick(world);
      putInSlot(world, 'left.mkv', 'a stranger');
      request(world, { id: 2, row: { downloadMeeting: true } });
      return world;
    },
  },
  {
    name: 'recording that an earlier tick could not copy',
    effects: SEND,
    prepare: async () => {
      const world = await ended(recorded);
      await tick(world, { hook: failing('outbox', 'copy', { kind: 'recordingFailed' }) });
      world.clock.time += 60_000;
      return world;
    },
  },
  {
    name: 'recording whose owner an earlier tick could not tell',
    effects: ['find', ...SEND],
    prepare: async () => {
      const world = await ended(recorded);
      hostOf(world).sharesFileSystem = false;
      await tick(world, { hook: failing('pod', 'setEncodedBy', { kind: 'podUnreadable' }) });
      world.clock.time += 60_000;
      for (const part of world.files.keys()) if (part.endsWith('.part')) world.files.delete(part);
      return world;
    },
  },
  {
    name: 'container that died is started again',
    effects: ['noteRestart', 'saveOutput', 'render', 'revive'],
    prepare: async () => {
      const world = await running([recorded]);
      stopContainer(hostOf(world), 1, world.clock.time);
      return world;
    },
  },
  {
    name: 'container that died and cannot be started as it was',
    effects: ['noteRestart', 'saveOutput', 'render', 'revive', 'down'],
    prepare: async () => {
      const world = await running([recorded]);
      stopContainer(hostOf(world), 1, world.clock.time);
      hostOf(world).hasLostNetworks = true;
      return world;
    },
  },
  {
    name: 'container that was paused is made anew',
    effects: ['noteRestart', 'saveOutput', 'finish', 'render', 'down', 'revive'],
    prepare: async () => {
      const world = await running([recorded]);
      Object.assign(hostOf(world).containers.get(1) ?? {}, { isPaused: true });
      return world;
    },
  },
  {
    name: 'stream that froze is told and made anew',
    effects: ['explainSilence', 'noteRestart', 'saveOutput', 'finish', 'render', 'down', 'revive'],
    prepare: async () => {
      const world = await running([{ id: 1 }]);
      Object.assign(hostOf(world).containers.get(1) ?? {}, { isFrozen: true });
      // The next tick is the one in which it has been silent for long enough.
      for (let minute = 0; minute < 7; minute += 1) {
        await tick(world);
        world.clock.time += 60_000;
      }
      return world;
    },
  },
  {
    name: 'live that has just come on the air',
    effects: ['noteOnAir'],
    prepare: () => running([{ id: 1 }]),
  },
  {
    name: 'chat that is heard',
    effects: ['noteOnAir', 'noteChatHeard'],
    prepare: () => running([{ id: 1, row: { enableChat: true } }]),
  },
  {
    name: 'chat that died is started again',
    effects: ['reviveChat', 'pingChat'],
    prepare: async () => {
      const world = await running([{ id: 1, row: { enableChat: true } }]);
      killChat(hostOf(world), 1);
      return world;
    },
  },
  {
    name: 'start that is undone when it has recorded already',
    effects: [...GIVE_BACK, ...KEEP],
    prepare: async () => {
      const world = await worldWith([recorded]);
      const failed = failing('compose', 'up', { kind: 'startFailed', detail: 'port is already allocated' }, 'after');
      await tick(world, {
        hook: (call, moment) => (call.method === 'down' ? { kill: true } : failed(call, moment)),
      });
      world.clock.time += 60_000;
      return world;
    },
  },
  {
    name: 'stop with a damaged compose file',
    effects: [...STOP, ...SEND],
    prepare: async () => {
      const world = await ended(recorded);
      const composeFile = hostOf(world).slots.get(1)?.composeFile;
      if (composeFile != null) composeFile.isIntact = false;
      return world;
    },
  },
  {
    name: 'request whose meeting is over',
    effects: ['closeRequest'],
    prepare: async () => {
      const world = await worldWith([{ id: 1 }]);
      endMeeting(world, 1);
      return world;
    },
  },
  {
    name: 'start that Pod refuses',
    isRetried: true,
    effects: ['reserve', 'claim', 'tellPodStarted', ...UNCLAIM],
    prepare: () => worldWith([{ id: 1 }]),
    trouble: failing('pod', 'changeLivestream', { kind: 'podUnreadable', certain: true, status: 400 }),
  },
  {
    name: 'claim whose request was withdrawn',
    effects: UNCLAIM,
    prepare: async () => {
      const world = await worldWith([{ id: 1 }]);
      await tick(world, { hook: failing('pod', 'changeLivestream', { kind: 'podUnreadable' }) });
      world.clock.time += 60_000;
      for (const row of world.pod.rows) row.status = 2;
      return world;
    },
  },
  {
    name: 'claim without an answer whose request was withdrawn',
    effects: UNCLAIM,
    prepare: async () => {
      const world = await worldWith([{ id: 1 }]);
      await tick(world, { hook: failing('pod', 'createBroadcaster', { kind: 'podUnreadable' }, 'after') });
      world.clock.time += 60_000;
      for (const row of world.pod.rows) row.status = 2;
      return world;
    },
  },
  {
    name: 'start that was cut before its mail',
    effects: ['mailStart', 'noteOnAir'],
    prepare: async () => {
      const world = await worldWith([{ id: 1 }]);
      await tick(world, { hook: ({ port }) => (port === 'mail' ? { kill: true } : undefined) });
      world.clock.time += 60_000;
      return world;
    },
  },
];

function worldWith(requests: Request[]): Promise<MemoryWorld> {
  const world = createWorld();
  for (const wanted of requests) request(world, wanted);
  return Promise.resolve(world);
}

export { POD_DIRECTORY };
