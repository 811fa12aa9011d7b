// The compose file: the original's in meaning, and every value unchanged whatever it contains.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { readStreamerConfig } from '../../../../src/streamer/config.js';
import { STREAMER_VARIABLES } from '../../../../src/streamer/config-table.js';
import { SAMPLE_MEETING_ID } from '../../../../src/tick/plan/adoption.js';
import { composeVariables } from '../../../../src/tick/shell/slot/compose-variables.js';
import { sampleConfig, sampleRecord } from '../../../support/samples.js';
import { webinarPart } from '../../../support/memory/webinar-samples.js';
import type { WebinarPageRecord } from '../../../../src/tick/webinar-model.js';
import { broadcasterName } from '../../../../src/tick/plan/names.js';
import type { Config, SlotRecord } from '../../../../src/tick/model.js';
import { composeFileText, isIntact, isOurs, meetingIdIn } from '../../../../src/tick/shell/slot/compose-file.js';

interface Service {
  image: string;
  container_name?: string;
  shm_size?: string;
  command?: string[];
  expose?: string[];
  ports?: string[];
  environment?: string[];
  networks: string[];
  volumes?: string[];
  ulimits?: { data: number };
  cap_drop?: string[];
  security_opt?: string[];
  stop_grace_period?: string;
}
interface ComposeFile {
  version: string;
  services: Record<'redis' | 'bbb-streamer', Service>;
  networks: unknown;
}

const config = {
  debug: false,
  bbbUrl: 'http://bbb.test/bigbluebutton/api',
  bbbSecret: 'bbbsecret',
  bbbAttendeePassword: 'ap',
  bbbModeratorPassword: 'mp',
  bbbStreamUrl: 'rtmp://rtmp.test/live/',
  bbbResolution: '1280x720',
  ffmpegVideoBitrate: '3000',
  ffmpegThreads: '0',
  podUrl: 'http://pod.test',
  timeZone: 'Europe/Paris',
  streamerImage: 'aauzid/bigbluebutton-livestreaming',
  bbbChecksum: 'sha256',
  streamerFps: 25,
  streamerPreset: 'ultrafast',
  streamerRecordBitrate: 0,
  streamerUserName: 'Amphi « A » $1',
  streamerLocale: 'fr',
  streamerWaitMs: 600_000,
  redisImage: 'redis:6.2',
  redisBindAddress: '0.0.0.0',
} as Partial<Config> as Config;

function pageAt(eventSlug: string): WebinarPageRecord {
  return { eventPath: '', eventSlug, ownerPath: '', broadcasterPath: '', streamUrl: '' };
}

const record: SlotRecord = {
  version: 1,
  step: 'told',
  livestreamId: 1,
  meetingPath: '/rest/bbb_meeting/1/',
  meetingId: 'meeting-1',
  internalMeetingId: 'internal-1',
  meetingName: 'Webinaire de test',
  userPath: null,
  enableChat: false,
  showChat: true,
  isRestricted: false,
  recordingAsked: false,
  broadcasterName: '[BBB] Webinaire de test',
  streamKey: 'bbb-Webinaire-de-test',
  broadcasterId: 501,
  slug: 'bbb-webinaire-de-test',
  dialect: 'url',
  reservedAt: '2026-01-05T09:00:00.000Z',
  claimedAt: null,
  endedAt: null,
  startMailSent: false,
  broadcasterRemoved: false,
  takesBroadcasterId: null,
  handOver: null,
};

const NASTY = [
  ...'&/\\"$#:;<>%=,()!?*|@{}',
  '\'quoted\' "double" `back` «fr» “typo” ‘x’',
  '$(touch x)',
  '`id`',
  '$HOME ${HOME} ${HOME:-x} $$ $$$ ${ $',
  '{{bbbSecret}} {{{x}}} {{#if}} \\{{x}}',
  'a: b',
  ' #comment',
  '- item',
  '"\n  evil: true',
  '\\u0041 \\n \\x41',
  '&amp; <b>"x"</b> &#39;',
  '*alias &anchor !tag | > % @ `',
  '😀 🎓 👩🏽‍🏫',
  'Лекция по физике',
  '講義 日本語',
  'L’été à Noël, cœur',
  '  blanks around  ',
  'a\tb\nc\r\nd',
  '\u0001\u001f\u007f\u0085\u00a0\u2028\u2029\ufeff\ufffe\uffff\u{1ffff}\u{10ffff}',
  'x'.repeat(300),
  'true',
  '~',
  '12:30',
];

/** What Compose makes of a value: `$$` is a `$`; a single one would be a variable or an error. */
function interpolated(value: string): string {
  expect(value.replaceAll('$$', '')).not.toContain('$');
  return value.replaceAll('$$', '$');
}

