// What is known of a streaming image by its name: which meetings it can show, and whether it may be the package's own.
import { isFrom } from '../../shared/bbb-version.js';
import type { Config, Problem } from '../model.js';

const DEFAULT_IMAGE = /(?:^|\/)aauzid\/bigbluebutton-livestreaming(?:[:@]|$)/i;

/** As `streamer build` calls it, in whatever registry it was put. */
const OWN_IMAGE = /(?:^|\/)bbb-pod-live-streamer(?:[:@]|$)/;

/** From 2.5 on the client's parts have no names by which the default image could hide them (docs/en/streamer.md). */
const TOO_NEW_FOR_DEFAULT = [2, 5] as const;

export function isDefaultImage(image: string): boolean {
  return DEFAULT_IMAGE.test(image);
}

/** Where its label cannot be read: the image is not there yet. */
export function isNamedAsOwn(image: string): boolean {
  return OWN_IMAGE.test(image);
}

/** Why lives will show no picture; null when nothing is known that speaks against it. `bbbVersion`: empty when not told. */
export function pictureProblem(bbbVersion: string, { streamerImage }: Pick<Config, 'streamerImage'>): Problem | null {
  if (!isDefaultImage(streamerImage) || !isFrom(bbbVersion, TOO_NEW_FOR_DEFAULT)) return null;
  const detail = `BBB says that it is ${bbbVersion}; ${streamerImage} knows no BBB from ${TOO_NEW_FOR_DEFAULT.join('.')} on`;
  return { kind: 'bbbTooNew', detail };
}
