// Whether Compose can be called at all, and whether its version says enough of containers that have ended.
import { run } from '../../shared/spawn.js';
import { describe } from './slot/compose.js';

const TIMEOUT_MS = 15_000;

/** Versions that cannot be used, each with the reason. */
const UNUSABLE: [isIt: (major: number, minor: number, patch: number) => boolean, why: string][] = [
  // https://github.com/docker/compose/issues/6630
  [(major, minor) => major === 1 && minor < 24, 'it cannot list containers that have ended (ps -a came with 1.24)'],
  // Its `ps --services` leaves them out.
  [
    (major, minor, patch) => major === 2 && minor === 0 && patch === 0,
    'it hides containers that have ended, so that a live that died would pass for one that never began',
  ],
];

/** What is wrong with a Compose command (program and first words), in one line; null when it can be used. */
export async function composeFault(command: string[]): Promise<string | null> {
  const asked = [...command, 'version', '--short'];
  const result = await run(asked, { timeoutMs: TIMEOUT_MS });
  if (result.exitCode !== 0) return describe(result, asked.join(' '), TIMEOUT_MS);
  const [version, ...numbers] = /(\d+)\.(\d+)\.(\d+)/.exec(result.stdout) ?? [];
  const [major = 0, minor = 0, patch = 0] = numbers.map(Number);
  const why = UNUSABLE.find(([isIt]) => version !== undefined && isIt(major, minor, patch))?.[1];
  return why === undefined ? null : `Compose ${version ?? ''} (${command.join(' ')}) cannot be used: ${why}; update it`;
}
