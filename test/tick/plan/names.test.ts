// Names: the original's for plain meeting names, safe and unique ones for all others.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { slotRecord } from '../../support/memory/samples.js';
import { webinarRecord } from '../../support/memory/webinar-samples.js';
import {
  broadcasterName,
  chosenNames,
  conflict,
  livePage,
  outputName,
  playlistUrl,
  pageUrl,
  podSlugs,
  rtmpTarget,
  streamKey,
} from '../../../src/tick/plan/names.js';

const HLS = 'https://hls.univ.fr/hls/';
const plain = { suffixed: 0, maxLength: 170 };
/** Any text: well-formed Unicode, and UTF-16 units at random, halves of pairs included. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 300 }).map((units) => String.fromCharCode(...units)),
);

interface GoldenCase {
  input: { pod: { lives: { id: number; meeting: string }[]; meetings: { id: number; meeting_name: string }[] } };
  original: { requests: { method: string; fields?: Record<string, string> }[] };
}

/** The meetings of which the original created the broadcaster. */
function goldenNames(): { id: number; meeting: string; name: string; url: string }[] {
  const directory = 'test/fixtures/golden';
  const files = readdirSync(directory).filter((file) => file.endsWith('.json'));
  return files.flatMap((file) => {
    const golden = JSON.parse(readFileSync(`${directory}/${file}`, 'utf8')) as GoldenCase;
    const { lives, meetings } = golden.input.pod;
    const posts = golden.original.requests.filter((request) => request.method === 'POST');
    return posts.flatMap(({ fields }) =>
      lives
        .map((live) => ({ id: live.id, meeting: meetings.find((row) => live.meeting.endsWith(`/${row.id}/`)) }))
        .filter(
          ({ id, meeting }) =>
            chosenNames(meeting?.meeting_name ?? '', id, 'https://hls.test/hls/', 0).streamUrl === fields?.['url'],
        )
        .map(({ id, meeting }) => ({
          id,
          meeting: meeting?.meeting_name ?? '',
          name: fields?.['name'] ?? '',
          url: fields?.['url'] ?? '',
        })),
    );
  });
}

describe('the stream key', () => {
  test.each([
    ['Webinaire de test', 'bbb-Webinaire-de-test'],
    ['COURS MAJUSCULE', 'bbb-COURS-MAJUSCULE'],
    ['  Cours   entouré  ', 'bbb--Cours-entoure-'],
    ["L'art d'aimer", 'bbb-L-art-d-aimer'],
    ['Œuvre cœur Ægir ætat ß ẞ ﬁn ĳ Łódź øre', 'bbb-OEuvre-coeur-AEgir-aetat-ss-SS-fin-ij-Lodz-ore'],
    ['été ÉTÉ façade naïve', 'bbb-ete-ETE-facade-naive'],
    ['e\u0301te\u0301', 'bbb-ete'],
    ['‘a’ “b” «c» "d" `e´', 'bbb--a---b---c---d---e-'],
    ['« texte »', 'bbb---texte--'],
    ['a\tb\nc\u00a0d\u3000\u2009e\r\nf\u0085g', 'bbb-a-b-c-d-e-f-g'],
    ['a & b / c \\ d', 'bbb-a--b--c--d'],
    ['a&/\\"$#:;<>%=,()!?*|@{}b', 'bbb-a-b'],
    ['v1.2_final-b', 'bbb-v1.2_final-b'],
    ['$(touch x)', 'bbb-touch-x'],
    ['Лекция', 'bbb-12'],
    ['講義', 'bbb-12'],
    ['😀🎓', 'bbb-12'],
    ['', 'bbb-12'],
    ['   ', 'bbb--'],
    ['Cours\u0001\u200b caché', 'bbb-Cours-cache'],
  ])('of %j is %s', (meetingName, key) => {
    expect(streamKey(meetingName, 12, plain)).toBe(key);
  });

  test('bears the livestream id, and then a number, when it is not the first try', () => {
    expect(streamKey('Cours', 12, { suffixed: 1, maxLength: 170 })).toBe('bbb-Cours-12');
    expect(streamKey('Cours', 12, { suffixed: 2, maxLength: 170 })).toBe('bbb-Cours-12-2');
    expect(streamKey('😀', 12, { suffixed: 1, maxLength: 170 })).toBe('bbb-12-12');
  });

  test('is cut at the given length, never in what was added', () => {
    expect(streamKey('x'.repeat(400), 12, { suffixed: 1, maxLength: 20 })).toBe('bbb-xxxxxxxxxxxxx-12');
    expect(streamKey('x'.repeat(400), 12, { suffixed: 0, maxLength: 20 })).toBe('bbb-xxxxxxxxxxxxxxxx');
    // An address of playlists that leaves no room at all.
    expect(streamKey('Cours', 12, { suffixed: 0, maxLength: 2 })).toBe('bbb-12');
    expect(streamKey('Cours', 12, { suffixed: 1, maxLength: 2 })).toBe('bbb--12');
  });
});

