// The streamer's pure parts: addresses, arguments, lines, answers, looks.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { CallAnswer } from '../../src/shared/bbb-call.js';
import { outcomeOfChat } from '../../src/shared/bbb-chat.js';
import { queryOf } from '../../src/shared/bbb-query.js';
import { chatText, LONGEST_SENT, partsOf } from '../../src/shared/chat-text.js';
import { readStreamerConfig } from '../../src/streamer/config.js';
import { controlIn, emptyQueue, QUEUE_LENGTH, queued, taken } from '../../src/streamer/core/chat-lines.js';
import { framesIn, isWorthTelling, levelIn, rtmpIn, saysInterrupted } from '../../src/streamer/core/encoder-output.js';
import { encoderPlan, recordingName } from '../../src/streamer/core/ffmpeg-arguments.js';
import { joinParameters } from '../../src/streamer/core/join-address.js';
import { lacksMeeting, sightOfInfo } from '../../src/streamer/core/meeting-answers.js';
import { pageSightOf } from '../../src/streamer/core/page-sight.js';
import { cssOf, hidingStyles, PART_NAMES, PARTS } from '../../src/streamer/core/selectors.js';
import type { Look } from '../../src/streamer/model.js';

const success = (elements: Record<string, unknown>): CallAnswer => ({ kind: 'success', elements });
const failed = (messageKey: string): CallAnswer => ({ kind: 'failed', messageKey, message: '' });

describe('the configuration', () => {
  const ENOUGH = {
    BBB_URL: 'https://b.fr/bigbluebutton',
    BBB_SECRET: 's3',
    BBB_MEETING_ID: 'm',
    BBB_STREAM_URL: 'rtmp://h/live/key',
  };
  const read = (more: Record<string, string>) => readStreamerConfig({ ...ENOUGH, ...more }, { streams: true });

  test.each([
    'https://b.fr/bigbluebutton',
    'https://b.fr/bigbluebutton/',
    'https://b.fr/bigbluebutton/api',
    'https://b.fr/bigbluebutton/api/',
  ])('%s is the API of that server', (BBB_URL) => {
    expect(read({ BBB_URL })).toMatchObject({ ok: true, config: { bbbUrl: 'https://b.fr/bigbluebutton/api' } });
  });

  test('the defaults, and what the compose file gives for "no"', () => {
    const found = read({ DEBUG: '', BBB_DOWNLOAD_MEETING: 'false', BBB_CHAT_STREAM_URL: '' });
    expect(found).toMatchObject({
      ok: true,
      config: {
        debug: false,
        record: false,
        width: 1920,
        height: 1080,
        framesPerSecond: 25,
        chatName: 'Chat',
        redisPort: 6379,
      },
    });
    for (const off of ['false', '0', '']) expect(read({ DEBUG: off })).toMatchObject({ config: { debug: false } });
    expect(read({ DEBUG: 'true' })).toMatchObject({ config: { debug: true } });
  });

  test('blanks and globs are values like others; an id is taken as it is; sizes are even', () => {
    const found = read({ BBB_MEETING_ID: ' a * b? ', BBB_SECRET: 'two words', BBB_RESOLUTION: '1281x721' });
    expect(found).toMatchObject({
      config: { meetingId: ' a * b? ', bbbSecret: 'two words', width: 1280, height: 720 },
    });
  });

  test('everything that is wrong is told at once, and no secret with it', () => {
    const found = readStreamerConfig(
      { BBB_STREAM_URL: 'http://u:geheim@h/live/key', BBB_RESOLUTION: 'big' },
      { streams: true },
    );
    const faults = found.ok ? [] : found.faults;
    expect(faults.map((fault) => fault.split(/[: ]/)[0])).toEqual([
      'BBB_URL',
      'BBB_SECRET',
      'BBB_MEETING_ID',
      'BBB_STREAM_URL',
      'BBB_RESOLUTION',
    ]);
    expect(faults.join()).not.toContain('geheim');
  });

  test('a run directory in which the browser could not make its socket is refused beforehand', () => {
    const long = `/run/${'é'.repeat(23)}`;
    expect(read({ STREAMER_RUN_DIRECTORY: long.slice(0, -1) }).ok).toBe(true);
    const found = read({ STREAMER_RUN_DIRECTORY: long });
    expect(found.ok ? [] : found.faults).toEqual([expect.stringMatching(/^STREAMER_RUN_DIRECTORY.*at most 50 bytes/)]);
  });

  test('the stream key is a secret, and so is all before the host', () => {
    const found = read({ BBB_STREAM_URL: 'rtmp://user:pa%40ss@h:1935/live/bbb-key?token=1' });
    const secrets = found.ok ? found.config.secrets : [];
    for (const secret of ['bbb-key', 'pa%40ss', 'pa@ss', 's3']) expect(secrets).toContain(secret);
  });
});

