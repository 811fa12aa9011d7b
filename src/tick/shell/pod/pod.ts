// Pod's REST API (2.8 to 3.8): what is asked there, and what its answers mean.
import { truncate } from '../../../shared/redact.js';
import {
  parseBroadcaster,
  parseEncodedMeeting,
  parseLivestreamPlace,
  parsePodMeeting,
  readLivestreamRow,
  type LivestreamReading,
} from './pod-rows.js';
import { describeAnswer, isNotFound, refusedFields } from '../../../shared/pod-rest.js';
import { PortError } from '../../errors.js';
import type { Parsed } from '../../../shared/decoder.js';
import type { Config, CreateAnswer, Livestream, LivestreamChange, PodMeeting, Reading } from '../../model.js';
import type { BroadcasterRequest, Pod } from '../../ports.js';
import type { Http, HttpAnswer } from '../../../shared/http.js';
import { contradiction, createCalls, failure, readRow, rowIn, type Calls, type Send } from './pod-calls.js';
import { WHOLE } from '../../plan/look.js';
import { unreadable, type Get } from './pod-pages.js';
import { readSystems } from './pod-webinars.js';
import { BROADCASTERS, LIVESTREAMS, readBroadcasters, readLivestreams } from './pod-lists.js';

/** Pod does not encode the recording itself: that would be step 1. */
const ENCODING_STEP = 3;

export function createPod(
  config: Pick<Config, 'podUrl' | 'podToken' | 'podIdBuilding'>,
  http: Pick<Http, 'get' | 'send'>,
): Pod {
  const calls = createCalls(config, http);
  const building = calls.address(`/rest/buildings/${config.podIdBuilding}/`);
  return {
    readLivestreams: (look = WHOLE) => readLivestreams(calls.get, look),
    readLivestream: (id) =>
      readRow(
        `${LIVESTREAMS}${id}/`,
        (row) => only(readLivestreamRow(row), id),
        calls.get,
        () => isQueueGone(calls.get),
      ),
    isQueueGone: () => isQueueGone(calls.get),
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

function only(row: LivestreamReading, id: number): Parsed<Livestream> {
  if (row.livestream === null) return { fault: row.fault };
  return row.id === id ? { value: row.livestream } : { fault: `the answer is livestream ${row.id}` };
}

/** Pod was upgraded to 3.8.2 or later, which has webinars alone: its rows of lives and of their meetings went with that. */
async function isQueueGone(get: Get): Promise<boolean> {
  const systems = await readSystems(get);
  return systems.ok && systems.value.includes('webinar') && !systems.value.includes('bbb_livestream');
}

async function readMeeting(path: string, get: Get): Promise<Reading<PodMeeting>> {
  const failed = (detail: string, missing: boolean): Reading<never> => {
    return { ok: false, problem: { kind: 'meetingUnreadable', detail, ...(missing ? { missing } : {}) } };
  };
  if (!path.startsWith('/')) return failed(`the path of the meeting's row is not known (${truncate(path, 60)})`, false);
  const reading = await readRow(path, parsePodMeeting, get, () => isQueueGone(get));
  if (!reading.ok) return reading.problem.kind === 'podRefused' ? reading : failed(reading.problem.detail, false);
  return reading.value === null
    ? failed(`GET ${path}: the row does not exist (404)`, true)
    : { ok: true, value: reading.value };
}

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
  if (answer.status !== 204 && !isNotFound(answer)) throw failure(`DELETE ${path}`, answer);
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
  const { encodedBy, internalMeetingId } = rowIn(call, answer, 200, parseEncodedMeeting);
  if (encodedBy !== userPath) throw contradiction(call, answer, 'encoded_by');
  return { internalMeetingId };
}
