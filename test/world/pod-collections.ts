// The collections of the world's Pod: how each lists, shows, finds, creates, changes and removes its rows.
import type { HttpAnswer } from './http-server.js';
import { boolean, choice, dateTime, integer, link, text, validate, type Field } from './pod-fields.js';
import { json, serverError } from './pod-answers.js';
import type { PodContext } from './pod.js';
import type { BroadcasterRow, BuildingRow, LivestreamRow, MeetingRow, UserRow } from './pod-rows.js';
import { slugify } from './pod-slug.js';

export interface Collection<Row> {
  name: string;
  list(query: URLSearchParams, context: PodContext): Row[];
  show(row: Row, context: PodContext): Record<string, unknown>;
  find(key: string, context: PodContext): Row | undefined;
  /** Why a query is refused, if it is. */
  refuse?(query: URLSearchParams, context: PodContext): HttpAnswer | undefined;
  /** True for a row that makes Pod fail with 500 when it is shown in a list. */
  isBroken?(row: Row, context: PodContext): boolean;
  create?(fields: Record<string, unknown>, form: boolean, context: PodContext): HttpAnswer;
  change?(row: Row, fields: Record<string, unknown>, form: boolean, context: PodContext): HttpAnswer;
  /** PUT: every field that is required must be there. */
  replace?(row: Row, fields: Record<string, unknown>, form: boolean, context: PodContext): HttpAnswer;
  remove?(row: Row, context: PodContext): void;
  /** What OPTIONS says of a row. */
  options?: Record<string, unknown>;
}

function byId<Row extends { id: number }>(rows: Row[], key: string): Row | undefined {
  return rows.find((row) => String(row.id) === key);
}

function linkTo(context: PodContext, collection: string, key: number | string | null): string | null {
  return key === null ? null : `${context.self}/rest/${collection}/${key}/`;
}

function hasId(rows: { id: number }[]): (id: number) => boolean {
  return (id) => rows.some((row) => row.id === id);
}

export const nothing: Collection<Record<string, unknown>> = {
  name: '',
  list: () => [],
  show: (row) => row,
  find: () => undefined,
};

export const users: Collection<UserRow> = {
  name: 'users',
  list: (_query, { state }) => [...state.users].sort((one, other) => other.id - one.id),
  find: (key, { state }) => byId(state.users, key),
  show: (row, context) => ({
    id: row.id,
    url: linkTo(context, 'users', row.id),
    username: row.username,
    first_name: row.first_name,
    is_staff: row.is_staff,
    last_name: row.last_name,
    email: row.email,
    groups: [],
  }),
};

export const buildings: Collection<BuildingRow> = {
  name: 'buildings',
  list: (_query, { state }) => state.buildings,
  find: (key, { state }) => byId(state.buildings, key),
  show: (row, context) => ({
    id: row.id,
    url: linkTo(context, 'buildings', row.id),
    name: row.name,
    headband: null,
    gmapurl: null,
    sites: [linkTo(context, 'sites', 1)],
  }),
};

export const meetings: Collection<MeetingRow> = {
  name: 'bbb_meeting',
  list: (_query, { state }) => state.meetings,
  find: (key, { state }) => byId(state.meetings, key),
  show: (row, context) => ({
    id: row.id,
    meeting_id: row.meeting_id,
    internal_meeting_id: row.internal_meeting_id,
    meeting_name: row.meeting_name,
    encoding_step: row.encoding_step,
    recorded: row.recorded,
    recording_available: row.recording_available,
    recording_url: row.recording_url,
    thumbnail_url: row.thumbnail_url,
    encoded_by: linkTo(context, 'users', row.encoded_by),
    session_date: row.session_date,
    last_date_in_progress: row.last_date_in_progress,
  }),
  change(row, fields, form, context) {
    const isStaff = (id: number): boolean => context.state.users.some((user) => user.id === id && user.is_staff);
    const checks: Field[] = [
      { name: 'meeting_id', check: text({ maxLength: 200 }) },
      { name: 'internal_meeting_id', check: text({ maxLength: 200 }) },
      { name: 'meeting_name', check: text({ maxLength: 200 }) },
      { name: 'encoding_step', check: integer },
      { name: 'encoded_by', nullable: true, check: link('users', true, isStaff) },
    ];
    const validated = validate(checks, fields, context.say, { partial: true, form });
    if ('errors' in validated) return json(400, validated.errors);
    Object.assign(row, validated.values);
    return json(200, meetings.show(row, context));
  },
};

