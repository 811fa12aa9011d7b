// Pod's REST `users` on loopback, over a real database of Pod: what is created there is in the tables, profile and site too.
import { parseBody } from '../../world/pod-body.js';
import { boolean, text, validate, type Field, type Validated } from '../../world/pod-fields.js';
import { htmlPage, json, redirect, serverError } from '../../world/pod-answers.js';
import { sentences, type Say } from '../../world/pod-sentences.js';
import { checkToken } from '../../world/pod.js';
import { startHttpServer, type HttpAnswer, type HttpRequest, type HttpServer } from '../../world/http-server.js';
import { addPodUser, type TestPod } from './pod-in-database.js';

export interface PodUsersOptions {
  token: string;
  /** A token that is valid, but of a user who is not staff. */
  otherToken?: string;
  /** To come back on the same port after an outage. */
  port?: number;
}

interface UserRow {
  id: number;
  username: string;
  first_name: string;
  last_name: string;
  email: string;
  is_staff: boolean | number;
}

const PAGE_SIZE = 12;

export function startPodUsers(pod: TestPod, options: PodUsersOptions): Promise<HttpServer> {
  return startHttpServer((request) => answer(request, pod, options).catch(serverError), options);
}

/** Django's order: the path, the missing slash, who asks, the method, the body. */
async function answer(request: HttpRequest, pod: TestPod, options: PodUsersOptions): Promise<HttpAnswer> {
  const url = new URL(request.path, `http://${request.headers['host'] ?? '127.0.0.1'}`);
  const [, key, slash] = /^\/rest\/users(?:\/(\d+))?(\/?)$/.exec(url.pathname) ?? [];
  if (slash === undefined) return htmlPage(404, 'Not Found', 'The requested resource was not found on this server.');
  if (slash === '') return redirect(`${url.pathname}/${url.search}`);
  const say = sentences('3.7.0', request.headers['accept-language']);
  const refusal = checkToken(request, options, say);
  if (refusal !== undefined) return refusal;
  if (request.method === 'GET') return key === undefined ? list(url, pod, say) : showOne(Number(key), url, pod, say);
  if (request.method === 'POST' && key === undefined) return create(request, url, pod, say);
  return json(405, { detail: say('badMethod', request.method) });
}

/** Exact as the database compares: MariaDB without case. */
async function list(url: URL, pod: TestPod, say: Say): Promise<HttpAnswer> {
  const filters = ['id', 'username', 'email'].filter((name) => (url.searchParams.get(name) ?? '') !== '');
  if (filters.includes('id') && !/^\d+$/.test(url.searchParams.get('id') ?? ''))
    return json(400, { id: ['Saisissez un nombre.'] });
  const conditions = filters.map((name) => ` AND ${name} = ?`).join('');
  const values = filters.map((name) =>
    name === 'id' ? Number(url.searchParams.get(name)) : url.searchParams.get(name),
  );
  const rows = await pod.query<UserRow>(`SELECT * FROM auth_user WHERE 1 = 1${conditions} ORDER BY id DESC`, values);
  const pages = Math.max(1, Math.ceil(rows.length / PAGE_SIZE));
  const page = Number(url.searchParams.get('page') ?? '1');
  if (!Number.isInteger(page) || page < 1 || page > pages) return json(404, { detail: say('badPage') });
  return json(200, {
    count: rows.length,
    next: page < pages ? pageLink(url, page + 1) : null,
    previous: page > 1 ? pageLink(url, page - 1) : null,
    results: rows.slice((page - 1) * PAGE_SIZE, page * PAGE_SIZE).map((row) => show(row, url)),
  });
}

function pageLink(url: URL, page: number): string {
  const link = new URL(url);
  link.searchParams.set('page', String(page));
  return link.href;
}

function show(row: UserRow, { origin }: URL): object {
  const { id, username, first_name, is_staff, last_name, email } = row;
  return {
    id,
    url: `${origin}/rest/users/${id}/`,
    username,
    first_name,
    is_staff: Boolean(is_staff),
    last_name,
    email,
    groups: [],
  };
}

async function showOne(id: number, url: URL, pod: TestPod, say: Say): Promise<HttpAnswer> {
  const [row] = await pod.query<UserRow>('SELECT * FROM auth_user WHERE id = ?', [id]);
  return row === undefined ? json(404, { detail: say('notFound') }) : json(200, show(row, url));
}

async function create(request: HttpRequest, url: URL, pod: TestPod, say: Say): Promise<HttpAnswer> {
  const body = parseBody(request.headers['content-type'] ?? '', request.body);
  if (body.kind === 'unsupported') return json(415, { detail: say('unsupportedMedia', body.mediaType) });
  if (body.kind === 'unparsable') return json(400, { detail: body.detail });
  if (body.kind === 'notAnObject') return json(400, { non_field_errors: [say('notAnObject', body.type)] });
  const username = body.fields['username'];
  const taken =
    typeof username === 'string'
      ? await pod.query('SELECT id FROM auth_user WHERE username = ?', [username.trim()])
      : [];
  const validated: Validated = validate(fieldsOf(taken.length > 0), body.fields, say, {
    partial: false,
    form: body.form,
  });
  if ('errors' in validated) return json(400, validated.errors);
  const id = await addPodUser(pod, validated.values as { username: string });
  const [row] = await pod.query<UserRow>('SELECT * FROM auth_user WHERE id = ?', [id]);
  return json(201, show(row!, url), { Location: `${url.origin}/rest/users/${id}/` });
}

/** Django's User as a ModelSerializer takes it; the sentences are those of Django in French. */
function fieldsOf(isTaken: boolean): Field[] {
  const signs =
    'Saisissez un nom d’utilisateur valide. Il ne peut contenir que des lettres, des nombres ou les caractères «\u00a0@\u00a0», «\u00a0.\u00a0», «\u00a0+\u00a0», «\u00a0-\u00a0» et «\u00a0_\u00a0».';
  const username = (value: string): string[] => [
    ...(/^[\p{L}\p{N}_.@+-]+$/u.test(value) ? [] : [signs]),
    ...(isTaken ? ['Un utilisateur avec ce nom existe déjà.'] : []),
  ];
  const email = (value: string): string[] =>
    /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? [] : ['Saisissez une adresse e-mail valide.'];
  return [
    { name: 'username', required: true, check: text({ maxLength: 150, more: username }) },
    { name: 'first_name', initial: '', check: text({ maxLength: 150, blank: true }) },
    { name: 'last_name', initial: '', check: text({ maxLength: 150, blank: true }) },
    { name: 'email', initial: '', check: text({ maxLength: 254, blank: true, more: email }) },
    { name: 'is_staff', initial: false, check: boolean },
  ];
}
