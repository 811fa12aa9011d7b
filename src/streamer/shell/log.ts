// The log of the container: its standard output, one line at a time, without a secret.
import { createRedactor, oneLine } from '../../shared/redact.js';

export type Level = 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
export type Log = (level: Level, text: string) => void;

/** Times are in UTC, as in the tick's log. */
export function createLog(secrets: string[], write: (line: string) => void): Log {
  const redact = createRedactor(secrets);
  return (level, text) => {
    const time = new Date().toISOString().slice(0, 19).replace('T', ' ');
    write(`${time} - [${level}] - ${oneLine(redact(text)).trim()}\n`);
  };
}