/** Before 3.1.0 `status` and `server` filter (a status that is no choice finds nothing); from then on nothing does. */
function filterLivestreams(rows: LivestreamRow[], query: URLSearchParams, context: PodContext): LivestreamRow[] {
  if (context.version !== '2.8.2') return rows;
  const status = query.get('status') ?? '';
  const server = query.get('server') ?? '';
  return rows.filter(
    (row) =>
      (status === '' || String(row.status) === status) &&
      (server === '' || context.isSameText(row.server ?? '', server)),
  );
}

export const livestreams: Collection<LivestreamRow> = {
  name: 'bbb_livestream',
  list: (query, context) =>
    filterLivestreams(context.state.livestreams, query, context)
      .slice()
      .sort((one, other) => Date.parse(one.start_date) - Date.parse(other.start_date)),
  find: (key, { state }) => byId(state.livestreams, key),
  show: (row, context) => ({
    id: row.id,
    meeting: linkTo(context, 'bbb_meeting', row.meeting),
    start_date: row.start_date,
    end_date: row.end_date,
    show_chat: row.show_chat,
    download_meeting: row.download_meeting,
    enable_chat: row.enable_chat,
    is_restricted: row.is_restricted,
    broadcaster_id: row.broadcaster_id,
    redis_hostname: row.redis_hostname,
    redis_port: row.redis_port,
    redis_channel: row.redis_channel,
    status: row.status,
    server: row.server,
    user: linkTo(context, 'users', row.user),
  }),
  change(row, fields, form, context) {
    const checks: Field[] = [
      { name: 'meeting', check: link('bbb_meeting', false, hasId(context.state.meetings)) },
      { name: 'start_date', check: dateTime },
      { name: 'end_date', nullable: true, check: dateTime },
      { name: 'show_chat', check: boolean },
      { name: 'download_meeting', check: boolean },
      { name: 'enable_chat', check: boolean },
      { name: 'is_restricted', check: boolean },
      { name: 'broadcaster_id', nullable: true, check: integer },
      { name: 'redis_hostname', nullable: true, check: text({ maxLength: 200, blank: true }) },
      { name: 'redis_port', nullable: true, check: integer },
      { name: 'redis_channel', nullable: true, check: text({ maxLength: 200, blank: true }) },
      { name: 'status', check: choice([0, 1, 2]) },
      { name: 'server', nullable: true, check: text({ maxLength: 20, blank: true }) },
      { name: 'user', nullable: true, check: link('users', true, hasId(context.state.users)) },
    ];
    const validated = validate(checks, fields, context.say, { partial: true, form });
    if ('errors' in validated) return json(400, validated.errors);
    Object.assign(row, validated.values);
    return json(200, livestreams.show(row, context));
  },
  remove(row, { state }) {
    state.livestreams.splice(state.livestreams.indexOf(row), 1);
  },
};

