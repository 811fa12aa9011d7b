// What the first bytes of a file, and ffprobe, say of it.
import { describe, expect, test } from '@jest/globals';
import { HEAD_BYTES, matroskaHead } from '../../../../src/tick/plan/outbox/matroska.js';
import { probeSight } from '../../../../src/tick/plan/outbox/probe.js';
import { film, FILM_HEAD } from '../../../support/film.js';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** An EBML header with this type of document. */
function header(type: string): Buffer {
  const content = Buffer.concat([hex('4286 81 01 4282'), Buffer.from([0x80 | type.length]), Buffer.from(type)]);
  return Buffer.concat([hex('1a45dfa3'), Buffer.from([0x80 | content.length]), content]);
}

const UNKNOWN_SIZE = hex('18538067 01ffffffffffffff');
const SEGMENT_OF_TEN = hex('18538067 8a');
const VOID_OF_TWO = hex('ec 82 0000');

describe('the head of a file', () => {
  const none = (why: string): object => ({ is: 'none', why });
  const noMatroska = none('it is no Matroska file');
  test.each<[string, Buffer, object]>([
    ['of a whole film', FILM_HEAD, { is: 'whole' }],
    ['of a whole film, with something after it', film('REC'), { is: 'whole' }],
    ['of a film that lacks its last byte', FILM_HEAD.subarray(0, -1), { is: 'open' }],
    [
      'of a film without an end (ffmpeg still writes, or was killed)',
      Buffer.concat([header('matroska'), UNKNOWN_SIZE]),
      { is: 'open' },
    ],
    ['of a WebM file', Buffer.concat([header('webm'), SEGMENT_OF_TEN, Buffer.alloc(10)]), { is: 'whole' }],
    ['with a type that is filled up', Buffer.concat([header('webm\0\0'), UNKNOWN_SIZE]), { is: 'open' }],
    ['without a type', Buffer.concat([hex('1a45dfa3 84 4286 81 01'), UNKNOWN_SIZE]), { is: 'open' }],
    ['with padding before the segment', Buffer.concat([header('matroska'), VOID_OF_TWO, UNKNOWN_SIZE]), { is: 'open' }],
    ['that is empty', Buffer.alloc(0), none('it is empty')],
    ['of a text', Buffer.from('REC m-1 meeting.mkv\n'), noMatroska],
    ['of an MP4 file', hex('00000020 66747970 69736f6d'), noMatroska],
    ['of another kind of EBML', Buffer.concat([header('other'), UNKNOWN_SIZE]), noMatroska],
    ['of a header without a size', hex('1a45dfa3 ff'), noMatroska],
    ['that breaks off within its id', hex('1a45df'), noMatroska],
    ['that breaks off before its size', hex('1a45dfa3'), noMatroska],
    ['of zeros', Buffer.alloc(100), noMatroska],
    ['of a header alone', header('matroska'), none('it ends before its content begins')],
    [
      'of a header and something else without an end',
      Buffer.concat([header('webm'), hex('ec ff 00')]),
      none('it ends before its content begins'),
    ],
    ['with a type that is cut', hex('1a45dfa3 88 4282 88 6d61'), none('it ends before its content begins')],
  ])('%s', (_name, content, expected) => {
    expect(matroskaHead(content.subarray(0, HEAD_BYTES), content.length)).toEqual(expected);
  });

  test('the first bytes are enough: the size of the file tells whether all of it is there', () => {
    const large = Buffer.concat([header('matroska'), hex('18538067 0100000040000000')]);
    expect(matroskaHead(large, large.length + 0x40000000)).toEqual({ is: 'whole' });
    expect(matroskaHead(large, large.length + 0x3fffffff)).toEqual({ is: 'open' });
  });
});

describe('an answer of ffprobe', () => {
  const answer = (streams: unknown, format: unknown = { duration: '61.400000' }): string =>
    JSON.stringify({ programs: [], streams, format });
  test.each<[string, { exitCode: number | null; stdout: string; stderr: string }, object | null]>([
    [
      'two streams',
      { exitCode: 0, stdout: answer([{ codec_type: 'video' }, { codec_type: 'audio' }]), stderr: '' },
      { hasStreams: true, seconds: 61 },
    ],
    [
      'no length, after a cut',
      { exitCode: 0, stdout: answer([{}], {}), stderr: 'File ended prematurely' },
      { hasStreams: true, seconds: null },
    ],
    [
      'no format',
      { exitCode: 0, stdout: JSON.stringify({ streams: [{}] }), stderr: '' },
      { hasStreams: true, seconds: null },
    ],
    ['no stream', { exitCode: 0, stdout: answer([]), stderr: '' }, { hasStreams: false, seconds: 61 }],
    [
      'nothing that it understands',
      { exitCode: 1, stdout: '{\n\n}\n', stderr: 'x.mkv: Invalid data found when processing input' },
      { hasStreams: false, seconds: null },
    ],
    [
      'an end within the header',
      { exitCode: 1, stdout: '{\n\n}\n', stderr: 'x.mkv: End of file' },
      { hasStreams: false, seconds: null },
    ],
    ['a file that it may not read', { exitCode: 1, stdout: '{\n\n}\n', stderr: 'x.mkv: Permission denied' }, null],
    ['an option that it does not know', { exitCode: 1, stdout: '', stderr: "Unrecognized option 'of'." }, null],
    ['no library', { exitCode: 127, stdout: '', stderr: 'libavformat.so.59: cannot open shared object file' }, null],
    ['nothing: it hung, or is not installed', { exitCode: null, stdout: '', stderr: '' }, null],
    ['something that is no JSON', { exitCode: 0, stdout: 'streams', stderr: '' }, null],
    ['something else', { exitCode: 0, stdout: '{"streams":{}}', stderr: '' }, null],
  ])('%s', (_name, given, expected) => {
    expect(probeSight(given)).toEqual(expected);
  });
});
