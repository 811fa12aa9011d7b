// How Pod is asked and told: calls with its token, single rows, and what an answer means that is not the hoped-for one.
import { HttpError, type Http, type HttpAnswer, type WritingMethod } from '../../../shared/http.js';
import type { Parsed } from '../../../shared/decoder.js';
import { describeAnswer, isNotFound, parseBody } from '../../../shared/pod-rest.js';
import { PortError } from '../../errors.js';
import type { Config, ProblemKind, Reading } from '../../model.js';
import { unreadable, type Get } from './pod-pages.js';
import { BROADCASTERS } from './pod-lists.js';

/** A write, and what comes back; `status` is the one of a success. */
export type Send = (
  method: WritingMethod,
  path: string,
  fields: object | null,
  options?: { timeoutMs?: number },
) => Promise<HttpAnswer>;

export interface Calls {
  get: Get;
  send: Send;
  /** The whole address of a path. */
  address(path: string): string;
}

export function createCalls(config: Pick<Config, 'podUrl' | 'podToken'>, http: Pick<Http, 'get' | 'send'>): Calls {
  const headers = { Accept: 'application/json', Authorization: `Token ${config.podToken}` };
  const address = (path: string): string => addressOnPod(config.podUrl, path);
  return {
    address,
    get: async (path) => {
      try {
        const answer = await http.get(address(path), headers);
        if (answer.status !== 401 && answer.status !== 403) return { ok: true, value: answer };
        return { ok: false, problem: { kind: 'podRefused', detail: `GET ${path} ${describeAnswer(answer)}` } };
      } catch (error) {
        if (error instanceof HttpError) return unreadable(`GET ${path}: ${error.message}`);
        throw error;
      }
    },
    send: async (method, path, fields, options) => {
      const body = fields === null ? null : JSON.stringify(fields);
      const typed = body === null ? headers : { ...headers, 'Content-Type': 'application/json' };
      try {
        return await http.send(method, address(path), typed, body, options);
      } catch (error) {
        if (error instanceof HttpError)
          throw new PortError('podUnreadable', `${method} ${path}: ${error.message}`, { cause: error });
        throw error;
      }
    },
  };
}

/** Paths of links begin with that of POD_URL, when it has one. */
function addressOnPod(podUrl: string, path: string): string {
  const base = podUrl.replace(/\/+$/, '');
  const [, origin = '', prefix = ''] = /^(https?:\/\/[^/]*)(.*)$/i.exec(base) ?? [];
  return prefix !== '' && path.startsWith(`${prefix}/`) ? `${origin}${path}` : `${base}${path}`;
}

/** One row; null when Pod says that it does not exist. `isGone`: asked where Pod does not know the path: whether all its like are gone. */
export async function readRow<T>(
  path: string,
  parse: (row: unknown) => Parsed<T>,
  get: Get,
  isGone: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<Reading<T | null>> {
  const answer = await get(path);
  if (!answer.ok) return answer;
  if (isNotFound(answer.value) || (answer.value.status === 404 && (await isGone()))) return { ok: true, value: null };
  if (answer.value.status !== 200) return unreadable(`GET ${path} ${describeAnswer(answer.value)}`);
  const body = parseBody(answer.value);
  if ('fault' in body) return unreadable(`GET ${path} ${body.fault}`);
  const parsed = parse(body.value);
  return 'fault' in parsed ? unreadable(`GET ${path}: ${parsed.fault}`) : { ok: true, value: parsed.value };
}

/** An answer that is not a success. 4xx is a refusal, but for those that ask to come back later. */
export function failure(call: string, answer: HttpAnswer): PortError {
  const { status } = answer;
  const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return new PortError(kindOf(call, answer), `${call} ${describeAnswer(answer)}`, { certain: isRefusal, status });
}

function kindOf(call: string, answer: HttpAnswer): ProblemKind {
  if (answer.status === 401 || answer.status === 403) return 'podRefused';
  const isUnknownPath = answer.status === 404 && !isNotFound(answer);
  return isUnknownPath && call.includes(` ${BROADCASTERS}`) ? 'podWithoutBroadcasters' : 'podUnreadable';
}

/** The row in a success; one that is not understood leaves open what was done. */
export function rowIn<T>(call: string, answer: HttpAnswer, success: number, parse: (row: unknown) => Parsed<T>): T {
  if (answer.status !== success) throw failure(call, answer);
  const body = parseBody(answer);
  if ('fault' in body) throw new PortError('podUnreadable', `${call} ${body.fault}`, { status: answer.status });
  const parsed = parse(body.value);
  if ('fault' in parsed) throw new PortError('podUnreadable', `${call}: ${parsed.fault}`, { status: answer.status });
  return parsed.value;
}

/** Pod said yes and shows something else. */
export function contradiction(call: string, answer: HttpAnswer, what: string): PortError {
  return new PortError('podUnreadable', `${call}: the answer does not show what was sent (${what})`, {
    status: answer.status,
  });
}
