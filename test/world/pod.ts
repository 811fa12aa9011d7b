// A stateful Pod REST server on loopback with the quirks of the real one; recorded exchanges prove it (pod.test.ts).
import { htmlPage, json, redirect, serverError } from './pod-answers.js';
import { parseBody } from './pod-body.js';
import { sentences, type Say } from './pod-sentences.js';
import { startHttpServer, type HttpAnswer, type HttpRequest, type HttpServer } from './http-server.js';
import { broadcasters, buildings, livestreams, meetings, nothing, users, type Collection } from './pod-collections.js';
import { podDate, userRow, type PodState } from './pod-rows.js';
import { createRecorder, type Recorder, type RecorderPlace } from './pod-recorder.js';
import { noWebinars } from './pod-webinar-rows.js';
import { events, gateways, recorders, recordings, sessions, videos, webinars } from './pod-webinars.js';

export type PodVersion = '2.8.2' | '3.7.0' | '3.8.2' | '4.1.0';

/** From 3.8.2 on there are webinars in the place of `bbb_livestream`. */
export function hasWebinars(version: PodVersion): boolean {
  return version === '3.8.2' || version === '4.1.0';
}

export interface PodOptions {
  version: PodVersion;
  token: string;
  /** A token that is valid, but of a user who is not staff. */
  otherToken?: string;
  /** As with MySQL's usual collation; SQLite and PostgreSQL compare with regard to case. */
  caseInsensitiveSlugs?: boolean;
  /** A Pod whose THIRD_PARTY_APPS lacks `live` has no broadcasters. */
  withoutLive?: boolean;
  /** To come back on the same port after an outage. */
  port?: number;
  /** Rows to begin with; by default two users of staff, one who is not, and a building. */
  state?: Partial<PodState>;
  /** By default the time of day; it shows in what Pod makes itself. */
  now?: () => Date;
  /** DEFAULT_RECORDER_PATH; without it no path is taken. */
  recorder?: RecorderPlace;
  /** Threads that make a video of a recording end only when they are told to. */
  heldThreads?: boolean;
  /** 3.6.0 to 3.8.1 have both systems at once. */
  withWebinars?: boolean;
}

export interface PodServer extends HttpServer {
  version: PodVersion;
  state: PodState;
  /** Lets the threads end that make videos of recordings. */
  runThreads(): void;
}

/** What a handler knows of the request and of Pod. `self`: `http://HOST`, as links bear it. */
export interface PodContext {
  state: PodState;
  version: PodVersion;
  say: Say;
  self: string;
  isSameText: (one: string, other: string) => boolean;
  withoutLive: boolean;
  /** As Pod writes it. */
  now: () => string;
  recorder: Recorder;
}

export async function startPod(options: PodOptions): Promise<PodServer> {
  const state = initialState(options.state ?? {});
  const now = (): string => podDate((options.now ?? (() => new Date()))());
  const recorder = createRecorder(state, options.recorder, now, options.heldThreads ?? false);
  const server = await startHttpServer((request) => answer(request, options, state, { now, recorder }), options);
  return { ...server, version: options.version, state, runThreads: recorder.runThreads };
}

function initialState(given: Partial<PodState>): PodState {
  return {
    livestreams: [],
    meetings: [],
    users: [userRow({ id: 1 }), userRow({ id: 2 }), userRow({ id: 3, is_staff: false })],
    buildings: [{ id: 1, name: 'BBB' }],
    broadcasters: [],
    nextBroadcasterId: 1,
    ...noWebinars(),
    ...given,
  };
}

const COLLECTIONS: Record<string, Collection<object>> = {
  users,
  groups: nothing,
  owners: nothing,
  sites: nothing,
  accessgroups: nothing,
  bbb_meeting: meetings,
  bbb_attendee: nothing,
  bbb_livestream: livestreams,
  buildings,
  broadcasters,
  events: nothing,
};

