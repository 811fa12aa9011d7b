// Work where a disk may be far away, in a process of its own: what comes back of it, and how it fails.
import { addRefusedComforts } from '../../shared/comforts.js';
import { DiskError } from '../../shared/errors.js';
import type { Worker } from '../../shared/worker.js';
import { PortError } from '../errors.js';
import type { ProblemKind } from '../model.js';

/** What a call brings back, beside what it answers: the file systems' refusals. */
export interface FarAnswer {
  answer: unknown;
  refused: string[];
}

/** Throws what the work throws there: `DiskError` when nobody answers, `PortError`, or an error that nobody foresaw. */
export async function askFar(worker: Worker, method: string, parameters: unknown[]): Promise<unknown> {
  try {
    const { answer, refused } = (await worker.call(method, parameters)) as FarAnswer;
    addRefusedComforts(refused);
    return answer;
  } catch (error) {
    throw asOfThisProcess(error);
  }
}

/** What was thrown there bears its name and its parts, but is no `PortError` of this process. */
function asOfThisProcess(error: unknown): unknown {
  if (error instanceof DiskError || !(error instanceof Error) || error.name !== 'PortError') return error;
  const { problem, certain } = error as Error & { problem: { kind: ProblemKind; detail: string }; certain: boolean };
  return new PortError(problem.kind, problem.detail, { certain, cause: error });
}