/** The `KEY=value` list as Compose reads it. */
function environmentOf(service: Service): [string, string][] {
  return (service.environment ?? []).map((entry) => {
    const value = interpolated(entry);
    return [value.slice(0, value.indexOf('=')), value.slice(value.indexOf('=') + 1)];
  });
}

function parsed(text: string, version: '1.1' | '1.2' = '1.1'): ComposeFile {
  return parse(text, { version }) as ComposeFile;
}

/** A record and a configuration in which every free value is one of the given texts, in turn. */
function filledWith(texts: string[]): { record: SlotRecord; config: Config } {
  const text = (index: number): string => texts[index % texts.length] ?? '';
  return {
    record: { ...record, meetingId: text(0), broadcasterName: text(1), streamKey: text(2) },
    config: {
      ...config,
      bbbSecret: text(3),
      bbbAttendeePassword: text(4),
      bbbModeratorPassword: text(5),
      bbbUrl: text(6),
    },
  };
}

describe('the compose file', () => {
  test('means the same as the original’s, but for the differences that docs/en/from-php.md names', async () => {
    const original = parsed(
      await readFile('test/fixtures/golden/slot-written-by-the-original.docker-compose.yml', 'utf8'),
    );
    const ours = parsed(await composeFileText(1, config, record));
    const { command, ulimits, ...redis } = ours.services.redis;
    const streamer = ours.services['bbb-streamer'];
    const environment = streamer.environment
      ?.filter((entry) => !entry.startsWith('BBB_CHAT_STREAM_URL='))
      .map((entry) => (entry === 'DEBUG=' ? 'DEBUG=false' : entry));
    expect({ ...ours, services: { redis, 'bbb-streamer': { ...streamer, environment } } }).toEqual(original);
    expect(command).toContain('&chat1');
    // The chat's Redis is bounded in memory.
    expect(ulimits).toEqual({ data: 256 * 1024 * 1024 });
  });

  test.each([
    ['default-image.docker-compose.yml', sampleRecord({ enableChat: true })],
    ['default-image-unused.docker-compose.yml', null],
  ])('for any other image than our own is, letter for letter, what it was: %s', async (name, live) => {
    const former = await readFile(`test/fixtures/compose-file/${name}`, 'utf8');
    expect(await composeFileText(1, sampleConfig('/srv/bbb-pod-live'), live)).toBe(former);
  });

  test('for our own streamer takes its rights, gives it time to stop, its variables and its channel, and no port', async () => {
    const live = { ...record, enableChat: true };
    const [own, other] = [
      parsed(await composeFileText(3, config, live, 'own')),
      parsed(await composeFileText(3, config, live)),
    ];
    const { cap_drop, security_opt, stop_grace_period, environment = [], ...rest } = own.services['bbb-streamer'];
    expect({ cap_drop, security_opt, stop_grace_period }).toEqual({
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      // Its own bound is 8 s.
      stop_grace_period: '20s',
    });
    const { environment: usual = [], ...otherRest } = other.services['bbb-streamer'];
    expect(rest).toEqual(otherRest);
    expect(rest).not.toHaveProperty('ports');
    expect(environment.slice(0, usual.length)).toEqual(usual);
    expect(environmentOf({ ...rest, environment: environment.slice(usual.length) })).toEqual([
      ['BBB_CHECKSUM', 'sha256'],
      ['STREAMER_FPS', '25'],
      ['STREAMER_PRESET', 'ultrafast'],
      ['STREAMER_RECORD_BITRATE', '0'],
      ['STREAMER_USER_NAME', 'Amphi « A » $1'],
      ['STREAMER_LOCALE', 'fr'],
      ['STREAMER_WAIT_S', '600'],
    ]);
    const channels = (file: ComposeFile): string[] =>
      (file.services.redis.command ?? []).filter((word) => word.startsWith('&'));
    expect([channels(own), channels(other)]).toEqual([['&chat3', '&chat3:control'], ['&chat3']]);
  });

  test('for our own streamer holds nothing that its program does not understand, and all that it needs', async () => {
    const { services } = parsed(await composeFileText(1, config, record, 'own'));
    const environment = Object.fromEntries(environmentOf(services['bbb-streamer']));
    const read = readStreamerConfig(environment, { streams: true });
    expect(read).toMatchObject({
      ok: true,
      config: { bbbChecksum: 'sha256', userName: 'Amphi « A » $1', locale: 'fr', waitTimeoutMs: 600_000 },
    });
    const known = Object.values(STREAMER_VARIABLES).map(({ name }) => name);
    expect(Object.keys(environment).filter((name) => !known.includes(name))).toEqual([]);
  });

  test('gives the slot’s number to container, channel and port', async () => {
    const { services } = parsed(await composeFileText(3, config, { ...record, enableChat: true }));
    expect(services['bbb-streamer'].container_name).toBe('liveStreaming3');
    expect(services.redis.ports).toEqual(['0.0.0.0:6381:6379']);
    expect(services.redis.command?.join(' ')).toBe(
      '--protected-mode no --save  --maxclients 100 --maxmemory 64mb --proto-max-bulk-len 1mb --client-query-buffer-limit 2mb --client-output-buffer-limit normal 1mb 512kb 10 --client-output-buffer-limit pubsub 1mb 512kb 10 --timeout 300 --tcp-keepalive 60 --user default on nopass resetkeys resetchannels &chat3 -@all +ping +publish +subscribe +psubscribe +unsubscribe +punsubscribe +pubsub|numpat +pubsub|numsub',
    );
  });

  test('publishes the chat’s Redis for a live with chat only, on an IPv6 address too', async () => {
    expect(parsed(await composeFileText(1, config, record)).services.redis).not.toHaveProperty('ports');
    expect(parsed(await composeFileText(1, config, null)).services.redis).not.toHaveProperty('ports');
    for (const redisBindAddress of ['::1', '[::1]']) {
      const text = await composeFileText(1, { ...config, redisBindAddress }, { ...record, enableChat: true });
      expect(parsed(text).services.redis.ports).toEqual(['[::1]:6379:6379']);
    }
  });

  test('holds no secret in a slot without live, and the same services', async () => {
    const secrets = {
      bbbSecret: 'hush',
      bbbAttendeePassword: 'hush',
      bbbModeratorPassword: 'hush',
      bbbStreamUrl: 'rtmp://u:hush@h/',
    };
    const text = await composeFileText(2, { ...config, ...secrets, podToken: 'hush' }, null);
    expect(text).not.toContain('hush');
    const [unused, used] = [parsed(text), parsed(await composeFileText(2, config, record))];
    expect(Object.keys(unused.services)).toEqual(Object.keys(used.services));
    expect(environmentOf(unused.services['bbb-streamer']).map(([key]) => key)).toEqual(
      environmentOf(used.services['bbb-streamer']).map(([key]) => key),
    );
  });

  test.each<[string, (record: SlotRecord, text: string) => SlotRecord]>([
    ['a live', (one) => one],
    ['a webinar', (one, text) => ({ ...one, webinar: webinarPart({ rtmpDst: text, page: pageAt(text) }) })],
  ])('of %s carries any value unchanged, and no value changes its structure', async (_name, asLive) => {
    const reference = parsed(await composeFileText(1, config, asLive(record, 'x')));
    const anyText = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({ unit: 'grapheme', maxLength: 60 }),
      fc.array(fc.constantFrom(...NASTY, '\n', ' ', '$'), { maxLength: 8 }).map((texts) => texts.join('')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { minLength: 7, maxLength: 7 }), async (texts) => {
        const { config, record: bare } = filledWith(texts);
        const filled = { config, record: asLive(bare, texts[0] ?? '') };
        const text = await composeFileText(1, filled.config, filled.record);
        const expected = Object.entries(composeVariables(filled.record, filled.config, 1));
        for (const version of ['1.1', '1.2'] as const) {
          const file = parsed(text, version);
          expect(environmentOf(file.services['bbb-streamer'])).toEqual(expected);
          file.services['bbb-streamer'].environment = reference.services['bbb-streamer'].environment ?? [];
          expect(file).toEqual(reference);
        }
      }),
    );
  });

  test('carries the title of any meeting unchanged, UTF-16 that is no text included', async () => {
    const units = fc
      .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 250 })
      .map((codes) => String.fromCharCode(...codes));
    await fc.assert(
      fc.asyncProperty(units, async (meetingName) => {
        const title = broadcasterName(meetingName, 1, { suffixed: 0 });
        const text = await composeFileText(1, config, { ...record, broadcasterName: title });
        expect(Object.fromEntries(environmentOf(parsed(text).services['bbb-streamer']))['BBB_MEETING_TITLE']).toBe(
          title,
        );
      }),
    );
  });

  test('does not break on half a surrogate pair', async () => {
    const text = await composeFileText(1, config, { ...record, meetingId: 'a\ud83d"b' });
    expect(environmentOf(parsed(text).services['bbb-streamer'])).toContainEqual(['BBB_MEETING_ID', 'a\ufffd"b']);
  });
});

