// Webinars, tick after tick, in a world in memory: what a teacher clicks in Pod, and what becomes of it.
import { describe, expect, test } from '@jest/globals';
import type { Hook } from '../support/memory/session.js';
import { hostOf, memoryOf, recordOf, tick, type MemoryWorld } from '../support/memory/world.js';
import {
  clickRestart,
  clickStart,
  clickStop,
  clickToggle,
  endMeeting,
  planWebinar,
  setStatus,
  webinarWorld,
} from '../support/memory/webinar-teacher.js';
import type { Config, SlotRecord } from '../../src/tick/model.js';

const MINUTE_MS = 60_000;

async function minute(world: MemoryWorld, hook?: Hook): Promise<number> {
  const end = await tick(world, hook === undefined ? {} : { hook });
  if (!('exitStatus' in end)) throw new Error(`the tick did not end: ${JSON.stringify(end)}`);
  world.clock.time += MINUTE_MS;
  return end.exitStatus;
}

function held(world: MemoryWorld, slot = 1): SlotRecord | null {
  const record = recordOf(world, slot);
  if (!record.ok) throw new Error(record.problem.detail);
  return record.value;
}

function statusOf(world: MemoryWorld, id: number): number | undefined {
  return world.webinars.rows.find((row) => row.id === id)?.status;
}

function failingPod(kind: 'podUnreadable' | 'podRefused' = 'podUnreadable'): Hook {
  return ({ port }) => (port === 'webinars' ? { fault: { kind } } : undefined);
}

const failingBbb: Hook = ({ port }) => (port === 'bbb' ? { fault: { kind: 'bbbUnreadable' } } : undefined);

