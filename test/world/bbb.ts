// A stateful BigBlueButton API on loopback, alone (bbb-web) or as Scalelite in front of several.
import { createHash } from 'node:crypto';
import { meetingInfoXml, meetingListXml, response, type XmlQuoting } from './bbb-xml.js';
import { startHttpServer, type HttpAnswer, type HttpRequest, type HttpServer } from './http-server.js';

export interface BbbMeetingRow {
  meetingId: string;
  internalMeetingId: string;
  name: string;
  /** False for a room that is created and still empty. */
  running: boolean;
  attendeePassword: string;
  moderatorPassword: string;
  /** Names of all who are in it while it runs. */
  attendees: string[];
  recorded: boolean;
  startedAt: Date;
}

export type BbbChecksum = 'sha1' | 'sha256' | 'sha384' | 'sha512';

/** May be changed while the server runs. */
export interface BbbSettings {
  secret: string;
  flavour: 'bbb-web' | 'scalelite';
  /** What it accepts; Scalelite knows no sha384, whatever stands here. */
  checksums: BbbChecksum[];
  quoting: XmlQuoting;
  /** Scalelite's GET_MEETINGS_API_DISABLED: SUCCESS and `noMeetings` while meetings run. */
  getMeetingsDisabled: boolean;
  /** One failing server behind Scalelite makes getMeetings FAILED `internalError`. */
  serverBehindFails: boolean;
  attendeePassword: string;
  moderatorPassword: string;
  /** As its index tells it; empty: it does not. */
  version: string;
}

export interface BbbServer extends HttpServer {
  /** What goes to BBB_URL. */
  apiUrl: string;
  settings: BbbSettings;
  meetings: BbbMeetingRow[];
  /** Begins a meeting, or begins it again with another internal id. */
  start(meetingId: string, name?: string, more?: Partial<BbbMeetingRow>): BbbMeetingRow;
  end(meetingId: string): void;
}

export async function startBbb(settings: Partial<BbbSettings> & { port?: number } = {}): Promise<BbbServer> {
  const all: BbbSettings = {
    secret: 'bbbsecret',
    flavour: 'bbb-web',
    checksums: ['sha1', 'sha256', 'sha384', 'sha512'],
    quoting: 'entities',
    getMeetingsDisabled: false,
    serverBehindFails: false,
    attendeePassword: 'attendee-password',
    moderatorPassword: 'moderator-password',
    version: '',
    ...settings,
  };
  const meetings: BbbMeetingRow[] = [];
  const server = await startHttpServer((request) => answer(request, all, meetings), settings);
  const end = (meetingId: string): void => {
    const at = meetings.findIndex((meeting) => meeting.meetingId === meetingId);
    if (at >= 0) meetings.splice(at, 1);
  };
  return {
    ...server,
    apiUrl: `${server.url}/bigbluebutton/api`,
    settings: all,
    meetings,
    end,
    start(meetingId, name = meetingId, more = {}) {
      end(meetingId);
      const meeting: BbbMeetingRow = {
        meetingId,
        internalMeetingId: nextInternalId(meetingId),
        name,
        running: true,
        attendeePassword: all.attendeePassword,
        moderatorPassword: all.moderatorPassword,
        attendees: ['Mme Père & Fils'],
        recorded: true,
        startedAt: new Date(),
        ...more,
      };
      meetings.push(meeting);
      return meeting;
    },
  };
}

let lastStartMs = 0;

/** SHA-1 of the meeting's id and the time in milliseconds, as BBB makes it; never twice the same. */
function nextInternalId(meetingId: string): string {
  lastStartMs = Math.max(Date.now(), lastStartMs + 1);
  return `${createHash('sha1').update(meetingId).digest('hex')}-${lastStartMs}`;
}

function answer(request: HttpRequest, settings: BbbSettings, meetings: BbbMeetingRow[]): HttpAnswer {
  const [path = '', query = ''] = request.path.split(/\?(.*)/s);
  const call = /^\/bigbluebutton\/api\/?(\w*)$/.exec(path)?.[1];
  if (call === undefined) {
    return { status: 404, headers: { 'Content-Type': 'text/html' }, body: '<html><title>404 Not Found</title></html>' };
  }
  if (call === '') return xml(response('SUCCESS', { raw: indexOf(settings) }));
  if (!isSigned(call, query, settings)) {
    return xml(response('FAILED', { key: 'checksumError', message: 'Checksums do not match' }));
  }
  const meetingId = new URLSearchParams(query).get('meetingID');
  switch (call) {
    case 'getMeetings':
      return xml(getMeetings(settings, meetings));
    case 'getMeetingInfo':
      return xml(getMeetingInfo(meetingId, settings, meetings));
    case 'isMeetingRunning': {
      const running = meetings.some((meeting) => meeting.meetingId === meetingId && meeting.running);
      return xml(response('SUCCESS', { raw: `<running>${running}</running>` }));
    }
    case 'getRecordings':
      return xml(
        response('SUCCESS', {
          raw: '<recordings></recordings>',
          key: 'noRecordings',
          message: 'There are no recordings for the meeting(s).',
        }),
      );
    default:
      return xml(response('FAILED', { key: 'unsupportedRequest', message: 'This request is not supported.' }));
  }
}

function indexOf({ version }: BbbSettings): string {
  return `<version>2.0</version><apiVersion>2.0</apiVersion>${version === '' ? '<bbbVersion/>' : `<bbbVersion>${version}</bbbVersion>`}`;
}

/** The checksum is over the call's name, the query as sent without the checksum, and the secret. */
function isSigned(call: string, query: string, settings: BbbSettings): boolean {
  const given = /(?:^|&)checksum=([0-9a-f]+)(?:&|$)/i.exec(query)?.[1];
  if (given === undefined) return false;
  const rest = query
    .split('&')
    .filter((part) => !part.startsWith('checksum='))
    .join('&');
  return settings.checksums
    .filter((algorithm) => settings.flavour === 'bbb-web' || algorithm !== 'sha384')
    .some(
      (algorithm) =>
        createHash(algorithm)
          .update(call + rest + settings.secret)
          .digest('hex') === given,
    );
}

function getMeetings(settings: BbbSettings, meetings: BbbMeetingRow[]): string {
  if (settings.flavour === 'scalelite' && settings.serverBehindFails) {
    return response('FAILED', { key: 'internalError', message: 'Unable to access server' });
  }
  const hidden = settings.flavour === 'scalelite' && settings.getMeetingsDisabled;
  if (hidden || meetings.length === 0) {
    const raw = settings.flavour === 'scalelite' ? '<meetings/>' : '<meetings></meetings>';
    return response('SUCCESS', { raw, key: 'noMeetings', message: 'no meetings were found on this server' });
  }
  return response('SUCCESS', { raw: meetingListXml(meetings, settings.quoting) });
}

function getMeetingInfo(meetingId: string | null, settings: BbbSettings, meetings: BbbMeetingRow[]): string {
  if (meetingId === null || meetingId === '') {
    return response('FAILED', {
      key: 'missingParamMeetingID',
      message: 'You must specify a meeting ID for the meeting.',
    });
  }
  const meeting = meetings.find((one) => one.meetingId === meetingId);
  return meeting === undefined
    ? response('FAILED', { key: 'notFound', message: 'We could not find a meeting with that meeting ID' })
    : response('SUCCESS', { raw: meetingInfoXml(meeting, settings.quoting) });
}

/** BBB answers 200 for a failure, too. */
function xml(body: string): HttpAnswer {
  return { status: 200, headers: { 'Content-Type': 'text/xml;charset=utf-8' }, body };
}