describe('a compose file that is read back', () => {
  test('is ours when this program wrote it, not when the original did', async () => {
    expect(isOurs(await composeFileText(1, config, record))).toBe(true);
    expect(isOurs(await composeFileText(1, config, null))).toBe(true);
    expect(isOurs(await readFile('test/fixtures/golden/slot-written-by-the-original.docker-compose.yml', 'utf8'))).toBe(
      false,
    );
  });

  test('is intact when it is whole, whoever wrote it', async () => {
    expect(await isIntact(await composeFileText(1, config, record))).toBe(true);
    expect(
      await isIntact(await readFile('test/fixtures/golden/slot-written-by-the-original.docker-compose.yml', 'utf8')),
    ).toBe(true);
  });

  test('is damaged when it was cut anywhere before the network’s last line', async () => {
    const text = await composeFileText(1, config, record);
    const needed = text.lastIndexOf('\nnetworks:\n  app-tier') + '\nnetworks:\n  app-tier:'.length;
    for (let length = 0; length < needed; length += 13) expect(await isIntact(text.slice(0, length))).toBe(false);
  });

  test.each([
    ['nothing', ''],
    ['text', 'hello'],
    ['a broken document', 'services: ['],
    ['services without the streamer', 'services: {redis: {image: x}}\nnetworks: {}'],
    ['a service without image', 'services: {redis: {image: x}, bbb-streamer: {}}\nnetworks: {}'],
    [
      'an environment entry that is a mapping',
      'services: {redis: {image: x}, bbb-streamer: {image: y, environment: [a: b]}}\nnetworks: {}',
    ],
    ['binary rubbish', '\u0000\u0001\ufffd'],
  ])('is damaged when it holds %s', async (_what, text) => {
    expect(await isIntact(text)).toBe(false);
    expect(await meetingIdIn(text)).toBeNull();
  });

  test('with an alias that leads nowhere is damaged too', async () => {
    expect(await isIntact('services: *nowhere\nnetworks: {}')).toBe(false);
  });

  test.each(NASTY)('names its meeting, as it was typed: %j', async (meetingId) => {
    const typed = meetingId.replace(/[\ud800-\udfff]/gu, '\ufffd');
    expect(await meetingIdIn(await composeFileText(1, config, { ...record, meetingId }))).toBe(typed);
  });

  test('names its meeting when the original wrote it, or when its environment is a mapping', async () => {
    const original = await readFile('test/fixtures/golden/slot-written-by-the-original.docker-compose.yml', 'utf8');
    expect(await meetingIdIn(original)).toBe(/BBB_MEETING_ID=(.*)/.exec(original)?.[1]);
    expect(await meetingIdIn('services: {bbb-streamer: {environment: {BBB_MEETING_ID: a$$b}}}')).toBe('a$b');
    expect(await meetingIdIn(await composeFileText(1, config, null))).toBe(SAMPLE_MEETING_ID);
  });
});