describe('a webinar', () => {
  test('whose chat is hidden while its container is being started is told so at the next tick, once', async () => {
    const world = webinarWorld();
    planWebinar(world, 1);
    clickStart(world, 1);
    await minute(world, ({ port, method }, moment) => {
      if (port === 'compose' && method === 'up' && moment === 'before') clickToggle(world, 1);
      return undefined;
    });
    expect(held(world)).toMatchObject({ step: 'live', showChat: true });
    const told: string[] = [];
    const listening: Hook = ({ port, method, arguments: said }, moment) => {
      if (port === 'chat' && method === 'show' && moment === 'before') told.push(JSON.stringify(said));
      return undefined;
    };
    for (let count = 0; count < 3; count += 1) expect(await minute(world, listening)).toBe(0);
    expect(told).toEqual(['[1,false]']);
    expect(held(world)?.showChat).toBe(false);
    expect(hostOf(world).containers.get(1)?.showsChat).toBe(false);
  });

  test('from the click to the end of its meeting', async () => {
    const world = webinarWorld();
    planWebinar(world, 1);
    expect(await minute(world)).toBe(0);
    expect(held(world)).toBeNull();
    clickStart(world, 1);
    expect(await minute(world)).toBe(0);
    expect(held(world)).toMatchObject({ step: 'live', livestreamId: 1, meetingName: 'Webinaire 1' });
    expect(world.webinars.writes).toEqual(['/rest/broadcasters/amphi-3/: on']);
    expect(hostOf(world).mails.map(({ template, values }) => [template, values['stream'], values['page']])).toEqual([
      ['start', 'rtmp://rtmp.univ.test/live/slot1', 'https://pod.univ.test/live/event/0001-event/'],
    ]);
    for (let count = 0; count < 5; count += 1) expect(await minute(world)).toBe(0);
    endMeeting(world, 1);
    expect(await minute(world)).toBe(0);
    expect(held(world)).toBeNull();
    expect(hostOf(world).containers.size).toBe(0);
    expect(statusOf(world, 1)).toBe(2);
    expect(world.webinars.writes.slice(1)).toEqual(['/rest/broadcasters/amphi-3/: off', 'webinar 1: status 2']);
    expect(hostOf(world).wanted.get(1)).toMatchObject({ current: null, queued: null });
    // Somebody else opens the room: that is no call.
    world.bbb.running.set('meeting-1', 'internal-other');
    expect(await minute(world)).toBe(0);
    expect(hostOf(world).starts).toHaveLength(1);
  });

  test('is stopped by a call, and started by the next, as often as that is clicked', async () => {
    const world = webinarWorld();
    planWebinar(world, 1);
    for (let round = 1; round <= 3; round += 1) {
      clickStart(world, 1);
      await minute(world);
      expect(held(world)?.step).toBe('live');
      clickStop(world, 1);
      await minute(world);
      expect(held(world)).toBeNull();
      expect(statusOf(world, 1)).toBe(2);
      await minute(world);
    }
    expect(hostOf(world).starts).toHaveLength(3);
  });

  test('is one live through restarts: one mail, a container each', async () => {
    const world = webinarWorld({ webinarRecord: 'always' });
    planWebinar(world, 1);
    clickStart(world, 1);
    await minute(world);
    for (let count = 0; count < 2; count += 1) {
      clickRestart(world, 1);
      expect(await minute(world)).toBe(0);
      expect(await minute(world)).toBe(0);
    }
    const host = hostOf(world);
    expect(host.starts).toHaveLength(3);
    expect(host.mails).toHaveLength(1);
    expect(host.slots.get(1)?.videodata.size).toBe(3);
    expect(held(world)?.webinar?.generation).toBe(3);
    // The owner joins again: the same call, said once more.
    clickStart(world, 1);
    await minute(world);
    expect(host.starts).toHaveLength(3);
  });

  test('whose meeting was ended and opened again within the minute is another live', async () => {
    const world = webinarWorld();
    planWebinar(world, 1);
    clickStart(world, 1);
    await minute(world);
    world.clock.time += 10 * MINUTE_MS;
    world.bbb.running.set('meeting-1', 'internal-anew');
    clickStart(world, 1);
    await minute(world);
    await minute(world);
    expect(held(world)).toMatchObject({ step: 'live', internalMeetingId: 'internal-anew' });
    expect(hostOf(world).starts).toHaveLength(2);
  });

  test('waits while another one is not over on its gateway; that is told once', async () => {
    const world = webinarWorld();
    planWebinar(world, 1);
    planWebinar(world, 2);
    clickStart(world, 1);
    await minute(world);
    clickStart(world, 2);
    for (let count = 0; count < 4; count += 1) expect(await minute(world)).toBe(0);
    expect(held(world)?.livestreamId).toBe(1);
    const told = hostOf(world).mails.filter(({ template }) => template === 'errors');
    expect(told).toHaveLength(1);
    endMeeting(world, 1);
    await minute(world);
    await minute(world);
    expect(held(world)).toMatchObject({ livestreamId: 2, step: 'live' });
    expect(statusOf(world, 1)).toBe(2);
  });

  test('goes on, starts and ends while Pod answers nothing; Pod hears of it when it answers again', async () => {
    const world = webinarWorld();
    planWebinar(world, 1);
    clickStart(world, 1);
    expect(await minute(world, failingPod())).toBe(1);
    expect(held(world)).toMatchObject({ step: 'live', livestreamId: 0 });
    expect(await minute(world, failingPod('podRefused'))).toBe(1);
    expect(held(world)?.step).toBe('live');
    expect(await minute(world)).toBe(0);
    expect(held(world)).toMatchObject({ step: 'live', livestreamId: 1, webinar: { told: true } });
    expect(world.webinars.writes).toEqual(['/rest/broadcasters/amphi-3/: on']);
    endMeeting(world, 1);
    world.clock.time += 5 * MINUTE_MS;
    expect(await minute(world, failingPod())).toBe(1);
    expect(held(world)?.step).toBe('down');
    expect(hostOf(world).containers.size).toBe(0);
    expect(await minute(world)).toBe(0);
    expect(held(world)).toBeNull();
    expect(statusOf(world, 1)).toBe(2);
    expect(hostOf(world).starts).toHaveLength(1);
  });

  test('is ended by no silence of BBB, and by no call for another room', async () => {
    const world = webinarWorld();
    planWebinar(world, 1);
    clickStart(world, 1);
    await minute(world);
    for (let count = 0; count < 5; count += 1) await minute(world, failingBbb);
    clickStop(world, 2);
    await minute(world);
    expect(held(world)?.step).toBe('live');
    expect(hostOf(world).starts).toHaveLength(1);
  });

  test('that somebody has stopped in Pod itself ends', async () => {
    const world = webinarWorld();
    planWebinar(world, 1);
    clickStart(world, 1);
    for (let count = 0; count < 5; count += 1) await minute(world);
    setStatus(world, 1, 2);
    await minute(world);
    expect(held(world)).toBeNull();
    for (let count = 0; count < 5; count += 1) await minute(world);
    expect(hostOf(world).starts).toHaveLength(1);
  });

  test('has its event prolonged for as long as its meeting runs', async () => {
    const world = webinarWorld();
    planWebinar(world, 1);
    const event = world.webinars.events.get('/rest/events/1/');
    const scheduled = Date.parse(event?.endDate ?? '');
    clickStart(world, 1);
    for (let count = 0; count < 54; count += 1) await minute(world);
    expect(event?.endDate).toBe(new Date(scheduled).toISOString());
    for (let count = 0; count < 20; count += 1) {
      await minute(world);
      expect(Date.parse(event?.endDate ?? '')).toBeGreaterThan(world.clock.time);
    }
    expect(Date.parse(event?.endDate ?? '')).toBe(scheduled + 30 * MINUTE_MS);
  });

  test('whose start fails is tried again, and recorded fragments are kept', async () => {
    const world = webinarWorld();
    planWebinar(world, 1);
    clickStart(world, 1);
    hostOf(world).hasNoImages = true;
    expect(await minute(world)).toBe(1);
    expect(held(world)).toBeNull();
    hostOf(world).hasNoImages = false;
    expect(await minute(world)).toBe(0);
    expect(held(world)?.step).toBe('live');
  });
});

