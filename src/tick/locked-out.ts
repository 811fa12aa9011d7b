// A tick that finds another one planning: nothing is its to do, but a holder that does not end must not go unnoticed.
import { type Ports } from './ports.js';
import { unreadWorld } from './read.js';
import { heldTooLong, reportHeld } from './report/held.js';
import { lineOf } from './report/report.js';
import { attempted, sendMail } from './telling.js';

/** Answers the exit status. */
export async function lockedOut(ports: Ports): Promise<0 | 1> {
  const trouble = heldTooLong(ports.planning.holder());
  if (trouble === null) {
    ports.log.write('INFO', 'another tick is at work here: nothing to do');
    await ports.log.close();
    return 0;
  }
  const { level, message } = lineOf(trouble);
  ports.log.write(level, message);
  const { memory: before, now } = await unreadWorld(ports);
  const { mail, memory } = reportHeld(trouble, { memory: before, now }, ports.config);
  const failures = new Set<string>();
  const failed = (failure: string): void => void failures.add(failure);
  if (mail !== null) {
    await attempted(() => ports.memory.write(memory.first), failed);
    const { fate } = await sendMail(mail, ports, failed);
    const after = { sent: null, perhaps: memory.ifPerhapsMailed, not: memory.ifNotMailed }[fate];
    if (after !== null) await attempted(() => ports.memory.write(after), failed);
  }
  for (const failure of failures) ports.log.write('ERROR', failure);
  await ports.log.close();
  return 1;
}