describe('the broadcaster name', () => {
  test.each([
    ["L'été à Noël : « œuvre » & <b>", "[BBB] L'été à Noël : « œuvre » & <b>"],
    ['  Cours   entouré  ', '[BBB]   Cours   entouré'],
    ['a\tb\nc\u0000d\u2028e', '[BBB] a b c d e'],
    // What turns the direction of writing would show another name, or turn the text around it in a mail.
    ['a\u202egpj.exe\u202c\u2066b\u2069\u200f', '[BBB] a gpj.exe  b'],
    ['😀 \ud83d.', '[BBB] 😀 \ufffd.'],
    ['', '[BBB]'],
    ['\n\n', '[BBB]'],
  ])('of %j is %j', (meetingName, name) => {
    expect(broadcasterName(meetingName, 12, { suffixed: 0 })).toBe(name);
  });

  test('bears the livestream id, and then a number, when it is not the first try', () => {
    expect(broadcasterName('Cours ', 12, { suffixed: 1 })).toBe('[BBB] Cours (12)');
    expect(broadcasterName('Cours', 12, { suffixed: 3 })).toBe('[BBB] Cours (12-3)');
  });

  test('is cut at 200 characters, all counted, without cutting a surrogate pair', () => {
    expect(broadcasterName('x'.repeat(194), 12, { suffixed: 0 })).toBe(`[BBB] ${'x'.repeat(194)}`);
    expect(broadcasterName('x'.repeat(195), 12, { suffixed: 0 })).toBe(`[BBB] ${'x'.repeat(194)}`);
    expect(broadcasterName('x'.repeat(300), 12, { suffixed: 1 })).toBe(`[BBB] ${'x'.repeat(189)} (12)`);
    expect(broadcasterName(`x${'😀'.repeat(150)}`, 12, { suffixed: 0 })).toBe(`[BBB] x${'😀'.repeat(96)}`);
  });

  test('is cut further where its slug would not fit in Pod', () => {
    const name = broadcasterName('½'.repeat(200), 12, { suffixed: 1 });
    expect(name).toMatch(/^\[BBB\] ½+ \(12\)$/);
    expect(podSlugs(name)[0]).toHaveLength(199);
  });
});

describe('the names of a live', () => {
  test('are those that the original chose, for each of its recorded cases', () => {
    const cases = goldenNames();
    expect(cases.length).toBeGreaterThanOrEqual(12);
    for (const { id, meeting, name, url } of cases) {
      const names = chosenNames(meeting, id, 'https://hls.test/hls/', 0);
      // Accents and quotes are kept in names that people read (docs/en/from-php.md): the one difference.
      const asTheOriginal = names.broadcasterName.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll("'", '-');
      expect([asTheOriginal, names.streamUrl]).toEqual([name, url]);
    }
  });

  test('fit in Pod and in a URL, whatever the meeting is called', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 2 ** 31 }), fc.nat(5), (meetingName, id, attempt) => {
        const names = chosenNames(meetingName, id, HLS, attempt);
        expect(names.streamKey).toMatch(/^bbb-[A-Za-z0-9._-]+$/);
        expect(names.streamUrl).toBe(`${HLS}${names.streamKey}.m3u8`);
        expect(names.streamUrl.length).toBeLessThanOrEqual(200);
        expect(names.broadcasterName).toMatch(/^\[BBB\]/);
        expect(names.broadcasterName).not.toMatch(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]|\p{Surrogate}/u);
        expect(names.broadcasterName.length).toBeLessThanOrEqual(200);
        expect(names.broadcasterName).toBe(names.broadcasterName.trim());
        for (const slug of podSlugs(names.broadcasterName)) expect(slug).toMatch(/^bbb[a-z0-9_-]{0,197}$/);
        if (attempt === 1) {
          expect(names.streamKey.endsWith(`-${id}`)).toBe(true);
          expect(names.broadcasterName.endsWith(` (${id})`)).toBe(true);
        }
      }),
    );
  });

  test('no longer conflict with those of a namesake once the livestream id is added', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 99999 }), fc.nat(4), (meetingName, id, attempt) => {
        const first = chosenNames(meetingName, id, HLS, attempt);
        const other = chosenNames(meetingName, id, HLS, attempt + 1);
        const broadcaster = {
          name: first.broadcasterName,
          slug: podSlugs(first.broadcasterName)[0] ?? '',
          streamUrl: first.streamUrl,
        };
        expect(conflict(first, broadcaster)).toBe(true);
        expect(conflict(other, broadcaster)).toBe(false);
      }),
    );
  });
});

