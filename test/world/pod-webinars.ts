// The collections of the world's Pod from 3.8.2 on: webinars and all that belongs to them.
import { json, serverError } from './pod-answers.js';
import type { Collection } from './pod-collections.js';
import { boolean, choice, dateTime, link, linked, oneOf, text, validate, type Field } from './pod-fields.js';
import type { PodContext } from './pod.js';
import {
  numberedSlug,
  type EventRow,
  type GatewayRow,
  type RecorderRow,
  type RecordingRow,
  type SessionRow,
  type VideoRow,
  type WebinarRow,
} from './pod-webinar-rows.js';
import { slugify } from './pod-slug.js';

function byId<Row extends { id: number }>(rows: Row[], key: string): Row | undefined {
  return rows.find((row) => String(row.id) === key);
}

function linkTo({ self }: PodContext, collection: string, key: number | string | null): string | null {
  return key === null ? null : `${self}/rest/${collection}/${key}/`;
}

function hasId(rows: { id: number }[]): (id: number) => boolean {
  return (id) => rows.some((row) => row.id === id);
}

const hasType = (id: number): boolean => id === 1;

function nextId(rows: { id: number }[]): number {
  return Math.max(0, ...rows.map(({ id }) => id)) + 1;
}

export const sessions: Collection<SessionRow> = {
  name: 'meeting_session',
  list: (_query, { state }) =>
    state.sessions.toSorted((one, other) =>
      one.start_at < other.start_at ? 1 : one.start_at > other.start_at ? -1 : 0,
    ),
  find: (key, { state }) => byId(state.sessions, key),
  show: (row) => ({
    id: row.id,
    name: row.name,
    meeting_id: row.meeting_id,
    start_at: row.start_at,
    created_at: row.created_at,
    owner_id: row.owner,
    is_personal: row.is_personal,
    is_webinar: row.is_webinar,
    site_id: 1,
  }),
  // Neither the owner nor the site can be given.
  create: (fields, form, context) => {
    const name: Field = { name: 'name', required: true, check: text({ maxLength: 250 }) };
    const validated = validate([name], fields, context.say, { partial: false, form });
    return 'errors' in validated ? json(400, validated.errors) : serverError();
  },
  change(row, fields, form, context) {
    const checks: Field[] = [
      { name: 'name', check: text({ maxLength: 250 }) },
      { name: 'start_at', check: dateTime },
      { name: 'is_personal', check: boolean },
      { name: 'is_webinar', check: boolean },
    ];
    const validated = validate(checks, fields, context.say, { partial: true, form });
    if ('errors' in validated) return json(400, validated.errors);
    Object.assign(row, validated.values);
    saveSession(row);
    return json(200, sessions.show(row, context));
  },
};

/** Each saving makes BBB's meeting id anew, from the row's own id and its name. */
export function saveSession(row: SessionRow): void {
  row.meeting_id = numberedSlug(row.id, slugify(row.name, 3));
}

const STATUSES = [0, 1, 2];

function webinarFields({ state }: PodContext): Field[] {
  return [
    {
      name: 'meeting',
      column: 'session',
      required: true,
      check: link('meeting_session', false, hasId(state.sessions)),
    },
    { name: 'status', initial: 0, check: choice(STATUSES) },
    { name: 'event', required: true, check: link('events', false, hasId(state.events)) },
  ];
}

export const webinars: Collection<WebinarRow> = {
  name: 'meeting_livestream',
  refuse(query, { say }) {
    const status = query.getAll('status').at(-1) ?? '';
    const isChoice = status === '' || STATUSES.some((one) => String(one) === status);
    return isChoice ? undefined : json(400, { status: [say('notAFilterChoice', status)] });
  },
  list(query, { state }) {
    const status = query.getAll('status').at(-1) ?? '';
    return state.webinars.filter((row) => status === '' || String(row.status) === status);
  },
  find: (key, { state }) => byId(state.webinars, key),
  // Its link to the event cannot be made where there are no events.
  isBroken: (_row, { withoutLive }) => withoutLive,
  show: (row, context) => ({
    id: row.id,
    meeting: linkTo(context, 'meeting_session', row.session),
    status: row.status,
    event: linkTo(context, 'events', row.event),
    live_gateway_id: row.gateway,
  }),
  // The gateway cannot be given.
  create: (fields, form, context) => {
    const validated = validate(webinarFields(context), fields, context.say, { partial: false, form });
    return 'errors' in validated ? json(400, validated.errors) : serverError();
  },
  change: (row, fields, form, context) => changeWebinar(row, fields, form, context, true),
  replace: (row, fields, form, context) => changeWebinar(row, fields, form, context, false),
  remove(row, { state }) {
    state.webinars.splice(state.webinars.indexOf(row), 1);
  },
  options: {
    name: 'Livestream Model Instance',
    description: '',
    renders: ['application/json', 'text/html'],
    parses: ['application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'],
    actions: {
      PUT: {
        id: { type: 'integer', required: false, read_only: true, label: 'ID' },
        meeting: { type: 'field', required: true, read_only: false, label: 'Session' },
        status: {
          type: 'choice',
          required: false,
          read_only: false,
          label: 'Statut du direct',
          choices: [
            { value: 0, display_name: 'Le direct n’a pas encore démarré' },
            { value: 1, display_name: 'Le direct est en cours' },
            { value: 2, display_name: 'Le direct a été arrêté' },
          ],
        },
        event: {
          type: 'field',
          required: true,
          read_only: false,
          label: 'Gestion de l’événement pour ce direct',
          help_text: 'Événement en direct pour cette diffusion',
        },
        live_gateway_id: { type: 'field', required: false, read_only: true, label: 'Live gateway id' },
      },
    },
  },
};

