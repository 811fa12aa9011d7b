// The log: one file a day, one line a message, in UTC as the original; on request the screen too.
import { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Logger } from 'winston';
import { outliveReaders } from '../../shared/terminal.js';
import { lineOf, LOG_MODE, logPath, stampOf, type LogEntry } from '../../shared/log-line.js';
import { createRedactor, oneLine } from '../../shared/redact.js';
import type { Config, LogLevel, Problem } from '../model.js';
import type { Log } from '../ports.js';
import { appendSync, faultOf } from '../../shared/files.js';

export interface LogOptions {
  now(): Date;
  /** `info`: everything but DEBUG goes to the screen too; `debug`: everything. Warnings and errors go to stderr. */
  screen?: 'none' | 'info' | 'debug';
  /** Gets lines that could not be written: the first few, then a word on the rest. */
  onLost?(line: string): void;
  /** Adds a whole line to a file, at once (the default) or later. Throws, or fails, as the system call does. */
  append?(path: string, line: string): void | Promise<void>;
}

const LEVELS: Record<LogLevel, number> = { ERROR: 0, WARNING: 1, INFO: 2, DEBUG: 3 };

/** Lost lines that `onLost` gets before it is told that there are more. */
const LOST_SHOWN = 5;

/**
 * Lines `YYYY-MM-DD HH:MM:SS - [LEVEL] - message` in `<log directory>/YYYY-MM-DD_bbb-pod-live.log`; DEBUG in debug mode
 * only. Nothing here throws. After `close` the log may be written to, and closed, again.
 */
export function createLog(config: Config, options: LogOptions): Log {
  const redact = createRedactor(config.secrets);
  const sink = createSink(config.logDirectory, options);
  const echo = createEcho(options.screen ?? 'none');
  let open: Promise<Logger | null> | null = null;
  /** Lines are written in their order, once the library is there. */
  let last: Promise<void> = Promise.resolve();
  return {
    write(level, message) {
      const text = oneLine(redact(message));
      echo(level, text);
      if (level === 'DEBUG' && !config.debug) return;
      const entry = { level, message: text, stamp: stampOf(options.now()) };
      const logger = (open ??= openLogger(sink));
      last = last.then(async () => {
        const ready = await logger;
        if (ready === null) await sink.write(lineOf(entry));
        else ready.log(entry);
      });
    },
    async close() {
      await last;
      const logger = await open;
      open = null;
      if (logger !== null) await endOf(logger);
      await sink.settled();
      return sink.problem();
    },
  };
}

interface Sink {
  /** A whole line, with its end; it is in its file when this returns, or what it answers is fulfilled. Never fails. */
  write(line: string): void | Promise<void>;
  /** When every line is in its file, or lost. */
  settled(): Promise<void>;
  /** The library that writes through this cannot be used: a fault of the installation, which is told like others. */
  goWithout(error: unknown): void;
  problem(): Problem | null;
}

function appendHere(path: string, line: string): void {
  appendSync(path, line, LOG_MODE);
}

/** The file of a line's own day, so that a tick over midnight writes two. Written at once: a killed tick loses nothing. */
function createSink(directory: string, options: LogOptions): Sink {
  const append = options.append ?? appendHere;
  let problem: Problem | null = null;
  let lost = 0;
  let last: Promise<void> = Promise.resolve();
  const lose = (line: string, error: unknown): void => {
    problem ??= { kind: 'logUnwritable', detail: `cannot write the log in ${directory}: ${faultOf(error)}` };
    lost += 1;
    if (lost <= LOST_SHOWN) options.onLost?.(line.trimEnd());
    else if (lost === LOST_SHOWN + 1) options.onLost?.('(further log lines are lost as well)');
  };
  return {
    write(line) {
      const path = logPath(directory, line);
      try {
        const written = append(path, line)?.catch((error: unknown) => {
          lose(line, error);
        });
        if (written !== undefined) last = Promise.all([last, written]).then(() => undefined);
        return written;
      } catch (error) {
        lose(line, error);
      }
    },
    settled: () => last,
    goWithout(error) {
      const detail = `the log is written without its library, which cannot be used: ${faultOf(error)}; install bbb-pod-live again`;
      problem ??= { kind: 'internal', detail };
    },
    problem: () => problem,
  };
}

/** Null when the library cannot be used, which is told and must not stop the work. */
async function openLogger(sink: Sink): Promise<Logger | null> {
  try {
    const { createLogger, format, transports } = await import('winston');
    const stream = new Writable({
      decodeStrings: false,
      write(chunk: string, _encoding, done) {
        void Promise.resolve(sink.write(chunk)).then(() => {
          done();
        });
      },
    });
    return createLogger({
      levels: LEVELS,
      level: 'DEBUG',
      format: format.printf((entry) => lineOf(entry as unknown as LogEntry)),
      transports: [new transports.Stream({ stream, eol: '' })],
    });
  } catch (error) {
    sink.goWithout(error);
    return null;
  }
}

/** When the logger's last line has gone through its transport. */
async function endOf(logger: Logger): Promise<void> {
  const through = logger.transports.map((transport) => finished(transport as Writable));
  logger.end();
  await Promise.all(through);
}

function createEcho(screen: NonNullable<LogOptions['screen']>): (level: LogLevel, message: string) => void {
  if (screen === 'none') return () => undefined;
  outliveReaders();
  return (level, message) => {
    if (level === 'DEBUG' && screen !== 'debug') return;
    const stream = LEVELS[level] <= LEVELS.WARNING ? process.stderr : process.stdout;
    stream.write(level === 'INFO' ? `${message}\n` : `${level}: ${message}\n`);
  };
}