const hasCompose = spawnSync('docker-compose', ['version']).status === 0;
const withCompose = hasCompose ? describe : describe.skip;

withCompose(`docker-compose config${hasCompose ? '' : ' (skipped: no program docker-compose on the PATH)'}`, () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'compose-file-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  /** What Compose itself reads: its answer is YAML in which each `$` is doubled again. */
  async function read(text: string): Promise<{ services: Record<string, Record<string, unknown>> }> {
    const path = join(directory, 'docker-compose.yml');
    await writeFile(path, text);
    const { stdout } = await promisify(execFile)('docker-compose', ['-f', path, 'config']);
    return parse(stdout, { version: '1.1' }) as { services: Record<string, Record<string, unknown>> };
  }

  test('gives back every value unchanged', async () => {
    for (let index = 0; index < NASTY.length; index += 7) {
      const filled = filledWith(NASTY.slice(index, index + 7));
      const { services } = await read(await composeFileText(1, filled.config, filled.record));
      const environment = services['bbb-streamer']?.['environment'] as Record<string, string>;
      const values = Object.entries(environment).map(([key, value]) => [key, interpolated(value)]);
      expect(Object.fromEntries(values)).toEqual(composeVariables(filled.record, filled.config, 1));
    }
  }, 120_000);

  test('accepts the file of our own streamer', async () => {
    const streamer = (await read(await composeFileText(1, config, record, 'own'))).services['bbb-streamer'];
    expect(streamer).toMatchObject({ cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(streamer?.['stop_grace_period']).toBe('20s');
    const { STREAMER_USER_NAME: name } = streamer?.['environment'] as Record<string, string>;
    expect(interpolated(name ?? '')).toBe('Amphi « A » $1');
  }, 120_000);

  test('accepts an unused slot’s file, and a chat on an IPv6 address', async () => {
    expect(Object.keys((await read(await composeFileText(1, config, null))).services)).toEqual([
      'bbb-streamer',
      'redis',
    ]);
    const withChat = await composeFileText(2, { ...config, redisBindAddress: '::1' }, { ...record, enableChat: true });
    const { redis } = (await read(withChat)).services;
    expect(JSON.stringify(redis?.['ports'])).toContain('::1');
    expect(redis?.['command']).toContain('&chat2');
  }, 120_000);
});
