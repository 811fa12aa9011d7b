// One tick's life as a process: every port call goes through a hook that may delay it, make it fail, or kill the tick there.
import { PortError } from '../../../src/tick/errors.js';
import type { Problem, ProblemKind, Reading } from '../../../src/tick/model.js';
import type { VirtualClock } from './clock.js';

export interface PortCall {
  server: number;
  port: string;
  method: string;
  arguments: readonly unknown[];
}

/** What a port reports. As a reading it is the reading's problem, as an act a `PortError`. */
export interface Fault {
  kind: ProblemKind;
  detail?: string;
  certain?: boolean;
  status?: number;
  missing?: boolean;
}

export type Intervention = { kill: true } | { delayMs: number } | { fault: Fault } | { bug: Error };

/** Asked before and after every call, and at the moments within one that a kill could tell apart. */
export type Hook = (call: PortCall, moment: string) => Intervention | undefined;

/** Says at which moment within its act a call is. */
export type Checkpoint = (moment: string) => Promise<void>;

export interface Session {
  server: number;
  isDead: boolean;
  /** Resolves when the tick was killed. */
  killed: Promise<void>;
  kill(): void;
  endAsked: boolean;
  clock: VirtualClock;
  hook: Hook;
  /** Told of each effect that is begun, from the log. */
  onEffect?: (effect: string, livestreamId: number) => void;
}

export function createSession(server: number, clock: VirtualClock, hook: Hook): Session {
  let resolveKilled = (): void => undefined;
  const killed = new Promise<void>((resolve) => (resolveKilled = resolve));
  const session: Session = {
    server,
    isDead: false,
    killed,
    kill: () => {
      session.isDead = true;
      resolveKilled();
    },
    endAsked: false,
    clock,
    hook,
  };
  return session;
}

/** What a killed process waits for. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

async function pass(session: Session, call: PortCall, moment: string): Promise<void> {
  if (session.isDead) return never();
  const intervention = session.hook(call, moment);
  if (intervention === undefined) return;
  if ('kill' in intervention) {
    session.kill();
    return never();
  }
  if ('bug' in intervention) throw intervention.bug;
  if ('fault' in intervention) throw failure(intervention.fault, call);
  await session.clock.sleep(intervention.delayMs);
  if (session.isDead) return never();
}

function failure(fault: Fault, call: PortCall): PortError {
  const error = new PortError(fault.kind, fault.detail ?? `${call.port}.${call.method} failed`, {
    ...(fault.certain === undefined ? {} : { certain: fault.certain }),
    ...(fault.status === undefined ? {} : { status: fault.status }),
  });
  if (fault.missing !== undefined) error.problem.missing = fault.missing;
  return error;
}

/** Does an act of a port; its body runs at once between two checkpoints. */
export type Through = <T>(
  port: string,
  method: string,
  parameters: readonly unknown[],
  act: (checkpoint: Checkpoint) => T | Promise<T>,
) => Promise<T>;

export function throughHook(session: Session): Through {
  return async (port, method, parameters, act) => {
    const call: PortCall = { server: session.server, port, method, arguments: parameters };
    const checkpoint: Checkpoint = async (moment) => {
      await pass(session, call, moment);
      if (session.isDead) return never();
    };
    await checkpoint('before');
    const result = await act(checkpoint);
    await checkpoint('after');
    return result;
  };
}

/** The same for a reading: what was thrown is its problem. */
export async function asReading<T>(work: Promise<T>): Promise<Reading<T>> {
  try {
    return { ok: true, value: await work };
  } catch (error) {
    if (!(error instanceof PortError)) throw error;
    const problem: Problem = error.problem;
    return { ok: false, problem };
  }
}