describe('what Pod is', () => {
  const auto = { podMode: 'auto' } as const;
  const asked = (world: MemoryWorld): { calls: string[]; hook: Hook } => {
    const calls: string[] = [];
    const hook: Hook = ({ port, method }, moment) => {
      if (moment === 'before' && (port === 'pod' || port === 'webinars')) calls.push(method);
      return undefined;
    };
    expect(world).toBeDefined();
    return { calls, hook };
  };

  test('is asked once, and remembered: an idle tick asks for the list alone', async () => {
    const world = webinarWorld(auto);
    const first = asked(world);
    await minute(world, first.hook);
    expect(first.calls).toEqual(['readSystems', 'readInProgress']);
    expect(memoryOf(hostOf(world)).podMode).toBe('webinar');
    const second = asked(world);
    await minute(world, second.hook);
    expect(second.calls).toEqual(['readInProgress']);
    planWebinar(world, 1);
    clickStart(world, 1);
    await minute(world);
    expect(held(world)?.step).toBe('live');
  });

  test('is not asked where no gateway is configured, and the queue is there', async () => {
    const world = webinarWorld({ ...auto, podLiveGateways: [] });
    world.webinars.systems = ['bbb_livestream'];
    const { calls, hook } = asked(world);
    await minute(world, hook);
    expect(calls).toEqual(['readLivestreams']);
  });

  test('with both systems is bbb_livestream, and the log says so', async () => {
    const world = webinarWorld(auto);
    world.webinars.systems = ['bbb_livestream', 'webinar'];
    await minute(world);
    expect(hostOf(world).log.join('\n')).toContain('Pod has both bbb_livestream and webinars');
    expect(memoryOf(hostOf(world)).podMode).toBe('bbb_livestream');
  });

  test('is asked again when its list is gone, and not forgotten for anything less', async () => {
    const world = webinarWorld({ ...auto });
    world.webinars.systems = ['bbb_livestream'];
    await minute(world);
    expect(memoryOf(hostOf(world)).podMode).toBe('bbb_livestream');
    world.webinars.systems = ['webinar'];
    const isGone: Hook = ({ port }) =>
      port === 'pod' ? { fault: { kind: 'podUnreadable', missing: true } } : undefined;
    const down: Hook = ({ port }) =>
      port === 'pod' || port === 'webinars' ? { fault: { kind: 'podUnreadable' } } : undefined;
    await minute(world, down);
    expect(memoryOf(hostOf(world)).podMode).toBe('bbb_livestream');
    planWebinar(world, 1);
    clickStart(world, 1);
    await minute(world, isGone);
    expect(memoryOf(hostOf(world)).podMode).toBe('webinar');
    expect(held(world)?.step).toBe('live');
  });

  test('that cannot be asked the first time starts nothing', async () => {
    const world = webinarWorld(auto);
    planWebinar(world, 1);
    clickStart(world, 1);
    expect(await minute(world, failingPod())).toBe(1);
    expect(memoryOf(hostOf(world)).podMode).toBeUndefined();
    await minute(world);
    expect(held(world)?.step).toBe('live');
  });

  test('with webinars and no gateway of ours is told once', async () => {
    const world = webinarWorld({ ...auto, podLiveGateways: [] });
    const isGone: Hook = ({ port }) =>
      port === 'pod' ? { fault: { kind: 'podUnreadable', missing: true } } : undefined;
    for (let count = 0; count < 3; count += 1) await minute(world, isGone);
    const mails = hostOf(world).mails.map(({ values }) => JSON.stringify(values));
    expect(mails).toHaveLength(1);
    expect(mails[0]).toContain('Webinars are not set up');
  });
});

