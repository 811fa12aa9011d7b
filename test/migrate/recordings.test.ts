import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createCollection } from '../../src/migrate/core/collection.js';
import {
  parseRecording,
  sourceUrlOf,
  type RawRecording,
  type RecordingReading,
} from '../../src/migrate/core/recordings.js';
import type { BbbRecording } from '../../src/migrate/model.js';

const READING: RecordingReading = {
  convertsTo23: true,
  bbbServerUrl: 'https://bbb.univ.example/',
  states: null,
  decodeReferences: (text) => text.replaceAll('&#39;', "'").replaceAll('&amp;', '&'),
};

function raw(texts: RawRecording['texts'] = {}, formats: RawRecording['formats'] = []): RawRecording {
  return { texts: { internalMeetingId: 'abc-1', name: 'Cours', startTime: '1705345200123', ...texts }, formats };
}

function parsed(recording: RawRecording, convertsTo23 = true): BbbRecording {
  const result = parseRecording(recording, { ...READING, convertsTo23 });
  if ('fault' in result) throw new Error(result.fault);
  return result.value;
}

function faultOf(recording: RawRecording): string {
  const result = parseRecording(recording, READING);
  return 'fault' in result ? result.fault : 'no fault';
}

describe('a recording', () => {
  test('has its texts without white space around them, and none where nothing is said', () => {
    const recording = parsed(
      raw({
        name: ' \n Deux\nlignes \t',
        meetingId: ' room ',
        origin: ' Moodle ',
        description: '\n',
        state: ' published ',
      }),
    );
    expect(recording).toEqual({
      id: 'abc-1',
      internalId: 'abc-1',
      meetingId: 'room',
      name: 'Deux\nlignes',
      startMs: 1_705_345_200_123,
      recordingName: '',
      origin: 'Moodle',
      originServerName: '',
      originVersion: '',
      originContext: '',
      originId: '',
      originLabel: '',
      description: '',
      published: '',
      state: 'published',
      presentationUrl: '',
      videoUrl: '',
    });
  });

  test('is known by its recording id, else by its internal id', () => {
    expect(parsed(raw({ recordId: 'other' }))).toMatchObject({ id: 'other', internalId: 'abc-1' });
    expect(parsed(raw())).toMatchObject({ id: 'abc-1', internalId: 'abc-1' });
    expect(parsed(raw({ internalMeetingId: ' ', recordId: ' other ' }))).toMatchObject({
      id: 'other',
      internalId: 'other',
    });
  });

  test('without a name has the one that the front end gave to the meeting or to the recording', () => {
    expect(parsed(raw({ name: '', meetingName: 'Salle', recordingName: 'Séance' })).name).toBe('Salle');
    expect(parsed(raw({ name: ' ', recordingName: ' Séance ' })).name).toBe('Séance');
  });

  test.each(['', 'Mon Jan 15\n20:00', '-1', '1e3', '253402300800000'])(
    'has no start where BBB says %j, and is a recording all the same',
    (startTime) => {
      expect(parsed(raw({ startTime }))).toMatchObject({ id: 'abc-1', startMs: null });
    },
  );

  test('has the references once more resolved that BBB left in its name, description and labels, and in nothing else', () => {
    const twice = '&#39;a&amp;amp;b&#39;';
    const texts = { name: twice, recordingName: twice, description: twice, originLabel: twice, originContext: twice };
    const once = "'a&amp;b'";
    expect(parsed(raw({ ...texts, origin: twice, meetingId: twice }))).toMatchObject({
      name: once,
      recordingName: once,
      description: once,
      originLabel: once,
      originContext: once,
      origin: twice,
      meetingId: twice,
    });
  });

  test('has an address that is completed by the server where it is a path, and none where BBB knows none', () => {
    const presentation = (url: string): string => parsed(raw({}, [{ type: 'presentation', url }])).presentationUrl;
    expect(presentation('/playback/presentation/2.3/x')).toBe('https://bbb.univ.example/playback/presentation/2.3/x');
    expect(presentation('//bbb2.univ.example/p')).toBe('https://bbb2.univ.example/p');
    expect(presentation('bbb.univ.example/p')).toBe('bbb.univ.example/p');
    expect(presentation('unknown')).toBe('');
  });

  test('that BBB itself could not read is a fault that names the file', () => {
    expect(faultOf({ texts: { errorPath: '/var/bigbluebutton/a/metadata.xml' }, formats: [] })).toBe(
      'BBB itself could not read a recording: /var/bigbluebutton/a/metadata.xml',
    );
  });

  test.each([
    [
      { internalMeetingId: '', name: 'Cours de droit' },
      'a recording named Cours de droit has no id (neither internalMeetingID nor recordID)',
    ],
    [
      { internalMeetingId: '', name: '', meetingId: 'room' },
      'a recording of the meeting room has no id (neither internalMeetingID nor recordID)',
    ],
    [
      { internalMeetingId: '', name: '' },
      'a recording without a name has no id (neither internalMeetingID nor recordID)',
    ],
    [{ name: ' \n' }, 'recording abc-1 has no name'],
  ])('with %j is a fault that names it', (texts, fault) => {
    expect(faultOf(raw(texts))).toBe(fault);
  });

  test('is named in a fault on one line, and not at any length', () => {
    expect(faultOf(raw({ name: `Un\u001b[31m\ncours ${'é'.repeat(200)}`, internalMeetingId: '' }))).toBe(
      `a recording named Un [31m cours ${'é'.repeat(66)}… has no id (neither internalMeetingID nor recordID)`,
    );
  });

  test('plays its presentation and its video, and is not looked at otherwise', () => {
    const formats = [
      { type: 'podcast', url: 'https://bbb/podcast.ogg' },
      { type: ' presentation ', url: '\n https://bbb/playback/presentation/2.3/abc-1 \n' },
      { type: 'screenshare', url: 'https://bbb/screenshare/' },
      { type: 'video', url: ' ' },
      { type: 'video', url: 'https://bbb/playback/video/abc-1/' },
      { url: 'https://bbb/untyped' },
      { type: 'video' },
    ];
    expect(parsed(raw({}, formats))).toMatchObject({
      presentationUrl: 'https://bbb/playback/presentation/2.3/abc-1',
      videoUrl: 'https://bbb/playback/video/abc-1/',
    });
    expect(parsed(raw({}, [{ type: 'podcast', url: 'x' }]))).toMatchObject({ presentationUrl: '', videoUrl: '' });
  });

  test('is looked at as a video, else as a presentation, else nowhere', () => {
    expect(sourceUrlOf({ videoUrl: 'v', presentationUrl: 'p' })).toBe('v');
    expect(sourceUrlOf({ videoUrl: '', presentationUrl: 'p' })).toBe('p');
    expect(sourceUrlOf({ videoUrl: '', presentationUrl: '' })).toBe('');
  });

  test('in the format 2.0 is played at the address of 2.3 if that is wanted; its query stays', () => {
    const old = raw({ internalMeetingId: 'a$&b-1' }, [
      { type: 'presentation', url: 'https://bbb/playback/presentation/2.0/playback.html?meetingId=a$&b-1' },
    ]);
    expect(parsed(old).presentationUrl).toBe('https://bbb/playback/presentation/2.3/a$&b-1?meetingId=a$&b-1');
    expect(parsed(old, false).presentationUrl).toBe(
      'https://bbb/playback/presentation/2.0/playback.html?meetingId=a$&b-1',
    );
  });
});

