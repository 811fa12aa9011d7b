// A recording is looked into before it is handed over: real files of the real ffmpeg, and the real ffprobe where there is one.
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { inspectFilm, REAL_FILM_ACTS, type FilmActs } from '../../../../src/tick/shell/outbox/film.js';
import { film, FILM_HEAD } from '../../../support/film.js';
import { pathOf } from '../../../support/programs.js';
import { temporaryDirectory } from '../../../support/temporary.js';

const directory = temporaryDirectory();
let turn = 0;

function fileWith(content: Buffer | string): string {
  turn += 1;
  const path = join(directory, `${turn}.mkv`);
  writeFileSync(path, content);
  return path;
}

/** As on a host without ffprobe; `meanwhile` is what happens to the file while it is waited for. */
function without(meanwhile: () => void = () => undefined): FilmActs & { pauses: number[] } {
  const pauses: number[] = [];
  return {
    pauses,
    pause: (ms) => {
      pauses.push(ms);
      meanwhile();
      return Promise.resolve();
    },
    probe: () => Promise.resolve(null),
  };
}

/** One whose end was not written: the segment's size is not known. */
const OPEN_FILM = Buffer.from(film('more'));
const SEGMENT_AT = OPEN_FILM.indexOf(Buffer.from('18538067', 'hex'));
OPEN_FILM[SEGMENT_AT + 4] = 0xff;

describe('without ffprobe', () => {
  test('a whole film is one, and nothing is waited for', async () => {
    const acts = without();
    expect(await inspectFilm(fileWith(FILM_HEAD), acts)).toEqual({ is: 'film', isCutOff: false, seconds: null });
    expect(acts.pauses).toEqual([]);
  });

  test('what is no Matroska file is none, and a link is not followed', async () => {
    const text = fileWith('REC');
    expect(await inspectFilm(text, without())).toEqual({ is: 'none', why: 'it is no Matroska file' });
    expect(await inspectFilm(fileWith(''), without())).toEqual({ is: 'none', why: 'it is empty' });
    symlinkSync(fileWith(FILM_HEAD), join(directory, 'link.mkv'));
    await expect(inspectFilm(join(directory, 'link.mkv'), without())).rejects.toThrow('ELOOP');
  });

  test('one without an end that was just written to is looked at again: cut off when it stays as it is, growing when not', async () => {
    const acts = without();
    expect(await inspectFilm(fileWith(OPEN_FILM), acts)).toEqual({ is: 'film', isCutOff: true });
    expect(acts.pauses).toHaveLength(1);
    const growing = fileWith(OPEN_FILM);
    const grows = without(() => {
      appendFileSync(growing, 'more');
    });
    expect(await inspectFilm(growing, grows)).toEqual({ is: 'growing' });
  });

  test('one without an end that is old is not waited for', async () => {
    const path = fileWith(OPEN_FILM);
    utimesSync(path, 1_000_000_000, 1_000_000_000);
    const acts = without();
    expect(await inspectFilm(path, acts)).toEqual({ is: 'film', isCutOff: true });
    expect(acts.pauses).toEqual([]);
  });

  test('one with its end to which somebody still writes is growing', async () => {
    const path = fileWith(FILM_HEAD);
    const probe = (): Promise<null> => {
      appendFileSync(path, 'more');
      return Promise.resolve(null);
    };
    expect(await inspectFilm(path, { ...without(), probe })).toEqual({ is: 'growing' });
  });
});

const hasFfmpeg = pathOf('ffmpeg') !== null && pathOf('ffprobe') !== null;
if (!hasFfmpeg && process.env['CI'] === 'true') throw new Error('ffmpeg and ffprobe are not installed');

(hasFfmpeg ? describe : describe.skip)('with the real ffmpeg and ffprobe', () => {
  const NO_PAUSE: FilmActs = { ...REAL_FILM_ACTS, pause: () => Promise.resolve() };

  function recorded(name: string): string {
    const path = join(directory, name);
    const picture = ['-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=5', '-t', '30', '-c:v', 'mpeg4', '-b:v', '200k'];
    execFileSync('ffmpeg', ['-v', 'error', ...picture, path], { stdio: ['ignore', 'ignore', 'inherit'] });
    return path;
  }

  test('its film is whole and of its length; without its last part and its trailer it is a recording all the same', async () => {
    const path = recorded('real.mkv');
    expect(await inspectFilm(path, NO_PAUSE)).toEqual({ is: 'film', isCutOff: false, seconds: 30 });
    truncateSync(path, Math.floor(readFileSync(path).length / 2));
    expect(await inspectFilm(path, NO_PAUSE)).toMatchObject({ is: 'film', isCutOff: true });
  });

  test('a film that is killed while it is made is a recording without an end', async () => {
    // What goes to a pipe is what a killed ffmpeg leaves: no seeking back, no size, no length.
    const picture = ['-f', 'lavfi', '-i', 'testsrc=size=64x64:rate=5', '-t', '30', '-c:v', 'mpeg4', '-f', 'matroska'];
    const made = execFileSync('ffmpeg', ['-v', 'error', ...picture, 'pipe:1'], { maxBuffer: 1 << 26 });
    const path = fileWith(made.subarray(0, Math.floor(made.length * 0.8)));
    expect(await inspectFilm(path, NO_PAUSE)).toEqual({ is: 'film', isCutOff: true });
  });

  test('a film without picture and sound, or one that ends in its header, shows nothing', async () => {
    const nothing = { is: 'none', why: 'ffprobe finds neither picture nor sound' };
    const path = recorded('header.mkv');
    const head = readFileSync(path).subarray(0, 300);
    expect(await inspectFilm(fileWith(head), NO_PAUSE)).toEqual(nothing);
    const emptyTracks = Buffer.from(FILM_HEAD);
    // The element of the tracks becomes padding.
    const tracksAt = emptyTracks.indexOf(Buffer.from('1654ae6b', 'hex'));
    const size = (emptyTracks[tracksAt + 4] ?? 0) & 0x7f;
    emptyTracks.set([0xec, 0x10, 0, 0, size + 1], tracksAt);
    expect(await inspectFilm(fileWith(emptyTracks), NO_PAUSE)).toEqual(nothing);
  });

  test('the film of the tests is one', async () => {
    expect(await inspectFilm(fileWith(film('REC\nEND\n')), NO_PAUSE)).toMatchObject({ is: 'film', isCutOff: false });
  });

  test('a file that names another is not followed there', async () => {
    const list = fileWith(
      Buffer.concat([FILM_HEAD.subarray(0, 4), Buffer.from('ffconcat version 1.0\nfile real.mkv\n')]),
    );
    expect(await inspectFilm(list, NO_PAUSE)).toMatchObject({ is: 'none' });
  });
});