describe('the recording of a webinar', () => {
  async function recorded(changes: Partial<Config> = {}): Promise<MemoryWorld> {
    const world = webinarWorld({ webinarRecord: 'always', ...changes });
    planWebinar(world, 1);
    clickStart(world, 1);
    await minute(world);
    for (let count = 0; count < 5; count += 1) await minute(world);
    endMeeting(world, 1);
    return world;
  }

  const kept = (world: MemoryWorld): string[] => [...world.files.keys()].filter((path) => path.includes('/kept/'));
  const told = (world: MemoryWorld): string => JSON.stringify(hostOf(world).mails.map(({ values }) => values));

  test('becomes a video of the owner of its event', async () => {
    const world = await recorded({ podRecorderPathOnPod: '/pod/recorder', podRecorderId: 2 });
    expect(await minute(world)).toBe(0);
    expect(world.webinars.videos).toMatchObject([
      { ownerPath: '/rest/users/1/', content: expect.stringMatching(/^meeting=internal-1 .* whole$/) },
    ]);
    expect(world.webinars.recordings[0]).toMatchObject({ recorderId: 2 });
    expect([...world.files.keys()]).toEqual([]);
    expect(hostOf(world).outbox.size).toBe(0);
  });

  test('and that of each restart, each under a title of its own', async () => {
    const world = webinarWorld({ webinarRecord: 'always' });
    planWebinar(world, 1);
    clickStart(world, 1);
    await minute(world);
    for (let count = 0; count < 2; count += 1) {
      clickRestart(world, 1);
      await minute(world);
    }
    for (let count = 0; count < 3; count += 1) await minute(world);
    endMeeting(world, 1);
    await minute(world);
    expect(new Set(world.webinars.videos.map(({ title }) => title)).size).toBe(3);
    expect(new Set(world.webinars.videos.map(({ content }) => content)).size).toBe(3);
  });

  test('is made once, whatever answers of Pod are lost, and for how long', async () => {
    const world = await recorded();
    const lost: Hook = ({ port, method }, moment) =>
      port === 'webinars' && method === 'createRecording' && moment === 'after'
        ? { fault: { kind: 'podUnreadable' } }
        : undefined;
    const deaf: Hook = ({ port, method }) =>
      port === 'webinars' && method === 'hasRecording' ? { fault: { kind: 'podUnreadable' } } : undefined;
    expect(await minute(world, lost)).toBe(1);
    for (let count = 0; count < 3; count += 1) expect(await minute(world, deaf)).toBe(1);
    expect(world.webinars.videos).toHaveLength(1);
    expect(hostOf(world).outbox.size).toBe(1);
    expect(await minute(world)).toBe(0);
    expect(world.webinars.videos).toHaveLength(1);
    expect(hostOf(world).outbox.size).toBe(0);
  });

  test('of somebody who is no member of staff is kept, and that is told; nobody else gets it', async () => {
    const world = await recorded();
    world.webinars.staff = new Set(['/rest/users/2/']);
    expect(await minute(world)).toBe(1);
    expect(kept(world)).toEqual(['/srv/live1/kept/1-internal-1.mkv']);
    expect(world.webinars.videos).toEqual([]);
    expect([...world.files.keys()]).toEqual(kept(world));
    expect(told(world)).toContain('refused: user');
  });

  test('that Pod does not see waits until that is mended, and then goes by itself', async () => {
    const world = await recorded({ podRecorderPathOnPod: '/somewhere/else' });
    expect(await minute(world)).toBe(1);
    expect(held(world)).toBeNull();
    expect(told(world)).toContain('POD_RECORDER_PATH_ON_POD');
    expect(kept(world)).toEqual([]);
    hostOf(world).config = { ...hostOf(world).config, podRecorderPathOnPod: '/pod/recorder' };
    expect(await minute(world)).toBe(0);
    expect(world.webinars.videos).toHaveLength(1);
  });

  test('is kept where there is no recorder, or nobody knows whose it is', async () => {
    const world = await recorded({ podRecorderPath: '' });
    expect(await minute(world)).toBe(1);
    expect(kept(world)).toHaveLength(1);
    const unknown = webinarWorld({ webinarRecord: 'always' });
    planWebinar(unknown, 1);
    clickStart(unknown, 1);
    for (let count = 0; count < 5; count += 1) await minute(unknown, failingPod());
    endMeeting(unknown, 1);
    await minute(unknown, failingPod());
    await minute(unknown);
    expect(kept(unknown)).toHaveLength(1);
    expect(told(unknown)).toContain('whose it is, could not be read in Pod');
  });

  test('is given one at a time, also by ticks that overlap', async () => {
    const world = webinarWorld({ webinarRecord: 'always' });
    for (const [id, slot] of [
      [1, 1],
      [2, 2],
    ] as const) {
      planWebinar(world, id, slot);
      clickStart(world, id, slot);
    }
    await minute(world);
    for (let count = 0; count < 5; count += 1) await minute(world);
    const posting = new Set<string>();
    let most = 0;
    const slow: Hook = ({ port, method, arguments: said }, moment) => {
      if (port !== 'webinars' || method !== 'createRecording') return undefined;
      const what = JSON.stringify(said);
      if (moment === 'before') posting.add(what);
      else posting.delete(what);
      most = Math.max(most, posting.size);
      return moment === 'before' ? { delayMs: 5000 } : undefined;
    };
    endMeeting(world, 1);
    endMeeting(world, 2);
    await minute(world, slow);
    for (let count = 0; count < 3; count += 1) await minute(world, slow);
    expect(most).toBe(1);
    expect(world.webinars.videos).toHaveLength(2);
  });
});
