// Reading a stand-in's recordings with the real port, and what a test asks of that.
import { join } from 'node:path';
import { MigrationError, type BbbRecordings } from '../../../src/migrate/ports.js';
import type { RecordingList } from '../../../src/migrate/model.js';
import { createBbbRecordings, type BbbRecordingsConfig } from '../../../src/migrate/shell/bbb-list/bbb-recordings.js';
import { createHttp } from '../../../src/shared/http.js';
import { temporaryDirectory } from '../temporary.js';
import { SECRET, type RecordingsServer } from './bbb-recordings-server.js';

type ReadOptions = Parameters<BbbRecordings['read']>[0];

export interface Reader {
  directory: string;
  savedPath: string;
  /** Pauses that were asked for; none is made. */
  pauses: number[];
  /** What the administrator was told. */
  told: string[];
  read(options?: Partial<ReadOptions>): Promise<RecordingList>;
  /** The message of the failure, which bears no address. */
  failure(options?: Partial<ReadOptions>): Promise<string>;
}

export function createReader(
  server: Pick<RecordingsServer, 'url'>,
  config: Partial<BbbRecordingsConfig> = {},
  ending = new AbortController().signal,
): Reader {
  const directory = config.directory ?? temporaryDirectory();
  const [pauses, told]: [number[], string[]] = [[], []];
  const sleep = (ms: number): Promise<void> => {
    pauses.push(ms);
    return Promise.resolve();
  };
  const all: BbbRecordingsConfig = {
    bbbServerUrl: server.url,
    bbbSecret: SECRET,
    bbbChecksum: 'auto',
    bbbTimeoutMs: 60_000,
    convertsTo23: true,
    directory,
    ...config,
  };
  const bbb = createBbbRecordings(all, createHttp({ timeoutMs: 1000, pause: sleep }), { clock: { sleep }, ending });
  const read: Reader['read'] = (options = {}) =>
    bbb.read({
      keep: 10_000,
      pageSize: null,
      states: null,
      save: true,
      fromSaved: false,
      progress: () => undefined,
      tell: (text) => void told.push(text),
      ...options,
    });
  const failure: Reader['failure'] = async (options) => {
    const error: unknown = await read(options).then(
      () => new Error('no failure'),
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof MigrationError)) throw error;
    for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
      if (/checksum=|[0-9a-f]{40}/.test(`${cause.message} ${JSON.stringify(cause)}`))
        throw new Error(`an address was told: ${cause.message}`);
    }
    return error.message;
  };
  return { directory, savedPath: join(directory, 'getRecordings.xml'), pauses, told, read, failure };
}
