// A BigBlueButton, alone (bbb-web) or behind Scalelite, that lists its recordings with the real ones' quirks and refusals.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChecksumAlgorithm } from '../../../src/shared/bbb-checksum.js';
import { answerOf } from './bbb-recordings-answer.js';

/** May be changed while the server runs. */
export interface RecordingsSettings {
  secret: string;
  mode: 'bbb-web' | 'scalelite';
  /** What it accepts. Scalelite knows no sha384, whatever stands here. */
  checksums: ChecksumAlgorithm[];
  contentType: string;
  /** `<recording>…</recording>`, one after the other; `@BBB@` in them is the server's address. */
  recordings: string[];
  /** So many are made up in their place; these cannot be filtered, nor paged. */
  generated: number | null;
  /** Recordings in any state are answered, not only those that are published or unpublished. */
  allStates: boolean;
  /** bbb-web's allowFetchAllRecordings. */
  allowFetchAll: boolean;
  /** Scalelite's GET_RECORDINGS_API_FILTERED. */
  apiFiltered: boolean;
  /** How a page of bbb-web loses formats: each recording keeps its first one, or formats are counted in place of recordings; or none is lost. */
  pages: 'first format' | 'formats' | 'all formats';
  /** Where a page tells how long the list is: newer versions of bbb-web do it directly under `<response>`. */
  total: 'in pagination' | 'under response' | 'nowhere';
  /** What a server does with `offset` and `limit`; in disorder, the list has another order each time. */
  paging: 'obeyed' | 'in disorder' | 'offset ignored' | 'modulo' | 'ignored' | 'ignored, in disorder';
  /** What bbb-web answers beyond the end. */
  beyondEnd: 'empty list' | 'no list';
  /** Called before each answer: the list may change between two pages. */
  beforeAnswer(path: string): void;
}

/** In the place of an answer, once. `when`: of the first request whose path it matches. */
export interface RecordingsFault {
  when?: RegExp;
  status?: number;
  contentType?: string;
  location?: string;
  body?: string;
  /** The real answer, of which only so many bytes come. */
  cutAt?: number;
  /** No answer ever, or none after the cut. */
  hangs?: true;
}

export interface RecordingsServer {
  /** With its final slash. */
  url: string;
  settings: RecordingsSettings;
  faults: RecordingsFault[];
  /** Paths with their queries, as they came. */
  requests: string[];
  stop(): Promise<void>;
}

export interface RecordingsServerOptions extends Partial<RecordingsSettings> {
  port?: number;
  /** What is no API call: true if it answers. */
  handler?: (request: IncomingMessage, response: ServerResponse) => boolean;
}

export const SECRET = '8cd8ef52e8e101574e400365b55e11a6';

/** From `input` of a reference world. */
export function optionsOfWorld(input: { recordings_xml: string; bbb: string[] }): RecordingsServerOptions {
  const after = (name: string): string | undefined => input.bbb[input.bbb.indexOf(name) + 1];
  return {
    recordings: recordingsIn(input.recordings_xml),
    mode: input.bbb.includes('--mode') && after('--mode') === 'scalelite' ? 'scalelite' : 'bbb-web',
    allStates: input.bbb.includes('--all-states'),
    ...(input.bbb.includes('--content-type') ? { contentType: after('--content-type')! } : {}),
  };
}

export function recordingsIn(xml: string): string[] {
  return xml
    .split(/(?<=<\/recording>)/)
    .map((one) => one.trim())
    .filter((one) => one !== '');
}

export async function startRecordingsServer(options: RecordingsServerOptions = {}): Promise<RecordingsServer> {
  const { port = 0, handler, ...given } = options;
  const settings: RecordingsSettings = {
    secret: SECRET,
    mode: 'bbb-web',
    checksums: ['sha1', 'sha256', 'sha384', 'sha512'],
    contentType: given.mode === 'scalelite' ? 'application/xml; charset=utf-8' : 'text/xml;charset=UTF-8',
    recordings: [],
    generated: null,
    allStates: false,
    allowFetchAll: true,
    apiFiltered: false,
    pages: 'first format',
    total: 'in pagination',
    paging: 'obeyed',
    beyondEnd: 'empty list',
    beforeAnswer: () => undefined,
    ...given,
  };
  const faults: RecordingsFault[] = [];
  const requests: string[] = [];
  let url = '';
  const server = createServer((request, response) => {
    void respond(request, response).catch(() => response.destroy());
  });
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    requests.push(path);
    const fault = takeFault(faults, path);
    if (fault?.cutAt === undefined && fault !== undefined) {
      sendFault(fault, response);
      return;
    }
    const [, call, query = ''] = /^\/bigbluebutton\/api\/(\w+)(?:\?(.*))?$/s.exec(path) ?? [];
    if (call === undefined) {
      if (handler?.(request, response) !== true) sendFault({ status: 404, body: nginxPage('404 Not Found') }, response);
      return;
    }
    settings.beforeAnswer(path);
    response.writeHead(200, { 'Content-Type': settings.contentType });
    await send(answerOf(call, query, settings), url, fault, response);
  };
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const stop = async (): Promise<void> => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return { url, settings, faults, requests, stop };
}

/** nginx's own pages, which BBB's users meet for a time-out too. */
export function nginxPage(title: string): string {
  return `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx/1.18.0 (Ubuntu)</center>\r\n</body>\r\n</html>\r\n`;
}

function takeFault(faults: RecordingsFault[], path: string): RecordingsFault | undefined {
  const at = faults.findIndex(({ when }) => when === undefined || when.test(path));
  return at < 0 ? undefined : faults.splice(at, 1)[0];
}

function sendFault(
  { status = 200, contentType = 'text/html', location, body = '', hangs }: RecordingsFault,
  response: ServerResponse,
): void {
  if (hangs === true) return;
  response.writeHead(status, {
    'Content-Type': contentType,
    ...(location === undefined ? {} : { Location: location }),
  });
  response.end(body);
}

/** Written recording by recording, as bbb-web does. */
async function send(
  parts: Iterable<string>,
  url: string,
  fault: RecordingsFault | undefined,
  response: ServerResponse,
): Promise<void> {
  let left = fault?.cutAt ?? Infinity;
  for (const part of parts) {
    const bytes = Buffer.from(part.replaceAll('@BBB@', url));
    if (bytes.length >= left) {
      response.write(bytes.subarray(0, left), () => (fault?.hangs === true ? undefined : response.destroy()));
      return;
    }
    left -= bytes.length;
    if (!response.write(bytes)) await once(response, 'drain');
  }
  response.end();
}

/** Whether the checksum is that of the call, the query as sent, and the secret. */
export function isSigned(call: string, query: string, { secret, checksums, mode }: RecordingsSettings): boolean {
  const given = /(?:^|&)checksum=([0-9a-f]+)$/i.exec(query)?.[1];
  const rest = query.replace(/(?:^|&)checksum=[0-9a-f]+$/i, '');
  const known = checksums.filter((algorithm) => mode === 'bbb-web' || algorithm !== 'sha384');
  return known.some(
    (algorithm) =>
      createHash(algorithm)
        .update(call + rest + secret)
        .digest('hex') === given?.toLowerCase(),
  );
}