/** In the order in which `/rest/` lists them. */
const COLLECTIONS_WITH_WEBINARS: Record<string, Collection<object>> = {
  mainfiles: nothing,
  mainimages: nothing,
  users,
  groups: nothing,
  owners: nothing,
  sites: nothing,
  accessgroups: nothing,
  channels: nothing,
  themes: nothing,
  types: nothing,
  discipline: nothing,
  videos,
  renditions: nothing,
  encodings_video: nothing,
  encodings_audio: nothing,
  playlist_videos: nothing,
  view_count: nothing,
  playlists: nothing,
  contributors: nothing,
  documents: nothing,
  tracks: nothing,
  overlays: nothing,
  chapters: nothing,
  recording: recordings,
  recordingfile: nothing,
  recordingfiletreatment: nothing,
  recorder: recorders,
  meeting_session: sessions,
  meeting_internal_recording: nothing,
  meeting_livestream: webinars,
  meeting_live_gateway: gateways,
  buildings,
  broadcasters,
  events,
};

const OF_THE_APP_LIVE = ['buildings', 'broadcasters', 'events'];

function collectionsOf({ version, withWebinars, withoutLive }: PodOptions): Record<string, Collection<object>> {
  const all = hasWebinars(version)
    ? COLLECTIONS_WITH_WEBINARS
    : { ...COLLECTIONS, ...(withWebinars === true ? COLLECTIONS_WITH_WEBINARS : {}) };
  const isThere = (name: string): boolean => {
    if (withoutLive === true && OF_THE_APP_LIVE.includes(name)) return false;
    if (name === 'events') return version !== '2.8.2';
    return version !== '4.1.0' || (name !== 'mainfiles' && name !== 'mainimages');
  };
  return Object.fromEntries(Object.entries(all).filter(([name]) => isThere(name)));
}

/** Django's order: the path, the missing slash, who asks, the method, the row, the body. */
function answer(
  request: HttpRequest,
  options: PodOptions,
  state: PodState,
  around: Pick<PodContext, 'now' | 'recorder'>,
): HttpAnswer {
  const [path, query] = splitOnce(request.path, '?');
  const self = `http://${request.headers['host'] ?? '127.0.0.1'}`;
  const collections = collectionsOf(options);
  const names = Object.keys(collections);
  const [name, key] = routeOf(path.endsWith('/') ? path : `${path}/`, names) ?? [];
  if (name === undefined) return htmlPage(404, 'Not Found', 'The requested resource was not found on this server.');
  if (!path.endsWith('/')) return redirect(`${path}/${query === '' ? '' : `?${query}`}`);
  const say = sentences(options.version, request.headers['accept-language']);
  const refusal = checkToken(request, options, say);
  if (refusal !== undefined) return refusal;
  if (name === '') return json(200, Object.fromEntries(names.map((one) => [one, `${self}/rest/${one}/`])));
  const fold = (text: string): string => (options.caseInsensitiveSlugs ? text.toLowerCase() : text);
  const isSameText = (one: string, other: string): boolean => fold(one) === fold(other);
  const { version, withoutLive = false } = options;
  const context: PodContext = { state, version, say, self, isSameText, withoutLive, ...around };
  return serve(collections[name] ?? nothing, key, request, new URLSearchParams(query), context);
}

/** The collection (empty for the root) and the key of the row, if the path has one. */
function routeOf(path: string, names: string[]): [string, string | undefined] | undefined {
  const match = /^\/rest\/(?:([a-z_]+)\/(?:([^/.]+)\/)?)?$/.exec(path);
  if (match === null) return undefined;
  const name = match[1] ?? '';
  if (name !== '' && !names.includes(name)) return undefined;
  return [name, match[2] === undefined ? undefined : decodeURIComponent(match[2])];
}