describe('the slugs', () => {
  test.each(['2.8.2', '3.7.0'])('are those that Pod %s gave in the recorded exchanges', (version) => {
    const lines = readFileSync(`test/fixtures/pod-rest/samples-${version}.jsonl`, 'utf8').trim().split('\n');
    const slugs = lines.flatMap((line) => {
      const { request, response } = JSON.parse(line) as {
        request: { method: string; path: string };
        response: { status: number; body: string };
      };
      if (request.method !== 'POST' || request.path !== '/rest/broadcasters/' || response.status !== 201) return [];
      return [JSON.parse(response.body) as { name: string; slug: string }];
    });
    expect(slugs.length).toBeGreaterThan(8);
    for (const { name, slug } of slugs) expect(podSlugs(name)).toContain(slug);
  });

  test('differ by the dashes at the end between versions before 3.0 and from 3.0 on', () => {
    expect(podSlugs('[BBB] X -')).toEqual(['bbb-x-', 'bbb-x']);
    expect(podSlugs('[BBB] Лекция')).toEqual(['bbb']);
    expect(podSlugs('[BBB] Cœur_été')).toEqual(['bbb-cur_ete']);
  });
});

describe('a conflict', () => {
  const names = chosenNames('Cours', 12, HLS, 0);
  const stranger = { name: '[BBB] Autre', slug: 'bbb-autre', streamUrl: `${HLS}bbb-Autre.m3u8` };

  test('is the same name, slug or playlist, without case', () => {
    expect(conflict(names, stranger)).toBe(false);
    expect(conflict(names, { ...stranger, name: ' [bbb] COURS ' })).toBe(true);
    expect(conflict(names, { ...stranger, slug: 'BBB-Cours' })).toBe(true);
    expect(conflict(names, { ...stranger, slug: 'bbb-cours-' })).toBe(true);
    expect(conflict(names, { ...stranger, streamUrl: `${HLS}BBB-cours.m3u8` })).toBe(true);
  });

  test('is found between names that differ by punctuation only, or that have no ASCII letter', () => {
    const asBroadcaster = (meetingName: string) => {
      const other = chosenNames(meetingName, 13, HLS, 0);
      return {
        name: other.broadcasterName,
        slug: podSlugs(other.broadcasterName)[0] ?? '',
        streamUrl: other.streamUrl,
      };
    };
    expect(conflict(names, asBroadcaster('Cours !'))).toBe(true);
    expect(conflict(names, asBroadcaster('Cours -'))).toBe(true);
    expect(conflict(chosenNames('Cours -', 12, HLS, 0), asBroadcaster('Cours'))).toBe(true);
    expect(conflict(chosenNames('Лекция', 12, HLS, 0), asBroadcaster('講義'))).toBe(true);
    expect(conflict(chosenNames('Cœur', 12, HLS, 0), asBroadcaster('Coeur'))).toBe(true);
  });
});

test('the page of a live moved in Pod 2.9.3', () => {
  expect(pageUrl('https://pod.univ.fr', 'bbb-x', 'url')).toBe('https://pod.univ.fr/live/bbb-x/');
  expect(pageUrl('https://pod.univ.fr', 'bbb-x', 'broadcaster_url')).toBe('https://pod.univ.fr/live/direct/bbb-x/');
});

test('a webinar has a page and an RTMP address of its own', () => {
  const at = { podUrl: 'https://pod.univ.fr', bbbStreamUrl: 'rtmp://live.univ.fr/live/' };
  expect(livePage(slotRecord(1), at)).toBe('https://pod.univ.fr/live/direct/bbb-cours-1/');
  expect(livePage(slotRecord(1, { slug: null }), at)).toBe('https://pod.univ.fr');
  expect(livePage(webinarRecord(), at)).toBe('https://pod.univ.fr/live/event/0001-webinaire-1/');
  expect(livePage(webinarRecord({}, { page: null }), at)).toBe('https://pod.univ.fr');
  expect(rtmpTarget(slotRecord(1), at)).toBe('rtmp://live.univ.fr/live/bbb-Cours-1');
  expect(rtmpTarget(webinarRecord(), at)).toBe('rtmp://user:secret@rtmp.univ.test/live/slot1');
  const hls = { podHlsStream: 'https://hls.univ.fr/hls/' };
  expect(playlistUrl(slotRecord(1), hls)).toBe('https://hls.univ.fr/hls/bbb-Cours-1.m3u8');
  expect(playlistUrl(webinarRecord(), hls)).toMatch(/^https?:\/\/.*\.m3u8$/);
  expect(playlistUrl(webinarRecord({}, { page: null }), hls)).toBeNull();
});

test('the output of a live is called after it, that of a webinar whose row in Pod is not known after its slot', () => {
  expect(outputName(slotRecord(12), 3)).toBe('12');
  expect(outputName(slotRecord(0), 3)).toBe('slot3');
});