describe('the join', () => {
  const OPTIONS = {
    ...{ meetingId: "l'id", fullName: 'Live', password: 'ap', createTime: '17', locale: 'en', showChat: false },
    purpose: 'picture' as const,
  };

  test('a viewer who is no guest, listens only, and is joined to this very meeting', () => {
    const found = new Map(joinParameters(OPTIONS));
    expect(Object.fromEntries(found)).toMatchObject({
      role: 'VIEWER',
      password: 'ap',
      guest: 'false',
      bot: 'true',
      createTime: '17',
    });
    expect(found.get('userdata-bbb_force_listen_only')).toBe('true');
    expect(found.get('userdata-bbb_show_public_chat_on_login')).toBe('false');
    // With it nothing would tell whether there is sound; on 4.0 the other keeps the chat away for ever.
    expect(found.has('userdata-bbb_hide_actions_bar')).toBe(false);
    expect(found.has('userdata-bbb_hide_sidebar_navigation')).toBe(false);
    expect(new Map(joinParameters({ ...OPTIONS, createTime: '' })).has('createTime')).toBe(false);
    expect(Object.fromEntries(joinParameters({ ...OPTIONS, purpose: 'chat' }))).toMatchObject({
      'userdata-bbb_auto_join_audio': 'false',
      'userdata-bbb_show_public_chat_on_login': 'true',
    });
  });

  test('a query is read back as it was meant, and nothing in it is left to be encoded by others', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }))), (parameters) => {
        const query = queryOf(parameters);
        expect(query).toMatch(/^[A-Za-z0-9%&=._~-]*$/);
        const whole = (text: string): string => text.toWellFormed();
        expect([...new URLSearchParams(query)]).toEqual(parameters.map(([name, value]) => [whole(name), whole(value)]));
      }),
    );
  });
});

