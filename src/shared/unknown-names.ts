// Names in a file of variables that mean nothing to any program: slips of the keyboard, which would otherwise do nothing in silence.

export interface UnknownName {
  name: string;
  /** A line for the administrator. */
  text: string;
}

/** Variables of other programs, which a file of variables may well hold: the shell's, Node's, Docker's, proxies'. */
const FOREIGN =
  /^(?:(?:https?|ftp|all|no)_proxy|(?:NODE|NPM|DOCKER|COMPOSE|BUILDKIT|SSL|LC|XDG|UV|V8|OPENSSL|SYSTEMD|GIT|DBUS)_\w+|PATH|HOME|USER|LOGNAME|SHELL|PWD|TERM|LANG|LANGUAGE|MAILTO|TMPDIR|TMP|TEMP|HOSTNAME|UMASK|NO_COLOR|FORCE_COLOR|CI)$/i;

/** What looks like the name of a variable; anything else may be the rest of a secret that was broken over two lines. */
const SHOWN = /^[A-Z][A-Z0-9_]*$/;

/** Of the names of a file, those that are neither `known` nor another program's. */
export function unknownNames(
  file: { path: string; names: { name: string; line: number }[] },
  known: string[],
): UnknownName[] {
  return file.names
    .filter(({ name }) => !known.includes(name) && !FOREIGN.test(name))
    .map(({ name, line }) => {
      const nearest = nearestTo(name, known);
      const isShown = SHOWN.test(name) || nearest !== null;
      const shown = isShown ? name : 'what stands there';
      const guess = nearest === null ? '' : `; is ${nearest} meant?`;
      return {
        // Kept in a file of its own: no secret either.
        name: isShown ? name : `line ${line}`,
        text: `${file.path}, line ${line}: ${shown} is no variable of bbb-pod-live and does nothing${guess}`,
      };
    });
}

/** The known name that differs least, if that is little enough to be a slip. */
function nearestTo(name: string, known: string[]): string | null {
  const upper = name.toUpperCase();
  const [best] = known
    .map((candidate) => ({ candidate, distance: distanceOf(upper, candidate) }))
    .sort((one, other) => one.distance - other.distance);
  return best !== undefined && best.distance <= Math.max(2, Math.floor(name.length / 4)) ? best.candidate : null;
}

/** Levenshtein's: how many characters are to be added, left out or changed. */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const [index, character] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const changed = (row[column - 1] ?? 0) + (character === to[column - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