function changeWebinar(
  row: WebinarRow,
  fields: Record<string, unknown>,
  form: boolean,
  context: PodContext,
  partial: boolean,
): ReturnType<typeof json> {
  const validated = validate(webinarFields(context), fields, context.say, { partial, form });
  if ('errors' in validated) return json(400, validated.errors);
  Object.assign(row, validated.values);
  return context.withoutLive ? serverError() : json(200, webinars.show(row, context));
}

export const gateways: Collection<GatewayRow> = {
  name: 'meeting_live_gateway',
  refuse(query, { say }) {
    const site = query.getAll('site_id').at(-1) ?? '';
    return site === '' || site === '1' ? undefined : json(400, { site_id: [say('notAvailable')] });
  },
  list: (_query, { state }) => state.gateways,
  find: (key, { state }) => byId(state.gateways, key),
  show: (row) => ({
    id: row.id,
    rtmp_stream_url: row.rtmp_stream_url,
    broadcaster_id: row.broadcaster,
    site_id: 1,
  }),
  // The broadcaster cannot be given.
  create: (fields, form, context) => {
    const checks: Field[] = [{ name: 'rtmp_stream_url', required: true, check: text({ maxLength: 200 }) }];
    const validated = validate(checks, fields, context.say, { partial: false, form });
    return 'errors' in validated ? json(400, validated.errors) : serverError();
  },
  change(row, fields, form, context) {
    const checks: Field[] = [{ name: 'rtmp_stream_url', check: text({ maxLength: 200 }) }];
    const validated = validate(checks, fields, context.say, { partial: true, form });
    if ('errors' in validated) return json(400, validated.errors);
    Object.assign(row, validated.values);
    return json(200, gateways.show(row, context));
  },
};

function eventFields({ state, now }: PodContext): Field[] {
  const isVideo = hasId(state.videos);
  return [
    { name: 'title', required: true, check: text({ maxLength: 250 }) },
    { name: 'owner', required: true, check: link('users', false, hasId(state.users)) },
    { name: 'description', initial: '', check: text({ blank: true }) },
    { name: 'start_date', initial: now(), check: dateTime },
    { name: 'end_date', initial: now(), check: dateTime },
    {
      name: 'broadcaster',
      required: true,
      check: linked('broadcasters', false, (slug) => state.broadcasters.find((row) => row.slug === slug)?.id),
    },
    { name: 'type', initial: 1, check: link('types', false, hasType) },
    { name: 'is_draft', initial: true, check: boolean },
    { name: 'is_restricted', initial: false, check: boolean },
    { name: 'is_auto_start', initial: false, check: boolean },
    { name: 'video_on_hold', initial: null, nullable: true, check: link('videos', true, isVideo) },
  ];
}

export const events: Collection<EventRow> = {
  name: 'events',
  list: (_query, { state }) =>
    state.events.toSorted((one, other) => Date.parse(one.start_date) - Date.parse(other.start_date)),
  find: (key, { state }) => byId(state.events, key),
  show: (row, context) => ({
    id: row.id,
    url: linkTo(context, 'events', row.id),
    title: row.title,
    owner: linkTo(context, 'users', row.owner),
    additional_owners: [],
    slug: row.slug,
    description: row.description,
    start_date: row.start_date,
    end_date: row.end_date,
    broadcaster: linkTo(
      context,
      'broadcasters',
      context.state.broadcasters.find(({ id }) => id === row.broadcaster)?.slug ?? null,
    ),
    type: linkTo(context, 'types', row.type),
    is_draft: row.is_draft,
    is_restricted: row.is_restricted,
    is_auto_start: row.is_auto_start,
    videos: [],
    thumbnail: null,
    video_on_hold: linkTo(context, 'videos', row.video_on_hold),
    enable_transcription: false,
  }),
  create(fields, form, context) {
    const validated = validate(eventFields(context), fields, context.say, { partial: false, form });
    if ('errors' in validated) return json(400, validated.errors);
    const id = nextId(context.state.events);
    const values = validated.values as Omit<EventRow, 'id' | 'slug'>;
    const row: EventRow = { ...values, id, slug: numberedSlug(id, slugify(values.title, 3)) };
    context.state.events.push(row);
    const shown = events.show(row, context);
    return json(201, shown, { Location: String(shown['url']) });
  },
  change(row, fields, form, context) {
    const validated = validate(eventFields(context), fields, context.say, { partial: true, form });
    if ('errors' in validated) return json(400, validated.errors);
    Object.assign(row, validated.values);
    row.slug = numberedSlug(row.id, slugify(row.title, 3));
    return json(200, events.show(row, context));
  },
};

