// What docker-compose (1.29) and Compose v2 say on stderr, and what it means.

/** Progress, warnings and the frames of a Python traceback. */
const NOISE = [
  /^\s*(ERROR:)?\s*$/,
  /^\s*WARN(ING)?\b/i,
  /^time=.*level=(warning|info)/,
  /^Traceback \(most recent call last\)/,
  /^During handling of the above exception/,
  /^The above exception was the direct cause/,
  /^\s+/,
  /^\S.* \.\.\. *(done|error)?\s*$/,
  /^(Pulling|Creating|Recreating|Starting|Stopping|Removing|Building) (?!.*error)/i,
];

const NO_DAEMON =
  /cannot connect to the docker daemon|couldn't connect to docker daemon|is the docker daemon running|error while fetching server api version|connection refused/i;

const NO_RIGHT =
  /permission ?(denied|error).*(docker|connection aborted|\.sock)|(docker|connection aborted|\.sock).*permission ?(denied|error)/i;

const NO_IMAGE = [
  /pull access denied/i,
  /manifest (for|unknown)/i,
  /no such image/i,
  /repository .* not found/i,
  /failed to resolve reference/i,
  /Error response from daemon: (?!.*\b(network|container|runtime|volume)\b).*not found/i,
];

/**
 * The line that says why a command failed, on one line: of a Python traceback the last, else the first that begins
 * with `ERROR`, or that is neither progress nor a warning. Empty when there is none.
 */
export function usefulLine(stderr: string): string {
  const lines = stderr.split(/\r?\n/);
  const useful = lines.filter((line) => !NOISE.some((noise) => noise.test(line)));
  const isTraceback = stderr.includes('Traceback (most recent call last)');
  const line = isTraceback ? useful.at(-1) : (useful.find((candidate) => /^error/i.test(candidate)) ?? useful[0]);
  // All noise: its first line with words is better than nothing.
  return (line ?? lines.find((candidate) => !/^\s*(ERROR:)?\s*$/.test(candidate)) ?? '').replace(/\s+/g, ' ').trim();
}

/** What an administrator can do about a failure that is Docker's, not the slot's; null when it is not known as such. */
export function dockerAdvice(stderr: string): string | null {
  if (NO_RIGHT.test(stderr)) return 'add the user that runs bbb-pod-live to the group docker, or run it as root';
  if (NO_DAEMON.test(stderr)) return 'start the service docker';
  return null;
}

/** Whether `up` failed for want of an image: it was refused, or its pulling was the last thing begun. */
export function isImageMissing(stderr: string): boolean {
  if (NO_IMAGE.some((pattern) => pattern.test(stderr))) return true;
  const pulling = Math.max(...[...stderr.matchAll(/^\s*(Pulling \S+|\S+ Pulling)/gm)].map((match) => match.index), -1);
  return pulling >= 0 && !/\b(Creating|Created|Recreating|Starting|Started)\b/.test(stderr.slice(pulling));
}