/** `except`: the row that is being changed, which may keep its own name and URL. */
function broadcasterFields(context: PodContext, except?: BroadcasterRow): Field[] {
  const { state, isSameText } = context;
  const others = (): BroadcasterRow[] => state.broadcasters.filter((row) => row !== except);
  const isTaken = (key: 'name' | 'stream_url', value: string): boolean =>
    others().some((row) => isSameText(row[key], value));
  const early = context.version === '2.8.2';
  const name = text({
    maxLength: 200,
    more: (value, say) => (isTaken('name', value) ? [say('nameTaken')] : []),
  });
  // From 2.9.3 on neither the length nor the uniqueness of the stream's URL is checked before the database is asked.
  const streamUrl: Field = {
    name: early ? 'url' : 'broadcaster_url',
    column: 'stream_url',
    required: true,
    check: early
      ? text({
          isUrl: true,
          maxLength: 200,
          more: (value, say) => (isTaken('stream_url', value) ? [say('urlTaken')] : []),
        })
      : text({ isUrl: true }),
  };
  const building = link('buildings', false, hasId(state.buildings));
  return [
    ...(early ? [streamUrl] : []),
    { name: 'name', required: true, check: name },
    { name: 'building', required: true, check: building },
    { name: 'description', initial: '', check: text({ blank: true }) },
    ...(early ? [] : [streamUrl]),
    { name: 'status', initial: false, check: boolean },
    { name: 'is_restricted', initial: false, check: boolean },
  ];
}

/** What the database's unique columns refuse: Pod answers that with an HTML page and status 500. */
function breaksUniqueness(row: BroadcasterRow, except: BroadcasterRow | undefined, context: PodContext): boolean {
  return context.state.broadcasters.some(
    (other) =>
      other !== except &&
      (context.isSameText(other.slug, row.slug) || context.isSameText(other.stream_url, row.stream_url)),
  );
}

function slugOf(name: string, context: PodContext): string {
  return slugify(name, context.version === '2.8.2' ? 2 : 3);
}

export const broadcasters: Collection<BroadcasterRow> = {
  name: 'broadcasters',
  list: (_query, { state }) => [...state.broadcasters].sort(compareBroadcasters),
  find: (key, { state, isSameText }) => state.broadcasters.find((row) => isSameText(row.slug, key)),
  isBroken: (row, context) => context.version !== '2.8.2' && row.slug === '',
  show(row, context) {
    const early = context.version === '2.8.2';
    return {
      id: row.id,
      url: early ? row.stream_url : linkTo(context, 'broadcasters', row.slug),
      name: row.name,
      slug: row.slug,
      building: linkTo(context, 'buildings', row.building),
      description: row.description,
      poster: null,
      ...(early ? {} : { broadcaster_url: row.stream_url }),
      status: row.status,
      is_restricted: row.is_restricted,
      ...(early ? {} : { manage_groups: [], piloting_implementation: '', piloting_conf: '' }),
    };
  },
  create(fields, form, context) {
    const validated = validate(broadcasterFields(context), fields, context.say, { partial: false, form });
    if ('errors' in validated) return json(400, validated.errors);
    const values = validated.values as Omit<BroadcasterRow, 'id' | 'slug'>;
    const row: BroadcasterRow = { ...values, id: context.state.nextBroadcasterId, slug: slugOf(values.name, context) };
    if (breaksUniqueness(row, undefined, context)) return serverError();
    context.state.nextBroadcasterId += 1;
    context.state.broadcasters.push(row);
    if (broadcasters.isBroken?.(row, context)) return serverError();
    const shown = broadcasters.show(row, context);
    return json(201, shown, { Location: encodeURI(String(shown['url'])) });
  },
  change(row, fields, form, context) {
    const validated = validate(broadcasterFields(context, row), fields, context.say, { partial: true, form });
    if ('errors' in validated) return json(400, validated.errors);
    const changed: BroadcasterRow = { ...row, ...validated.values };
    changed.slug = slugOf(changed.name, context);
    if (breaksUniqueness(changed, row, context)) return serverError();
    Object.assign(row, changed);
    return json(200, broadcasters.show(row, context));
  },
  remove(row, { state }) {
    state.broadcasters.splice(state.broadcasters.indexOf(row), 1);
  },
};

/** Pod's order: building, name, the restricted ones first; names as bytes, as SQLite and PostgreSQL's C collation do. */
function compareBroadcasters(one: BroadcasterRow, other: BroadcasterRow): number {
  if (one.building !== other.building) return one.building - other.building;
  return Buffer.compare(Buffer.from(one.name), Buffer.from(other.name));
}
