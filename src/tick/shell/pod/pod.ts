// Pod's REST API (2.8 to 3.8): what is asked there, and what its answers mean.
import type { LivestreamChange } from '../../model.js';
import type { CreateAnswer } from '../../model.js';
import { truncate } from '../../../shared/redact.js';
import {
  parseBroadcaster,
  parseDamagedLivestream,
  parseEncodedBy,
  parseLivestream,
  parseLivestreamPlace,
  parsePodMeeting,
  parseStatus,
} from './pod-rows.js';
import { describeAnswer, isMissing, parseBody, refusedFields } from '../../../shared/pod-rest.js';
import { PortError } from '../../errors.js';
import type { Parsed } from '../../../shared/decoder.js';
import type { Broadcaster, Config, Livestream, PodMeeting, ProblemKind, Reading } from '../../model.js';
import { type BroadcasterRequest, type Pod } from '../../ports.js';
import { HttpError, type Http, type HttpAnswer, type WritingMethod } from '../../../shared/http.js';
import { readRows, unreadable, type Entry, type Get } from './pod-pages.js';

const LIVESTREAMS = '/rest/bbb_livestream/';
const BROADCASTERS = '/rest/broadcasters/';

/** Pod does not encode the recording itself: that would be step 1. */
const ENCODING_STEP = 3;

/** A write, and what comes back; `status` is the one of a success. */
type Send = (
  method: WritingMethod,
  path: string,
  fields: object | null,
  options?: { timeoutMs?: number },
) => Promise<HttpAnswer>;

interface Calls {
  get: Get;
  send: Send;
  /** The whole address of a path. */
  address(path: string): string;
}

export function createPod(
  config: Pick<Config, 'podUrl' | 'podToken' | 'podIdBuilding'>,
  http: Pick<Http, 'get' | 'send'>,
): Pod {
  const calls = createCalls(config, http);
  const building = calls.address(`/rest/buildings/${config.podIdBuilding}/`);
  return {
    readLivestreams: () => readLivestreams(calls.get),
    readLivestream: (id) => readRow(`${LIVESTREAMS}${id}/`, (row) => only(parseKnown(row), id), calls.get),
    readMeeting: (path) => readMeeting(path, calls.get),
    readBroadcasters: () => readBroadcasters(calls.get),
    readBroadcaster: async (slug) => {
      const path = broadcasterPath(slug);
      return path === null ? unreadable(noSlug(slug)) : readRow(path, parseBroadcaster, calls.get);
    },
    createBroadcaster: (request) => createBroadcaster(request, building, calls.send),
    restrictBroadcaster: (slug, isRestricted) => restrictBroadcaster(slug, isRestricted, calls.send),
    deleteBroadcaster: (slug) => deleteBroadcaster(slug, calls.send),
    changeLivestream: (id, change, options) => changeLivestream(id, change, calls.send, options),
    setEncodedBy: (meetingPath, userPath) => setEncodedBy(meetingPath, userPath, calls),
  };
}

