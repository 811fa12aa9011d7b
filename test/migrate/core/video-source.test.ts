// Where the video of a playback page is, and which Pod takes.
import { describe, expect, test } from '@jest/globals';
import { videoAddress } from '../../../src/migrate/core/video-source.js';

const EXTENSIONS = ['m4v', 'mp4', 'webm'];

describe("a video's address", () => {
  const page = 'https://bbb.univ.fr/playback/video/ID/';
  const tokenPage = 'https://bbb.univ.fr/recording/ID/video?token=T&x=1';
  test.each([
    [page, page, ['video-0.m4v'], 'https://bbb.univ.fr/playback/video/ID/video-0.m4v'],
    [page, page, ['a.mp4', 'b.webm'], 'https://bbb.univ.fr/playback/video/ID/b.webm'],
    [page, page, ['V.M4V?x=.exe#y'], 'https://bbb.univ.fr/playback/video/ID/V.M4V?x=.exe#y'],
    [page, page, ['/other/é 1.mp4'], 'https://bbb.univ.fr/other/%C3%A9%201.mp4'],
    [page, page, ['//cdn.univ.fr/v.mp4'], 'https://cdn.univ.fr/v.mp4'],
    ['https://bbb.univ.fr/playback/video/ID', page, ['v.mp4'], 'https://bbb.univ.fr/playback/video/ID/v.mp4'],
    [tokenPage, 'https://bbb.univ.fr/video/ID/', ['v.mp4'], 'https://bbb.univ.fr/video/ID/v.mp4'],
    [tokenPage, tokenPage, ['v.mp4'], 'https://bbb.univ.fr/video/ID/v.mp4'],
    ['https://bbb.univ.fr/recording?token=T', page, ['v.mp4'], 'https://bbb.univ.fr/playback/video/ID/v.mp4'],
    [tokenPage, tokenPage, ['https://cdn.univ.fr/v.mp4'], 'https://cdn.univ.fr/v.mp4'],
  ])('for the page %s, which came from %s, and the sources %j is %s', (url, from, sources, address) => {
    expect(videoAddress({ url, from, sources }, EXTENSIONS)).toEqual({ address });
  });

  test.each([
    [[], /has no <source>/],
    [['v.mp4', 'v.exe'], /"exe" is not in VIDEO_ALLOWED_EXTENSIONS/],
    [['v'], /"" is not in VIDEO_ALLOWED_EXTENSIONS/],
    [['.mp4/v'], /"" is not in/],
    [['file:///etc/v.mp4'], /no address on the web/],
    [['javascript:v.mp4'], /no address on the web/],
    [['http://['], /no address on the web/],
  ])('is refused for the sources %j', (sources, fault) => {
    expect(videoAddress({ url: page, from: page, sources }, EXTENSIONS)).toEqual({
      fault: expect.stringMatching(fault),
    });
  });
});
