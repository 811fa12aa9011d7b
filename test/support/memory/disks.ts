// The room that recordings have on a host, in memory.
import type { DiskPlace } from '../../../src/tick/model.js';
import type { Disks } from '../../../src/tick/ports.js';
import type { Host } from './host.js';
import type { Through } from './session.js';

const PLACES: DiskPlace[] = ['base', 'outbox', 'target'];

export function disksPort(host: Host, through: Through): Disks {
  const { baseDirectory, podDefaultBbbPath } = host.config;
  const directories = { base: baseDirectory, outbox: `${baseDirectory}/outbox`, target: podDefaultBbbPath };
  return {
    read: ({ withFar }) =>
      through('disks', 'read', [{ withFar }], () =>
        PLACES.filter((place) => directories[place] !== '' && (place !== 'target' || withFar)).map((place) => ({
          place,
          directory: directories[place],
          space: host.disks[place],
        })),
      ),
  };
}