function createCalls(config: Pick<Config, 'podUrl' | 'podToken'>, http: Pick<Http, 'get' | 'send'>): Calls {
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

type Lists = Awaited<ReturnType<Pod['readLivestreams']>>;

/** From 3.1.0 on the filter does nothing: then the list shows rows of every status, and is read once. */
async function readLivestreams(get: Get): Promise<Lists> {
  const [listPath, otherPath] = [`${LIVESTREAMS}?status=1`, `${LIVESTREAMS}?status=0`];
  const isFilteredBy = (status: number, rows: unknown[]): boolean => rows.every((row) => statusOf(row) === status);
  const entryOf =
    (status: number): ((rows: unknown[]) => Entry) =>
    (rows) =>
      isFilteredBy(status, rows) ? 'changed' : 'made';
  const list = await readRows(listPath, get, entryOf(1));
  if (!list.ok) return { inProgress: list, waiting: list, problems: [] };
  const isFiltered = isFilteredBy(1, list.value);
  const other = isFiltered ? await readRows(otherPath, get, entryOf(0)) : list;
  const inProgress = withStatus(1, list.value, listPath);
  if (!other.ok) return { inProgress: inProgress.reading, waiting: other, problems: inProgress.problems };
  const waiting = withStatus(0, other.value, isFiltered ? otherPath : listPath);
  const problems = [...inProgress.problems, ...waiting.problems];
  return { inProgress: inProgress.reading, waiting: waiting.reading, problems };
}

function statusOf(row: unknown): number | null {
  const parsed = parseStatus(row);
  return 'fault' in parsed ? null : parsed.value.status;
}

/**
 * Oldest first. A row of another status need not be whole. One of this status that is not whole is a problem of its own
 * and does not hold up the others: a request is left out, a live in progress still holds its slot and its broadcaster.
 */
function withStatus(
  status: 0 | 1,
  rows: unknown[],
  path: string,
): { reading: Reading<Livestream[]>; problems: Lists['problems'] } {
  const livestreams: Livestream[] = [];
  const problems: Lists['problems'] = [];
  for (const row of rows) {
    const found = parseStatus(row);
    if ('value' in found && found.value.status !== status) continue;
    const parsed = 'fault' in found ? found : parseKnown(row);
    if ('value' in parsed) livestreams.push(parsed.value);
    else if (status === 1 || 'fault' in found)
      return { reading: unreadable(`GET ${path}: ${parsed.fault}`), problems: [] };
    problems.push(...problemsOf(row));
  }
  livestreams.sort((one, other) => Date.parse(one.startDate) - Date.parse(other.startDate) || one.id - other.id);
  return { reading: { ok: true, value: livestreams }, problems };
}

/** A live that was started is known, and can be ended or given back, even when its row is not whole. */
function parseKnown(row: unknown): Parsed<Livestream> {
  const whole = parseLivestream(row);
  return 'fault' in whole && statusOf(row) !== 0 ? parseDamagedLivestream(row) : whole;
}

function problemsOf(row: unknown): Lists['problems'] {
  const [found, whole] = [parseStatus(row), parseLivestream(row)];
  if ('value' in whole || 'fault' in found) return [];
  return [{ livestreamId: found.value.id, problem: { kind: 'rowInconsistent', detail: whole.fault } }];
}

/** One row; null when Pod says that it does not exist. */
async function readRow<T>(path: string, parse: (row: unknown) => Parsed<T>, get: Get): Promise<Reading<T | null>> {
  const answer = await get(path);
  if (!answer.ok) return answer;
  if (isMissing(answer.value)) return { ok: true, value: null };
  if (answer.value.status !== 200) return unreadable(`GET ${path} ${describeAnswer(answer.value)}`);
  const body = parseBody(answer.value);
  if ('fault' in body) return unreadable(`GET ${path} ${body.fault}`);
  const parsed = parse(body.value);
  return 'fault' in parsed ? unreadable(`GET ${path}: ${parsed.fault}`) : { ok: true, value: parsed.value };
}

function only(parsed: Parsed<Livestream>, id: number): Parsed<Livestream> {
  if ('fault' in parsed || parsed.value.id === id) return parsed;
  return { fault: `the answer is livestream ${parsed.value.id}` };
}

async function readMeeting(path: string, get: Get): Promise<Reading<PodMeeting>> {
  const failed = (detail: string, missing: boolean): Reading<never> => {
    return { ok: false, problem: { kind: 'meetingUnreadable', detail, ...(missing ? { missing } : {}) } };
  };
  if (!path.startsWith('/')) return failed(`the path of the meeting's row is not known (${truncate(path, 60)})`, false);
  const reading = await readRow(path, parsePodMeeting, get);
  if (!reading.ok) return reading.problem.kind === 'podRefused' ? reading : failed(reading.problem.detail, false);
  return reading.value === null
    ? failed(`GET ${path}: the row does not exist (404)`, true)
    : { ok: true, value: reading.value };
}

async function readBroadcasters(get: Get): Promise<Reading<Broadcaster[]>> {
  const rows = await readRows(BROADCASTERS, async (path) => {
    const answer = await get(path);
    if (!answer.ok) return answer;
    const detail = `GET ${path} ${describeAnswer(answer.value)}`;
    if (answer.value.status === 500) return unreadable(`${detail}${EMPTY_SLUG}`);
    const isNotThere = answer.value.status === 404 && path === BROADCASTERS;
    return isNotThere ? { ok: false, problem: { kind: 'podWithoutBroadcasters', detail } } : answer;
  });
  if (!rows.ok) return rows;
  const broadcasters: Broadcaster[] = [];
  for (const row of rows.value) {
    const parsed = parseBroadcaster(row);
    if ('fault' in parsed) return unreadable(`GET ${BROADCASTERS}: ${parsed.fault}`);
    broadcasters.push(parsed.value);
  }
  return { ok: true, value: broadcasters };
}

/** What 3.x answers for the whole list while one row is so. */
const EMPTY_SLUG = ' (a broadcaster without a slug makes Pod fail so: delete it in the administration of Pod)';

/** Always lower case: databases differ in whether they look at case. Null for what would lead to another path. */
function broadcasterPath(slug: string): string | null {
  const isUsable = /^[^\p{Cs}]+$/u.test(slug) && slug !== '.' && slug !== '..';
  return isUsable ? `${BROADCASTERS}${encodeURIComponent(slug.toLowerCase())}/` : null;
}

function noSlug(slug: string): string {
  return `a broadcaster cannot be named by the slug ${JSON.stringify(truncate(slug, 60))}`;
}

function neededPath(slug: string): string {
  const path = broadcasterPath(slug);
  if (path === null) throw new PortError('podUnreadable', noSlug(slug), { certain: true });
  return path;
}

/** An answer that is not a success. 4xx is a refusal, but for those that ask to come back later. */
function failure(call: string, answer: HttpAnswer): PortError {
  const { status } = answer;
  const isRefusal = status >= 400 && status < 500 && status !== 408 && status !== 429;
  return new PortError(kindOf(call, answer), `${call} ${describeAnswer(answer)}`, { certain: isRefusal, status });
}

function kindOf(call: string, answer: HttpAnswer): ProblemKind {
  if (answer.status === 401 || answer.status === 403) return 'podRefused';
  const isUnknownPath = answer.status === 404 && !isMissing(answer);
  return isUnknownPath && call.includes(` ${BROADCASTERS}`) ? 'podWithoutBroadcasters' : 'podUnreadable';
}

/** The row in a success; one that is not understood leaves open what was done. */
function rowIn<T>(call: string, answer: HttpAnswer, success: number, parse: (row: unknown) => Parsed<T>): T {
  if (answer.status !== success) throw failure(call, answer);
  const body = parseBody(answer);
  if ('fault' in body) throw new PortError('podUnreadable', `${call} ${body.fault}`, { status: answer.status });
  const parsed = parse(body.value);
  if ('fault' in parsed) throw new PortError('podUnreadable', `${call}: ${parsed.fault}`, { status: answer.status });
  return parsed.value;
}

/** Pod said yes and shows something else. */
function contradiction(call: string, answer: HttpAnswer, what: string): PortError {
  return new PortError('podUnreadable', `${call}: the answer does not show what was sent (${what})`, {
    status: answer.status,
  });
}

/**
 * Both fields for the stream's URL work on every version: before 2.9.3 it is `url`, from then on `broadcaster_url`, and
 * `url` is read-only. A name or URL that another has is a 400 that names the field; a slug that another has is a 500.
 */
async function createBroadcaster(request: BroadcasterRequest, building: string, send: Send): Promise<CreateAnswer> {
  const { name, streamUrl, isRestricted } = request;
  const call = `POST ${BROADCASTERS}`;
  const fields = {
    name,
    url: streamUrl,
    broadcaster_url: streamUrl,
    building,
    status: true,
    is_restricted: isRestricted,
  };
  const answer = await send('POST', BROADCASTERS, fields);
  const isServerError = answer.status >= 500;
  if (isServerError || isAboutNames(answer)) return { refused: `${call} ${describeAnswer(answer)}`, isServerError };
  const created = rowIn(call, answer, 201, parseBroadcaster);
  if (created.streamUrl !== streamUrl) throw contradiction(call, answer, 'stream URL');
  if (created.isRestricted !== isRestricted) throw contradiction(call, answer, 'is_restricted');
  if (created.slug === '') throw contradiction(call, answer, 'empty slug');
  return { created };
}

function isAboutNames(answer: HttpAnswer): boolean {
  const fields = refusedFields(answer);
  return fields.length > 0 && fields.every((field) => ['name', 'url', 'broadcaster_url'].includes(field));
}

async function restrictBroadcaster(slug: string, isRestricted: boolean, send: Send): Promise<void> {
  const path = neededPath(slug);
  const call = `PATCH ${path}`;
  const answer = await send('PATCH', path, { is_restricted: isRestricted });
  const changed = rowIn(call, answer, 200, parseBroadcaster);
  if (changed.isRestricted !== isRestricted) throw contradiction(call, answer, 'is_restricted');
}

async function deleteBroadcaster(slug: string, send: Send): Promise<void> {
  const path = neededPath(slug);
  const answer = await send('DELETE', path, null);
  if (answer.status !== 204 && !isMissing(answer)) throw failure(`DELETE ${path}`, answer);
}

async function changeLivestream(
  id: number,
  change: LivestreamChange,
  send: Send,
  options?: { timeoutMs?: number },
): Promise<void> {
  const path = `${LIVESTREAMS}${id}/`;
  const call = `PATCH ${path}`;
  const answer = await send('PATCH', path, change, options);
  const row = rowIn(call, answer, 200, parseLivestreamPlace);
  if (row.id !== id) throw contradiction(call, answer, `livestream ${row.id}`);
  if (row.status !== change.status) throw contradiction(call, answer, `status ${row.status}`);
  if (change.server !== undefined && row.server !== change.server) throw contradiction(call, answer, 'server');
  const hasBroadcaster = change.broadcaster_id !== undefined;
  if (hasBroadcaster && row.broadcasterId !== change.broadcaster_id)
    throw contradiction(call, answer, 'broadcaster_id');
}

async function setEncodedBy(
  meetingPath: string,
  userPath: string,
  calls: Calls,
): Promise<{ internalMeetingId: string }> {
  if (!meetingPath.startsWith('/') || !userPath.startsWith('/')) {
    throw new PortError('podUnreadable', "the paths of the meeting's and the user's rows are not known", {
      certain: true,
    });
  }
  const call = `PATCH ${meetingPath}`;
  const fields = { encoded_by: calls.address(userPath), encoding_step: ENCODING_STEP };
  const answer = await calls.send('PATCH', meetingPath, fields);
  const { encodedBy } = rowIn(call, answer, 200, parseEncodedBy);
  const { internalMeetingId } = rowIn(call, answer, 200, parsePodMeeting);
  if (encodedBy !== userPath) throw contradiction(call, answer, 'encoded_by');
  return { internalMeetingId };
}
