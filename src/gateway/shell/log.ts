// The gateway's lines in the log of the day, beside the ticks'.
import { appendSync, faultOf } from '../../shared/files.js';
import { lineOf, LOG_MODE, logPath, stampOf } from '../../shared/log-line.js';
import { createRedactor, oneLine } from '../../shared/redact.js';
import type { GatewayConfig, Remark } from '../model.js';

/** Answers what went wrong, with what was to be written, or null. Throws nothing. */
export function writeRemarks(
  remarks: readonly Remark[],
  at: Date,
  { logDirectory, secrets }: Pick<GatewayConfig, 'logDirectory' | 'secrets'>,
): string | null {
  const redact = createRedactor(secrets);
  const stamp = stampOf(at);
  const lines = remarks.map(({ level, text }) =>
    lineOf({ level, message: oneLine(redact(`gateway: ${text}`)), stamp }),
  );
  const [first] = lines;
  if (first === undefined) return null;
  try {
    appendSync(logPath(logDirectory, first), lines.join(''), LOG_MODE);
    return null;
  } catch (error) {
    return `cannot write the log in ${logDirectory}: ${faultOf(error)}; lost: ${lines.join('').trim()}`;
  }
}