describe('ffmpeg', () => {
  const SETTINGS = {
    ...{
      streamUrl: 'rtmp://h:1935/live/bbb-Cours',
      width: 1280,
      height: 720,
      videoBitrateKbps: 3000,
      recordBitrateKbps: 0,
    },
    ...{ framesPerSecond: 25, preset: 'ultrafast', threads: 0 },
  };
  const PLACES = { display: ':7', nowS: 1_700_000_000.5, presetFile: '/run/p', recording: '/video/m.mkv' };

  test('the key of the stream is in the file alone', () => {
    const { arguments: words, preset } = encoderPlan(SETTINGS, PLACES);
    expect(words.join(' ')).not.toContain('bbb-Cours');
    expect(words.at(-1)).toBe(
      '[f=flv:onfail=ignore:use_fifo=1]rtmp://h:1935/|[f=matroska:use_fifo=0:flush_packets=1:cluster_time_limit=2000]/video/m.mkv',
    );
    expect(preset).toContain('rtmp_playpath');
    expect(preset).toContain('bbb-Cours');
    expect(words).toContain('-fpre');
  });

  test('both inputs have the same zero', () => {
    const { arguments: words } = encoderPlan(SETTINGS, PLACES);
    const offsets = words.filter((_, index) => words[index - 1] === '-itsoffset').map(Number);
    expect(offsets).toHaveLength(2);
    expect(Math.abs(offsets[0]! - offsets[1]!)).toBeLessThan(0.1);
    expect(words).toContain('-copyts');
  });

  test('one encode, unless the recording is to be better', () => {
    const count = (words: string[]): number => words.filter((word) => word.startsWith('-b:v')).length;
    expect(count(encoderPlan(SETTINGS, PLACES).arguments)).toBe(1);
    const two = encoderPlan({ ...SETTINGS, recordBitrateKbps: 6000 }, PLACES).arguments;
    expect(count(two)).toBe(2);
    expect(two.at(-1)).toContain(String.raw`select=\'v:1,a\'`);
    expect(count(encoderPlan({ ...SETTINGS, recordBitrateKbps: 6000 }, { ...PLACES, recording: null }).arguments)).toBe(
      1,
    );
  });

  test('its words: frames, loudness, the server lost and found, an end that somebody asked for', () => {
    expect(['frame=12', 'fps=25', 'frame=x'].map(framesIn)).toEqual([12, null, null]);
    const levels = ['-23.5', '-inf', 'nan'].map((level) => levelIn(`lavfi.astats.Overall.RMS_level=${level}`));
    expect([...levels, levelIn('frame:1 pts:2')]).toEqual([-23.5, -120, -120, null]);
    expect(rtmpIn('[fifo @ 0x55] [error] Error opening rtmp://127.0.0.1:1/: Connection refused')).toBe('lost');
    expect(rtmpIn('[fifo @ 0x55] [info] Recovery successful')).toBe('connected');
    expect(rtmpIn('[libx264 @ 0x55] [info] kb/s:165')).toBeNull();
    expect(saysInterrupted('[info] Exiting normally, received signal 2.')).toBe(true);
    expect(saysInterrupted('[info] Exiting normally, received signal 22.')).toBe(false);
    expect(isWorthTelling('[tcp @ 0x1] [error] Connection refused')).toBe(false);
    expect(isWorthTelling('[x11grab @ 0x1] [error] Cannot open display')).toBe(true);
  });

  test('a recording bears the time of its zone', () => {
    expect(recordingName(new Date('2026-07-01T22:30:05Z'), 'Europe/Paris')).toBe('meeting-20260702003005.mkv');
    expect(recordingName(new Date('2026-01-01T00:00:00Z'), 'America/Cayenne')).toBe('meeting-20251231210000.mkv');
  });
});

describe('chat', () => {
  test('parts hold everything but blanks at the cuts, and none is too long', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 3000 }),
        fc.integer({ min: 2, max: LONGEST_SENT }),
        (text, longest) => {
          const parts = partsOf(text, longest);
          const bare = (one: string): string => one.replace(/\s/gu, '');
          expect(bare(parts.join(''))).toBe(bare(text));
          for (const part of parts) {
            expect(part.length).toBeLessThanOrEqual(longest);
            expect(part.isWellFormed()).toBe(text.isWellFormed());
          }
        },
      ),
    );
  });

  test('what waits comes out in order; what has no room is counted', () => {
    let queue = emptyQueue;
    for (let number = 1; number <= QUEUE_LENGTH + 3; number += 1) queue = queued(queue, String(number));
    expect(queue.refused).toBe(3);
    const first = taken(queue);
    expect(first.text).toBe('1');
    expect(queued(first.rest, 'again').waiting.at(-1)).toBe('again');
    expect(taken(emptyQueue).text).toBeNull();
    expect(queued(emptyQueue, '')).toEqual(emptyQueue);
  });

  test('control characters are no text, line breaks are; halves of characters become whole ones', () => {
    expect(chatText(' a\u0000b\u001b[31m\r\nc\td \ud800')).toBe('a b [31m\nc\td \ufffd');
  });

  test('what is asked on the control channel', () => {
    expect(controlIn('{"showChat": true}')).toEqual({ showChat: true });
    for (const other of ['', 'x', '{}', '[]', 'null', '{"showChat": "true"}']) expect(controlIn(other)).toBeNull();
  });
});

