// Recorded exchanges of the real Pod, and how they are asked of the world's own.
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import type { PodServer, PodVersion } from './pod.js';

export interface Recorded {
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

export const TOKEN = 'podtoken';
export const TOKEN_OF_A_USER_WHO_IS_NOT_STAFF = 'othertoken';

export function recordings(version: PodVersion): Recorded[] {
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

interface Answer {
  status: number;
  contentType: string | null;
  location: string | undefined;
  wwwAuthenticate: string | undefined;
  body: string;
}

/** With node:http, because fetch would add headers of its own (Accept-Language among them). */
export function send(pod: PodServer, recorded: Recorded): Promise<Answer> {
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

/** What the world's Pod is to answer: the recorded exchange on its own port. */
export function recordedAnswer(pod: Pick<PodServer, 'port'>, { response }: Recorded): Answer {
  const withPort = (text: string | undefined): string | undefined => text?.replaceAll('PORT', String(pod.port));
  return {
    status: response.status,
    contentType: response.content_type,
    location: withPort(response.location),
    wwwAuthenticate: response.www_authenticate,
    body: withPort(response.body) ?? '',
  };
}