export const recorders: Collection<RecorderRow> = {
  name: 'recorder',
  list: (_query, { state }) => state.recorders,
  find: (key, { state }) => byId(state.recorders, key),
  show: (row, context) => ({
    id: row.id,
    name: row.name,
    description: '',
    address_ip: row.address_ip,
    recording_type: row.recording_type,
    sites: [linkTo(context, 'sites', 1)],
  }),
};

function recordingFields({ state, recorder }: PodContext): Field[] {
  const isStaff = (id: number): boolean => state.users.some((user) => user.id === id && user.is_staff);
  const sourceFile: Field['check'] = (input, say) => {
    const path = typeof input === 'string' ? input : JSON.stringify(input);
    if (!recorder.isChoice(path)) return { errors: [say('badPath', path)] };
    const isTaken = state.recordings.some(({ source_file }) => source_file === path);
    return isTaken ? { errors: [say('sourceFileTaken')] } : { value: path };
  };
  return [
    { name: 'user', initial: 1, check: link('users', false, isStaff) },
    { name: 'title', required: true, check: text({ maxLength: 200 }) },
    { name: 'source_file', required: true, check: sourceFile },
    { name: 'type', initial: 'video', check: oneOf(['video', 'audiovideo', 'studio']) },
    { name: 'recorder', initial: 1, check: link('recorder', false, hasId(state.recorders)) },
  ];
}

export const recordings: Collection<RecordingRow> = {
  name: 'recording',
  list: (_query, { state }) => state.recordings,
  find: (key, { state }) => byId(state.recordings, key),
  show: (row, context) => ({
    id: row.id,
    url: linkTo(context, 'recording', row.id),
    user: linkTo(context, 'users', row.user),
    title: row.title,
    source_file: row.source_file,
    type: row.type,
    date_added: row.date_added,
    recorder: linkTo(context, 'recorder', row.recorder),
  }),
  create(fields, form, context) {
    const { state, now, recorder } = context;
    const validated = validate(recordingFields(context), fields, context.say, { partial: false, form });
    if ('errors' in validated) return json(400, validated.errors);
    const values = validated.values as Omit<RecordingRow, 'id' | 'date_added'>;
    const row: RecordingRow = { ...values, id: nextId(state.recordings), date_added: now() };
    state.recordings.push(row);
    recorder.begin(row);
    const shown = recordings.show(row, context);
    return json(201, shown, { Location: String(shown['url']) });
  },
};

export const videos: Collection<VideoRow> = {
  name: 'videos',
  list: (query, { state }) =>
    state.videos.filter(({ owner }) => [null, '', String(owner)].includes(query.get('owner'))),
  find: (key, { state }) => byId(state.videos, key),
  show: (row, context) => ({
    id: row.id,
    url: linkTo(context, 'videos', row.id),
    video: `${context.self}/media/videos/OWNERHASH/${stemOf(row.source)}_DATE_TIME.mp4`,
    title: row.title,
    slug: numberedSlug(row.id, slugify(row.title, 3)),
    description: '',
    allow_downloading: false,
    is_360: false,
    owner: linkTo(context, 'users', row.owner),
    additional_owners: [],
    date_added: row.date_added,
    date_evt: row.date_added.slice(0, 10),
    cursus: '0',
    main_lang: 'fr',
    is_draft: true,
    is_restricted: false,
    restrict_access_to_groups: [],
    password: null,
    tags: '',
    thumbnail: null,
    type: linkTo(context, 'types', 1),
    discipline: [],
    channel: [],
    theme: [],
    licence: null,
    encoding_in_progress: false,
    duration: 0,
    sites: [linkTo(context, 'sites', 1)],
    disable_comment: false,
    get_encoding_step: '',
    get_version: 'O',
    encoded: false,
    duration_in_time: '00:00:00',
  }),
};

function stemOf(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.[^.]*$/, '');
}
