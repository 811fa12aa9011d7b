// What an answer of ffprobe says of a file.
import {
  decodeObject,
  list,
  objectOf,
  orAbsent,
  orElse,
  parseJson,
  text,
  type Fields,
} from '../../../shared/decoder.js';

/** `seconds`: how long it lasts, rounded; null where that is not known (a file that was cut off does not say). */
export interface ProbeSight {
  hasStreams: boolean;
  seconds: number | null;
}

interface Answer {
  streams: unknown[];
  format: { duration?: string };
}

const ANSWER: Fields<Answer> = {
  streams: list,
  format: orElse(objectOf<Answer['format']>('an object', { duration: orAbsent(text) }), {}),
};

/** ffmpeg's words for a file of which it can make nothing; they are never translated. */
const NOTHING_IN_IT = /Invalid data found when processing input|End of file|File ended prematurely/;

/**
 * Null where nothing follows from it: ffprobe is not there, hung, does not know an option, or may not read the file (one in
 * a sandbox of its own).
 */
export function probeSight({
  exitCode,
  stdout,
  stderr,
}: {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}): ProbeSight | null {
  if (exitCode === 1 && NOTHING_IN_IT.test(stderr)) return { hasStreams: false, seconds: null };
  if (exitCode !== 0) return null;
  const json = parseJson(stdout);
  const answer = 'value' in json ? decodeObject(json.value, ANSWER) : json;
  if ('fault' in answer) return null;
  const { streams, format } = answer.value;
  const seconds = Math.round(Number(format.duration));
  return { hasStreams: streams.length > 0, seconds: Number.isFinite(seconds) ? seconds : null };
}
