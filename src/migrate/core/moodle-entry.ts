// Which Moodle a recording comes from: the name of an entry of DB_PARAMS, or none.
import type { BbbRecording } from '../model.js';

const DEFAULT = 'default';

/**
 * The entry of the recording's origin server; else, for a recording of Moodle or of no named origin, `default`; else null: a
 * Greenlight must not be looked up in Moodle. Ignored servers are not asked at all.
 */
export function moodleEntryFor(
  recording: Pick<BbbRecording, 'origin' | 'originServerName'>,
  entries: { has(name: string): boolean },
  ignoredServers: string[],
): string | null {
  const { origin, originServerName: server } = recording;
  if (ignoredServers.includes(server)) return null;
  if (server !== '' && entries.has(server)) return server;
  const mayBeMoodle = origin === '' || origin.toLowerCase() === 'moodle';
  return mayBeMoodle && entries.has(DEFAULT) ? DEFAULT : null;
}
