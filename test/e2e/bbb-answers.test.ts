// The built program and a BBB whose answers are odd: two in one, padded, damaged in one meeting.
import { describe, expect, test } from '@jest/globals';
import {
  inWorld,
  lastMail,
  live,
  logText,
  PATIENCE_MS,
  streamers,
  subjects,
  SUBJECTS,
  tick,
} from '../support/e2e-world.js';
import type { FaultAnswer } from '../world/http-server.js';
import type { World } from '../world/world.js';

function answering(body: string): FaultAnswer {
  return { kind: 'answer', status: 200, contentType: 'text/xml', body };
}

function list(...meetings: string[]): string {
  return `<response><returncode>SUCCESS</returncode><meetings>${meetings.join('')}</meetings></response>`;
}

function meetingXml(id: string, internalId: string, name: string): string {
  return `<meeting><meetingName>${name}</meetingName><meetingID>${id}</meetingID><internalMeetingID>${internalId}</internalMeetingID></meeting>`;
}

/** A live of meeting `m` that goes on; answers its internal id. */
async function running(world: World): Promise<string> {
  const { meeting } = world.teacherAsks({ meetingId: 'm' });
  expect(await tick(world)).toBe(0);
  expect(live(world).status).toBe(1);
  return meeting.internal_meeting_id;
}

describe('no live is stopped', () => {
  test.concurrent(
    'by two answers in one, the first of which has no meeting, whatever the second says',
    inWorld({}, async (world) => {
      const internalId = await running(world);
      // The meeting is over: whoever takes the first answer alone stops the live.
      world.meetingEnds('m');
      for (const second of [list(meetingXml('m', internalId, 'm')), list(), '<p>x</p>']) {
        const mend = world.bbb.fault({ path: /getMeetings/, answer: answering(`${list()}${second}`) });
        expect(await tick(world)).toBe(1);
        mend();
        expect([live(world).status, streamers(world)]).toEqual([1, [expect.anything()]]);
      }
      expect(logText(world)).toContain('line 1: documents may contain only one root; it begins with');
      expect(await tick(world)).toBe(0);
      expect(live(world).status).toBe(2);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'by ids that are padded with blanks, and its end is seen',
    inWorld({}, async (world) => {
      const internalId = await running(world);
      const padded = meetingXml('\n   m\n  ', `\n   ${internalId}\n  `, 'm');
      world.bbb.fault({ path: /getMeetings/, answer: answering(list(padded)) });
      // Whoever believed that the list lacks it would be told the same here.
      const info = padded.replace(/^<meeting>|<\/meeting>$/g, '');
      world.bbb.fault({
        path: /getMeetingInfo/,
        answer: answering(`<response><returncode>SUCCESS</returncode>${info}</response>`),
      });
      expect(await tick(world)).toBe(0);
      expect([live(world).status, subjects(world)]).toEqual([1, [SUBJECTS.start]]);
      world.bbb.clearFaults();
      world.meetingEnds('m');
      expect(await tick(world)).toBe(0);
      expect(live(world).status).toBe(2);
    }),
    PATIENCE_MS,
  );

  test.concurrent(
    'by a list in which its own meeting is damaged',
    inWorld({}, async (world) => {
      const internalId = await running(world);
      // Without the name all is well: BBB says that there is no such meeting, which is wrong.
      world.meetingEnds('m');
      world.bbb.fault({ path: /getMeetings/, answer: answering(list(meetingXml('m', internalId, 'R&D'))) });
      expect(await tick(world)).toBe(1);
      expect([live(world).status, streamers(world)]).toEqual([1, [expect.anything()]]);
    }),
    PATIENCE_MS,
  );
});

test.concurrent.each([
  ['is not well-formed', '<meeting><meetingName>R&D</meetingName><meetingID>other</meetingID></meeting>'],
  ['has no id', '<meeting><meetingName>x</meetingName></meeting>'],
])(
  'a meeting of somebody else that %s holds up no end, and is told once',
  async (_name, damaged) => {
    await inWorld({}, async (world) => {
      await running(world);
      world.meetingEnds('m');
      world.bbb.fault({ path: /getMeetings/, answer: answering(list(damaged)) });
      expect(await tick(world)).toBe(1);
      expect([live(world).status, streamers(world)]).toEqual([2, []]);
      expect(subjects(world)).toEqual([SUBJECTS.start, SUBJECTS.error]);
      expect(lastMail(world)).toContain('getMeetings: a ');
    })();
  },
  PATIENCE_MS,
);

test.concurrent(
  'a name that turns the direction of writing is told, in Pod, in the mail and in the log, without that',
  inWorld({}, async (world) => {
    world.teacherAsks({ meetingId: 'm', name: 'Cours \u202egpj.exe' });
    expect(await tick(world)).toBe(0);
    expect(world.pod.state.broadcasters.map(({ name }) => name)).toEqual(['[BBB] Cours  gpj.exe']);
    const texts = [world.pod.state.broadcasters, world.smtp.mails, logText(world), streamers(world)];
    expect(JSON.stringify(texts)).not.toMatch(/\p{Bidi_Control}/u);
  }),
  PATIENCE_MS,
);