describe("BigBlueButton's answers", () => {
  const info = { internalMeetingID: ['i-1'], running: ['true'], createTime: ['17'], attendeePW: ['ap'] };

  test('a meeting is perhaps over when it is not found, or is another; nothing else is a sign of that', () => {
    expect(sightOfInfo(success(info), null)).toMatchObject({ kind: 'running', createTime: '17' });
    expect(sightOfInfo(success(info), 'i-1')).toMatchObject({ kind: 'running' });
    expect(sightOfInfo(success(info), 'i-0')).toBe('perhapsOver');
    expect(sightOfInfo(failed('notFound'), 'i-1')).toBe('perhapsOver');
    expect(sightOfInfo(failed('notFound'), null)).toEqual({ kind: 'absent' });
    expect(sightOfInfo(success({ ...info, running: ['false'] }), 'i-1')).toMatchObject({ kind: 'idle' });
    expect(sightOfInfo(failed('internalError'), 'i-1')).toMatchObject({ kind: 'refused' });
    expect(sightOfInfo({ kind: 'unreadable', why: 'x', status: 502 }, 'i-1')).toMatchObject({ kind: 'unreadable' });
  });

  test('a list lacks a meeting only when it is a list', () => {
    const list = (...ids: string[]): CallAnswer =>
      success({ meetings: [{ meeting: ids.map((id) => ({ meetingID: [id], internalMeetingID: [`${id}-1`] })) }] });
    expect(lacksMeeting(list('a', 'b'), 'a', 'a-1')).toBe(false);
    expect(lacksMeeting(list('a', 'b'), 'a', 'a-0')).toBe(true);
    expect(lacksMeeting(list('b'), 'a', 'a-1')).toBe(true);
    expect(lacksMeeting(success({ meetings: [''], messageKey: ['noMeetings'] }), 'a', 'a-1')).toBe(true);
    for (const other of [
      success({}),
      failed('internalError'),
      { kind: 'unreadable', why: 'x', status: null } as const,
    ]) {
      expect(lacksMeeting(other, 'a', 'a-1')).toBe(false);
    }
  });

  test('a version without sendChatMessage is told from a message that was lost', () => {
    expect(outcomeOfChat(success({}))).toEqual({ kind: 'sent' });
    expect(outcomeOfChat({ kind: 'unreadable', why: 'x', status: 404 })).toEqual({ kind: 'unsupported' });
    expect(outcomeOfChat(failed('unsupportedRequest'))).toEqual({ kind: 'unsupported' });
    for (const lost of [
      failed('notFound'),
      failed('checksumError'),
      { kind: 'unreadable', why: 'x', status: null } as const,
    ]) {
      expect(outcomeOfChat(lost)).toMatchObject({ kind: 'failed' });
    }
  });
});

describe('a look at the page', () => {
  const look = (more: Partial<Look>): Look => ({
    url: 'https://b.fr/html5client/join',
    hasApp: true,
    parts: [],
    isPlaying: false,
    text: '',
    ...more,
  });

  test('what it means', () => {
    expect(pageSightOf(look({ url: 'about:blank', hasApp: false })).kind).toBe('blank');
    expect(pageSightOf(look({ parts: ['joinAudio'] })).kind).toBe('client');
    expect(pageSightOf(look({ parts: ['meetingEnded'] })).kind).toBe('ended');
    expect(pageSightOf(look({ parts: ['guestLobby'] })).kind).toBe('lobby');
    expect(
      pageSightOf(look({ url: 'https://b.fr/html5client/guest-wait.html', hasApp: false, text: 'Please wait' })).kind,
    ).toBe('lobby');
    expect(pageSightOf(look({ url: 'https://univ.fr/', hasApp: false, text: 'Bienvenue' })).kind).toBe('off');
    const xml = '<response><returncode>FAILED</returncode><messageKey>checksumError</messageKey></response>';
    expect(pageSightOf(look({ hasApp: false, text: xml }))).toEqual({ kind: 'refused', why: 'checksumError' });
    const errors = encodeURIComponent('[{"key":"guestDenied","message":"Guest denied"}]');
    expect(
      pageSightOf(look({ url: `https://univ.fr/?errors=${errors}`, hasApp: false, text: 'Bienvenue' })),
    ).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('guestDenied'),
    });
  });
});

describe('the table of selectors', () => {
  test('every part is looked for under both attributes, and says where it was read', () => {
    for (const name of PART_NAMES) {
      const { names, source, versions } = PARTS[name];
      for (const attribute of names) {
        expect(cssOf(name)).toContain(`[data-test="${attribute}"]`);
        expect(cssOf(name)).toContain(`[data-testid="${attribute}"]`);
      }
      expect(cssOf(name)).not.toBe('');
      expect(source).not.toBe('');
      expect(versions).not.toBe('');
    }
  });

  test('the chat is hidden where it is not wanted', () => {
    expect(hidingStyles(false)).toContain('publicChat');
    expect(hidingStyles(true)).not.toContain('publicChat');
  });
});
