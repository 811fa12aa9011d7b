// A line of the log, and the file that it goes to: one a day, in UTC as the PHP script had it.
import { join } from 'node:path';

export interface LogEntry {
  level: 'ERROR' | 'WARNING' | 'INFO' | 'DEBUG';
  /** One line, free of secrets. */
  message: string;
  /** `YYYY-MM-DD HH:MM:SS`, UTC. */
  stamp: string;
}

export const LOG_MODE = 0o640;

export function stampOf(date: Date): string {
  return date.toISOString().slice(0, 19).replace('T', ' ');
}

/** With its end. */
export function lineOf({ level, message, stamp }: LogEntry): string {
  return `${stamp} - [${level}] - ${message}\n`;
}

/** The file of a line's own day. */
export function logPath(directory: string, line: string): string {
  return join(directory, `${line.slice(0, 10)}_bbb-pod-live.log`);
}
