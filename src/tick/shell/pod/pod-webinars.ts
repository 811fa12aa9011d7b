// Pod's REST API for webinars (3.8.2 and later; 3.6.0 to 3.8.1 have it beside the queue): what is asked there, and what is changed.
import { isMapping, type Parsed } from '../../../shared/decoder.js';
import type { Http } from '../../../shared/http.js';
import { describeAnswer, isNotFound, parseBody, refusedFields } from '../../../shared/pod-rest.js';
import { PortError } from '../../errors.js';
import type { Config, PodMode, Reading } from '../../model.js';
import type { PostRefusal } from '../../plan/outbox/entry.js';
import type { PodWebinars, RecordingRequest } from '../../ports.js';
import type { WebinarRow } from '../../webinar-model.js';
import { contradiction, createCalls, failure, readRow, rowIn, type Calls } from './pod-calls.js';
import { readRows, unreadable, type Get } from './pod-pages.js';
import {
  parseEvent,
  parseGatewayBroadcaster,
  parseLiveGateway,
  parseWebinarMeeting,
  parseWebinarRow,
} from './pod-webinar-rows.js';

const ROWS = '/rest/meeting_livestream/';
const GATEWAYS = '/rest/meeting_live_gateway/';
const RECORDINGS = '/rest/recording/';

/** By the name under which `/rest/` lists each. */
const SYSTEMS: Record<string, PodMode> = { bbb_livestream: 'bbb_livestream', meeting_livestream: 'webinar' };

export function createPodWebinars(
  config: Pick<Config, 'podUrl' | 'podToken'>,
  http: Pick<Http, 'get' | 'send'>,
): PodWebinars {
  const calls = createCalls(config, http);
  const { get } = calls;
  return {
    readSystems: () => readSystems(get),
    readInProgress: () => readInProgress(get),
    readRow: (id) => readRow(`${ROWS}${id}/`, parseWebinarRow, get),
    readMeeting: (path) => readRow(path, parseWebinarMeeting, get),
    readEvent: (path) => readRow(path, parseEvent, get),
    readBroadcaster: (path) => readRow(path, parseGatewayBroadcaster, get),
    readGateway: (id) => readRow(`${GATEWAYS}${id}/`, parseLiveGateway, get),
    changeStatus: (id, status) => changeStatus(id, status, calls),
    prolongEvent: (path, endDate) => prolongEvent(path, endDate, calls),
    switchBroadcaster: (path, isOn) => switchBroadcaster(path, isOn, calls),
    createRecording: (request) => createRecording(request, calls),
    hasRecording: (fileName) => hasRecording(fileName, get),
  };
}

export async function readSystems(get: Get): Promise<Reading<PodMode[]>> {
  const answer = await get('/rest/');
  if (!answer.ok) return answer;
  if (answer.value.status !== 200) return unreadable(`GET /rest/ ${describeAnswer(answer.value)}`);
  const body = parseBody(answer.value);
  if ('fault' in body) return unreadable(`GET /rest/ ${body.fault}`);
  const { value } = body;
  if (!isMapping(value)) return unreadable('GET /rest/: the answer is not a list of names');
  return {
    ok: true,
    value: Object.keys(SYSTEMS).flatMap((name) => (Object.hasOwn(value, name) ? (SYSTEMS[name] ?? []) : [])),
  };
}

/** What Pod answers for its whole list while its app `live` is not switched on: the link to an event cannot be made. */
const WITHOUT_LIVE = " (if 'live' is missing in THIRD_PARTY_APPS of Pod, add it and restart Pod)";

/** Every page of status 1, filtered again on this side. A row that is not understood makes all of it unread: it may be anybody's. */
async function readInProgress(get: Get): Promise<Reading<WebinarRow[]>> {
  const path = `${ROWS}?status=1`;
  const rows = await readRows<Parsed<WebinarRow>>(path, (page) => withAdvice(page, get), {
    parse: parseWebinarRow,
    arrivalOf: () => 'changed',
  });
  if (!rows.ok) return rows;
  const found: WebinarRow[] = [];
  for (const row of rows.value) {
    if ('fault' in row) return unreadable(`GET ${path}: ${row.fault}`);
    if (row.value.status === 1) found.push(row.value);
  }
  return { ok: true, value: found };
}

async function withAdvice(path: string, get: Get): ReturnType<Get> {
  const answer = await get(path);
  if (!answer.ok || answer.value.status !== 500) return answer;
  return unreadable(`GET ${path} ${describeAnswer(answer.value)}${WITHOUT_LIVE}`);
}

/** A row that is gone needs no change. */
async function changeStatus(id: number, status: 1 | 2, { send }: Calls): Promise<void> {
  const path = `${ROWS}${id}/`;
  const call = `PATCH ${path}`;
  const answer = await send('PATCH', path, { status });
  if (isNotFound(answer)) return;
  const row = rowIn(call, answer, 200, parseWebinarRow);
  if (row.id !== id || row.status !== status) throw contradiction(call, answer, 'status');
}

async function prolongEvent(path: string, endDate: string, { send }: Calls): Promise<void> {
  const call = `PATCH ${path}`;
  const answer = await send('PATCH', path, { end_date: endDate });
  if (isNotFound(answer)) return;
  const event = rowIn(call, answer, 200, parseEvent);
  if (Date.parse(event.endDate) !== Date.parse(endDate)) throw contradiction(call, answer, 'end_date');
}

async function switchBroadcaster(path: string, isOn: boolean, { send }: Calls): Promise<void> {
  const call = `PATCH ${path}`;
  const answer = await send('PATCH', path, { status: isOn });
  if (isNotFound(answer)) return;
  const broadcaster = rowIn(call, answer, 200, parseGatewayBroadcaster);
  if (broadcaster.isOn !== isOn) throw contradiction(call, answer, 'status');
}

/** A 400 is Pod's last word on it: the path is not there for Pod, was used before, or the user has no staff rights. */
async function createRecording(
  { title, sourceFile, ownerPath, recorderId }: RecordingRequest,
  { send, address }: Calls,
): Promise<PostRefusal | null> {
  const call = `POST ${RECORDINGS}`;
  const fields = {
    user: address(ownerPath),
    title,
    source_file: sourceFile,
    type: 'video',
    ...(recorderId === 0 ? {} : { recorder: address(`/rest/recorder/${recorderId}/`) }),
  };
  const answer = await send('POST', RECORDINGS, fields);
  const refused = refusedFields(answer);
  if (refused.length > 0) return { refusedFields: refused, detail: `${call} ${describeAnswer(answer)}` };
  if (answer.status !== 201) throw failure(call, answer);
  return null;
}

/** By its name alone: in which directory it was, or how Pod calls that, may have been set otherwise since. */
async function hasRecording(fileName: string, get: Get): Promise<boolean> {
  const rows = await readRows<string | null>(RECORDINGS, get, { parse: sourceFileOf });
  if (!rows.ok) throw new PortError(rows.problem.kind, rows.problem.detail);
  return rows.value.some((path) => path?.endsWith(`/${fileName}`) === true);
}

function sourceFileOf(row: unknown): string | null {
  const found = isMapping(row) ? row['source_file'] : null;
  return typeof found === 'string' ? found : null;
}
