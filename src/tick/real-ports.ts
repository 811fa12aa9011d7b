// The ports of this host: every interface of `ports.ts` with the file of `shell/` behind it. Only `commands.ts` asks for them.
import type { Clock, Stopwatch } from '../shared/clock.js';
import { createRedactor } from '../shared/redact.js';
import type { Config } from './model.js';
import type { Ports } from './ports.js';
import { createBbb } from './shell/bbb.js';
import { createChat } from './shell/chat.js';
import { systemClock } from '../shared/clock.js';
import { composeFileText, isIntact, isOurs } from './shell/slot/compose-file.js';
import { createCompose, type ComposeWithPull } from './shell/slot/compose.js';
import { networkOf } from '../shared/connections.js';
import { refusedComforts } from '../shared/comforts.js';
import { createHttp } from '../shared/http.js';
import { createPlanningLock, lockPath } from '../shared/lock.js';
import { createLogFiles } from './shell/log-files.js';
import { createLog } from './shell/log.js';
import { createMail } from './shell/mail.js';
import { createMemoryFile } from './shell/memory-file.js';
import { createPod } from './shell/pod/pod.js';
import { createPodWebinars } from './shell/pod/pod-webinars.js';
import { createWishes } from './shell/wishes.js';
import { createDisks } from './shell/disks.js';
import { createEntryWorker } from './shell/outbox/entry-worker.js';
import { createOutbox } from './shell/outbox/outbox.js';
import { createRecordings } from './shell/outbox/recordings.js';
import { createStreams } from './shell/streams.js';
import { createSlots } from './shell/slot/slots.js';
import { createTickTrace } from './shell/tick-trace.js';
import { createWorkLocks } from './shell/work-locks.js';
import { describeOtherUser, ownNewFilesLike } from '../shared/ownership.js';
import { run } from '../shared/spawn.js';

/** What the log also says on the screen. */
export type ScreenLevel = 'none' | 'info' | 'debug';

export interface HostOptions {
  screen: ScreenLevel;
  /** The program that works where a disk may be far away. */
  worker: URL;
  /** Aborted when the process was asked to end. */
  ending: AbortSignal;
  /** For one question to Docker while the world is read; default: as long as a tick can wait for it. */
  readingTimeoutMs?: number;
  /** For what neither log nor mail could carry; gets texts that may hold secrets. */
  complain(text: string): void;
}

/** `close` gives up the connections that are kept. */
export type HostPorts = Ports & { compose: ComposeWithPull; close(): void };

/** Another tick may hold the planning lock just to note what it has told. */
const PLANNING_PATIENCE_S = 5;

/** Builds the ports; nothing is opened, and no library is loaded, before it is used. */
export function portsOfThisHost(config: Config, options: HostOptions): HostPorts {
  ownNewFilesLike(config.baseDirectory);
  const redact = createRedactor(config.secrets);
  const clock: Clock & Stopwatch = {
    now: () => systemClock.now(),
    uptimeMs: () => systemClock.uptimeMs(),
    // A process that was asked to end does not sleep on.
    sleep: (ms, signal) =>
      systemClock.sleep(ms, signal === undefined ? options.ending : AbortSignal.any([signal, options.ending])),
  };
  const http = createHttp({
    timeoutMs: config.httpTimeoutMs,
    pause: (ms) => clock.sleep(ms),
    network: networkOf(config),
  });
  const locks = createWorkLocks(config.baseDirectory);
  const logFiles = createLogFiles(config, options.worker);
  const compose = createCompose(config, {
    redact,
    lockOf: (slot) => locks.descriptorOf(slot),
    keepOutput: logFiles.keepOutput,
    ending: options.ending,
    ...(options.readingTimeoutMs === undefined ? {} : { readingTimeoutMs: options.readingTimeoutMs }),
  });
  const planning = createPlanningLock(lockPath(config.baseDirectory), PLANNING_PATIENCE_S);
  return {
    config,
    bbb: createBbb(config, http),
    pod: createPod(config, http),
    webinars: createPodWebinars(config, http),
    wishes: createWishes(config.baseDirectory),
    slots: createSlots(config, {
      composeFileText: async (slot, config, record) => {
        // Of a slot without a live nothing is ever started: no engine is asked for that.
        const isOwn = record !== null && (await compose.hasOwnStreamer());
        return composeFileText(slot, config, record, isOwn ? 'own' : 'other');
      },
      isOurs,
      isIntact,
    }),
    compose,
    recordings: createRecordings(config),
    disks: createDisks(config, options.worker),
    outbox: createOutbox(config, (lock) => createEntryWorker(options.worker, config, lock)),
    streams: createStreams({ http, now: () => clock.now() }),
    chat: createChat(config, clock),
    mail: createMail(config, { spawn: run }),
    log: createLog(config, {
      now: () => clock.now(),
      screen: options.screen,
      append: logFiles.append,
      // Under cron each line on stderr would be a mail, every minute.
      ...(options.screen === 'none' ? {} : { onLost: options.complain }),
    }),
    clock,
    planning,
    trace: createTickTrace(lockPath(config.baseDirectory), clock),
    locks,
    memory: createMemoryFile(config.baseDirectory),
    conditions: { otherUser: () => describeOtherUser(config.baseDirectory), refusedComforts },
    complain: options.complain,
    endAsked: () => options.ending.aborted,
    close: () => {
      http.close();
      logFiles.end();
      planning.sayDone();
    },
  };
}