describe('the recordings of an answer', () => {
  const at = (id: string, startMs: number, formats: RawRecording['formats'] = []): RawRecording =>
    raw({ internalMeetingId: id, startTime: String(startMs) }, formats);

  test('are numbered newest first, whatever their order, those of one moment by their ids', () => {
    const order = fc.shuffledSubarray([at('d', 4), at('a', 3), at('b', 3), at('c', 1)], { minLength: 4 });
    fc.assert(
      fc.property(order, (raws) => {
        const collection = createCollection(10, READING);
        for (const one of raws) collection.add(one);
        const { recordings } = collection.list();
        expect(recordings.map(({ number, recording }) => `${number} ${recording.id}`)).toEqual([
          '1 d',
          '2 a',
          '3 b',
          '4 c',
        ]);
      }),
    );
  });

  test('that have no start come last, by their ids, and each that is not understood is counted', () => {
    const collection = createCollection(10, READING);
    const without = (id: string): RawRecording => raw({ internalMeetingId: id, startTime: '' });
    for (const one of [without('z'), at('a', 1), without('b')]) collection.add(one);
    for (const name of ['one', 'another', 'one']) collection.add(raw({ internalMeetingId: '', name }));
    expect(collection.count()).toBe(5);
    expect(collection.list()).toMatchObject({
      recordings: ['a', 'b', 'z'].map((id, index) => ({ number: index + 1, recording: { id } })),
      total: 3,
      faults: [expect.stringContaining('named one'), expect.stringContaining('named another')],
    });
  });

  test('are all counted, but only the newest kept', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 60 }),
        (keep, moments) => {
          const collection = createCollection(keep, READING);
          for (const moment of moments) collection.add(at(`id-${moment}`, moment));
          const different = [...new Set(moments)].sort((one, other) => other - one);
          expect(collection.count()).toBe(different.length);
          const { recordings, total, faults } = collection.list();
          expect({ total, faults }).toEqual({ total: different.length, faults: [] });
          expect(recordings.map(({ recording }) => recording.startMs)).toEqual(different.slice(0, keep));
        },
      ),
    );
  });

  test('that are met twice lend each other their formats', () => {
    const collection = createCollection(10, READING);
    collection.add(at('a', 1, [{ type: 'video', url: 'v' }]));
    collection.add(
      at('a', 1, [
        { type: 'presentation', url: 'p' },
        { type: 'video', url: 'other' },
      ]),
    );
    expect(collection.list().recordings.map(({ recording }) => recording)).toMatchObject([
      { videoUrl: 'v', presentationUrl: 'p' },
    ]);
    expect(collection.count()).toBe(1);
  });

  test('that cannot be understood are told of once each, and hold up no other', () => {
    const collection = createCollection(10, READING);
    for (const one of [
      at('a', 2),
      raw({ internalMeetingId: 'bad', name: '' }),
      at('b', 1),
      raw({ internalMeetingId: 'bad', name: '' }),
    ])
      collection.add(one);
    expect(collection.list()).toMatchObject({
      recordings: [{ number: 1 }, { number: 2 }],
      total: 2,
      faults: ['recording bad has no name'],
    });
    expect(collection.count()).toBe(3);
  });

  test('are those in the states that are wanted', () => {
    const collection = createCollection(10, { ...READING, states: ['unpublished', 'deleted'] });
    for (const [id, texts] of Object.entries({
      a: { state: 'published', published: 'true' },
      b: { state: 'unpublished' },
      c: { published: 'false' },
      d: { state: 'deleted', published: 'false' },
      e: {},
    }))
      collection.add(raw({ internalMeetingId: id, ...texts }));
    const { recordings, total } = collection.list();
    expect(recordings.map(({ recording }) => recording.id).sort()).toEqual(['b', 'c', 'd']);
    expect(total).toBe(3);
  });

  test('that come twice, once damaged, count once, as the good one', () => {
    const [good, bad] = [at('a', 2), raw({ internalMeetingId: 'a', name: '' })];
    for (const order of [
      [good, bad],
      [bad, good],
    ]) {
      const collection = createCollection(10, READING);
      order.forEach(collection.add);
      expect(collection.list()).toMatchObject({ recordings: [{ number: 1 }], total: 1, faults: [] });
      expect(collection.count()).toBe(1);
    }
  });
});
