// What a streaming image is known for by its name.
import { describe, expect, test } from '@jest/globals';
import { isDefaultImage, isNamedAsOwn, pictureProblem } from '../../../src/tick/plan/streamer-image.js';

const DEFAULT = ['aauzid/bigbluebutton-livestreaming', 'registry.univ.fr/aauzid/bigbluebutton-livestreaming:1.0'];
const OTHERS = ['registry.univ.fr/bigbluebutton-livestreaming:1.0', 'aauzid/bigbluebutton-livestreaming2', 'x/aauzid'];
const OWN = [
  'bbb-pod-live-streamer:1.2.0',
  'registry.univ.fr/lives/bbb-pod-live-streamer@sha256:0f',
  'bbb-pod-live-streamer',
];

describe('the name of an image', () => {
  test.each(DEFAULT)('%s is the default one', (image) => {
    expect([isDefaultImage(image), isNamedAsOwn(image)]).toEqual([true, false]);
  });

  test.each(OTHERS)('%s is some other', (image) => {
    expect([isDefaultImage(image), isNamedAsOwn(image)]).toEqual([false, false]);
  });

  test.each(OWN)('%s is as `streamer build` calls it', (image) => {
    expect([isDefaultImage(image), isNamedAsOwn(image)]).toEqual([false, true]);
  });
});

describe('no picture', () => {
  test.each(['2.5', '2.7.14', '3.0.4'])('is to be expected of the default image with BBB %s', (version) => {
    const problem = pictureProblem(version, { streamerImage: DEFAULT[0]! });
    expect(problem).toMatchObject({ kind: 'bbbTooNew', detail: expect.stringContaining(version) as unknown });
  });

  test.each(['2.4.9', '2.3', '', 'unknown'])('is not said with BBB "%s"', (version) => {
    expect(pictureProblem(version, { streamerImage: DEFAULT[0]! })).toBeNull();
  });

  test.each([...OTHERS, ...OWN])('is not said of %s', (streamerImage) => {
    expect(pictureProblem('3.0.4', { streamerImage })).toBeNull();
  });
});