/** Django REST framework's word on who asks; undefined: somebody who may. */
export function checkToken(
  request: HttpRequest,
  options: Pick<PodOptions, 'token' | 'otherToken'>,
  say: Say,
): HttpAnswer | undefined {
  const given = /^token (.*)$/i.exec(request.headers['authorization'] ?? '')?.[1];
  const challenge = { 'WWW-Authenticate': 'Basic realm="api"' };
  if (given === undefined) return json(401, { detail: say('noCredentials') }, challenge);
  if (given === options.token) return undefined;
  if (given === options.otherToken) return json(403, { detail: say('forbidden') });
  return json(401, { detail: say('badToken') }, challenge);
}

function serve(
  collection: Collection<object>,
  key: string | undefined,
  request: HttpRequest,
  query: URLSearchParams,
  context: PodContext,
): HttpAnswer {
  const { method } = request;
  if (key === undefined) {
    if (method === 'GET') return list(collection, query, context);
    if (method === 'POST' && collection.create) {
      const { create } = collection;
      return withBody(request, context, (fields, form) => create(fields, form, context));
    }
    return json(405, { detail: context.say('badMethod', method) });
  }
  if (!['GET', 'PATCH', 'PUT', 'DELETE', 'OPTIONS'].includes(method))
    return json(405, { detail: context.say('badMethod', method) });
  const row = collection.find(key, context);
  if (row === undefined) return json(404, { detail: context.say('notFound') });
  if (method === 'OPTIONS' && collection.options) return json(200, collection.options);
  if (method === 'GET')
    return collection.isBroken?.(row, context) === true ? serverError() : json(200, collection.show(row, context));
  if (method === 'DELETE' && collection.remove) {
    collection.remove(row, context);
    return { status: 204, headers: {}, body: '' };
  }
  const { change } = collection;
  if (method === 'PATCH' && change) {
    return withBody(request, context, (fields, form) => change(row, fields, form, context));
  }
  const { replace } = collection;
  if (method === 'PUT' && replace) {
    return withBody(request, context, (fields, form) => replace(row, fields, form, context));
  }
  return json(405, { detail: context.say('badMethod', method) });
}

function withBody(
  request: HttpRequest,
  context: PodContext,
  act: (fields: Record<string, unknown>, form: boolean) => HttpAnswer,
): HttpAnswer {
  const body = parseBody(request.headers['content-type'] ?? '', request.body);
  switch (body.kind) {
    case 'fields':
      return act(body.fields, body.form);
    case 'unsupported':
      return json(415, { detail: context.say('unsupportedMedia', body.mediaType) });
    case 'unparsable':
      return json(400, { detail: body.detail });
    case 'notAnObject':
      return json(400, { non_field_errors: [context.say('notAnObject', body.type)] });
  }
}

const PAGE_SIZE = 12;

function list(collection: Collection<object>, query: URLSearchParams, context: PodContext): HttpAnswer {
  const refusal = collection.refuse?.(query, context);
  if (refusal !== undefined) return refusal;
  const rows = collection.list(query, context);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_SIZE));
  const asked = query.get('page') ?? '1';
  const page = asked === 'last' ? pages : /^\d+$/.test(asked) ? Number(asked) : 0;
  if (page < 1 || page > pages) return json(404, { detail: context.say('badPage') });
  const shown = rows.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE);
  if (shown.some((row) => collection.isBroken?.(row, context))) return serverError();
  return json(200, {
    count: rows.length,
    next: page < pages ? pageLink(collection, query, page + 1, context) : null,
    previous: page > 1 ? pageLink(collection, query, page - 1, context) : null,
    results: shown.map((row) => collection.show(row, context)),
  });
}

/** Parameters in alphabetical order; page 1 is not named. */
function pageLink(collection: Collection<object>, query: URLSearchParams, page: number, context: PodContext): string {
  const parameters = new URLSearchParams(query);
  parameters.delete('page');
  if (page > 1) parameters.set('page', String(page));
  parameters.sort();
  const text = parameters.toString();
  return `${context.self}/rest/${collection.name}/${text === '' ? '' : `?${text}`}`;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
