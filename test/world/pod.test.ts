// The world's Pod against every recorded exchange of the real one, in the order in which they were recorded.
// Nothing is left out of the comparison: ids, dates and orders all follow from the rows and the requests.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { startPod, type PodServer, type PodVersion } from './pod.js';
import { livestreamRow, meetingRow, userRow } from './pod-rows.js';

interface Recorded {
  name: string;
  note?: string;
  request: { method: string; path: string; headers: Record<string, string>; body: string | null };
  response: {
    status: number;
    content_type: string | null;
    body: string;
    location?: string;
    www_authenticate?: string;
  };
}

const TOKEN = 'podtoken';
const TOKEN_OF_A_USER_WHO_IS_NOT_STAFF = 'othertoken';

function recordings(version: PodVersion): Recorded[] {
  const file = join(process.cwd(), 'test/fixtures/pod-rest', `samples-${version}.jsonl`);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Recorded);
}

/** The headers that the recording's note tells of, beside those of the request itself. */
function headersOf({ name, note, request }: Recorded): Record<string, string> {
  const language = /Accept-Language: (\w+)/.exec(note ?? '')?.[1];
  const said = /sent with Authorization: (.*)$/.exec(note ?? '')?.[1];
  const own = name === 'auth-not-staff' ? `Token ${TOKEN_OF_A_USER_WHO_IS_NOT_STAFF}` : (said ?? `Token ${TOKEN}`);
  return {
    ...request.headers,
    ...(language === undefined ? {} : { 'Accept-Language': language }),
    ...(name === 'auth-none' ? {} : { Authorization: own }),
  };
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}

/** Live n of the recordings; the last one was made later, by nobody. */
function addLive(pod: PodServer, id: number): void {
  const isFirstOrLast = id === 1 || id === 15;
  const time = id === 15 ? '09:50:00' : `09:${twoDigits(id)}:00`;
  pod.state.meetings.push(
    meetingRow({
      id,
      meeting_id: `mid-${id}`,
      internal_meeting_id: `${String(id).padStart(40, '0')}-${1_700_000_000_000 + id}`,
      meeting_name: `Réunion n°${id}`,
      session_date: `2026-01-05T08:${twoDigits(id)}:00Z`,
      last_date_in_progress: `2026-01-05T09:${twoDigits(id)}:00Z`,
    }),
  );
  pod.state.livestreams.push(
    livestreamRow({
      id,
      meeting: id,
      start_date: `2026-01-05T${time}Z`,
      show_chat: isFirstOrLast,
      download_meeting: !isFirstOrLast,
      enable_chat: !isFirstOrLast,
      is_restricted: !isFirstOrLast,
      user: id === 15 ? null : 2,
    }),
  );
}

/** What somebody did in Pod between two recordings. */
function happensBefore(name: string, pod: PodServer): void {
  if (name === 'lives-one') addLive(pod, 1);
  if (name === 'lives-page-1') for (let id = 2; id <= 14; id += 1) addLive(pod, id);
  if (name === 'live-detail-no-user') addLive(pod, 15);
}

interface Answer {
  status: number;
  contentType: string | null;
  location: string | undefined;
  wwwAuthenticate: string | undefined;
  body: string;
}

/** With node:http, because fetch would add headers of its own (Accept-Language among them). */
function send(pod: PodServer, recorded: Recorded): Promise<Answer> {
  const { method, path, body } = recorded.request;
  return new Promise((resolve, reject) => {
    const payload = Buffer.from((body ?? '').replaceAll('PORT', String(pod.port)));
    const headers = { ...headersOf(recorded), 'Content-Length': String(payload.length) };
    const request = httpRequest({ host: '127.0.0.1', port: pod.port, method, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        resolve({
          status: response.statusCode ?? 0,
          contentType: response.headers['content-type'] ?? null,
          location: response.headers.location,
          wwwAuthenticate: response.headers['www-authenticate'],
          body: Buffer.concat(chunks).toString(),
        });
      });
    });
    request.on('error', reject);
    request.end(payload);
  });
}

describe.each(['2.8.2', '3.7.0'] as const)('the Pod of the world, as %s', (version) => {
  let pod: PodServer;

  beforeAll(async () => {
    pod = await startPod({
      version,
      token: TOKEN,
      otherToken: TOKEN_OF_A_USER_WHO_IS_NOT_STAFF,
      state: {
        users: [
          userRow({
            id: 1,
            username: 'podadmin',
            first_name: 'Pod',
            last_name: 'Admin',
            email: 'podadmin@example.org',
          }),
          userRow({ id: 2, username: 'pnom', first_name: 'Prenom', last_name: 'Nom', email: 'pnom@example.org' }),
          userRow({
            id: 3,
            username: 'edupont',
            first_name: 'Eleve',
            last_name: 'Dupont',
            email: 'edupont@example.org',
            is_staff: false,
          }),
        ],
      },
    });
  });
  afterAll(() => pod.stop());

  test.each(recordings(version).map((recorded): [string, Recorded] => [recorded.name, recorded]))(
    'answers %s like the real one',
    async (name, recorded) => {
      happensBefore(name, pod);
      const { response } = recorded;
      const withPort = (text: string | undefined): string | undefined => text?.replaceAll('PORT', String(pod.port));
      expect(await send(pod, recorded)).toEqual({
        status: response.status,
        contentType: response.content_type,
        location: withPort(response.location),
        wwwAuthenticate: response.www_authenticate,
        body: withPort(response.body) ?? '',
      });
    },
  );
});
