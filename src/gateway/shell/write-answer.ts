// Writes the one answer, and lets the other side read it before the connection goes.
import type { Readable, Writable } from 'node:stream';
import { httpText, type Answer } from '../core/answer.js';

/** What is still on its way would make the kernel drop the answer with the connection: it is read, for so long, and thrown away. */
const LINGER_MS = 1000;

/** Throws nothing: a caller who has gone away gets no answer. */
export async function writeAnswer(output: Writable, answer: Answer): Promise<void> {
  await new Promise<void>((resolve) => {
    output.once('error', () => {
      resolve();
    });
    output.write(httpText(answer), () => {
      resolve();
    });
  });
}

/** Until the other side is silent or has gone. */
export function linger(input: Readable): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, LINGER_MS);
    input.once('end', done).once('close', done).once('error', done).resume();
  });
}
