// The migration's ports on this host: every interface of `ports.ts` with the file of `shell/` behind it.
import { join } from 'node:path';
import { createRedactor } from '../shared/redact.js';
import { systemClock } from '../shared/clock.js';
import { networkOf } from '../shared/connections.js';
import { createHttp } from '../shared/http.js';
import { takeFileLock } from '../shared/lock.js';
import type { Choice } from './model.js';
import type { MigrationPorts } from './ports.js';
import type { MigrationConfig } from './settings.js';
import { createBbbRecordings } from './shell/bbb-list/bbb-recordings.js';
import { createClaimFiles } from './shell/claim-files/claim-files.js';
import { createCsvFile } from './shell/csv-file.js';
import { createJournalFile } from './shell/journal-file.js';
import { createMoodle } from './shell/sql/moodle.js';
import { createPodDatabase } from './shell/sql/pod-database.js';
import { createPodUsers } from './shell/pod-users.js';
import { writeReport } from './shell/report-file.js';
import { createScreen } from './shell/screen.js';

export interface MigrationSignals {
  /** The recording in hand is finished, none is begun. */
  ending: AbortSignal;
  /** Asked twice: what is in hand is left where it is; the next run goes on from there. */
  stopNow: AbortSignal;
}

/** Nothing is opened before it is used. `close` gives the connections up. */
export async function migrationPorts(
  config: MigrationConfig,
  choice: Choice,
  { ending, stopNow }: MigrationSignals,
): Promise<{ ports: MigrationPorts; close(): Promise<void> }> {
  const redact = createRedactor(config.secrets);
  const clock = { now: () => systemClock.now(), sleep: (ms: number) => systemClock.sleep(ms, stopNow) };
  const http = createHttp({
    timeoutMs: config.httpTimeoutMs,
    pause: (ms) => clock.sleep(ms),
    network: networkOf(config),
  });
  const { podDatabase, extraAuthorities } = config;
  const pod = createPodDatabase(podDatabase === null ? null : { ...podDatabase, extraAuthorities });
  const moodles = new Map(
    [...config.moodles].map(([name, address]) => [name, createMoodle(name, { ...address, extraAuthorities })]),
  );
  const journal = createJournalFile(join(config.directory, 'migrate-recordings.journal'));
  let lockDescriptor: number | null = null;
  const ports: MigrationPorts = {
    bbb: createBbbRecordings(config, http, { clock: { sleep: (ms) => systemClock.sleep(ms, ending) }, ending }),
    pod,
    podUsers: createPodUsers(config, http),
    moodles,
    claims: createClaimFiles(config, {
      http,
      clock,
      podDatabase: pod,
      lockDescriptor: () => lockDescriptor,
      ending: stopNow,
    }),
    journal,
    csv: createCsvFile(choice.output),
    screen: await createScreen({
      redact,
      hasBar: process.stdout.isTTY && process.stderr.isTTY && !choice.dry,
      now: () => clock.now().getTime(),
      ending,
    }),
    clock,
    lock: {
      take: async () => {
        lockDescriptor = await takeFileLock(join(config.directory, '.migrate-recordings.lock'));
        return lockDescriptor !== null;
      },
    },
    writeReport: (text) => writeReport(config.directory, clock.now(), redact(text)),
    endAsked: () => ending.aborted,
  };
  const close = async (): Promise<void> => {
    http.close();
    await Promise.allSettled([pod, journal, ...moodles.values()].map((one) => one.close()));
  };
  return { ports, close };
}
