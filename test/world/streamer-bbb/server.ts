// A stand-in BigBlueButton for the streamer: the API that it asks, and a client that a real browser joins.
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { PLAIN, PROFILES, type Profile, type ProfileName, type Switches } from './profiles.js';

export type Checksum = 'sha1' | 'sha256' | 'sha384' | 'sha512';

export interface Participant {
  token: string;
  fullName: string;
  query: Record<string, string>;
  /** Its page is loaded and connected. */
  isConnected: boolean;
  isWaiting: boolean;
  hasAudio: boolean;
  /** What its page has told, in order. */
  told: { kind: string; [key: string]: unknown }[];
}

export interface ChatMessage {
  name: string;
  message: string;
  via: 'api' | 'page';
}

export interface StandInMeeting {
  meetingId: string;
  internalMeetingId: string;
  name: string;
  createTime: string;
  running: boolean;
  participants: Participant[];
  chat: ChatMessage[];
}

export interface StandInOptions {
  profile: ProfileName;
  secret?: string;
  checksums?: Checksum[];
  /** The address on which it listens; loopback by default. */
  host?: string;
}

export interface StandInBbb {
  /** For BBB_URL. */
  apiUrl: string;
  port: number;
  secret: string;
  /** May be changed at any time. */
  profile: Profile;
  switches: Switches;
  checksums: Checksum[];
  /** Nothing is answered while it is true. */
  settings: { isMute: boolean; hasNoList: boolean };
  meetings: Map<string, StandInMeeting>;
  /** Calls of the API and pages, without checksums, in order. */
  calls: string[];
  begin(meetingId: string, more?: Partial<StandInMeeting>): StandInMeeting;
  /** Its clients are told. */
  end(meetingId: string): void;
  /** To every client of a meeting, or to that of one participant. */
  send(meetingId: string, event: { kind: string; [key: string]: unknown }, fullName?: string): void;
  eject(meetingId: string, fullName: string): void;
  /** A moderator lets everybody in from the lobby. */
  admit(meetingId: string): void;
  stop(): Promise<void>;
}

/** The tests are compiled elsewhere; this file stays where it is. */
const CLIENT = join(process.cwd(), 'test/world/streamer-bbb/client.js');

interface State extends Omit<StandInBbb, 'apiUrl' | 'port' | 'begin' | 'end' | 'send' | 'eject' | 'admit' | 'stop'> {
  streams: Map<string, ServerResponse>;
}

export async function startStandInBbb(options: StandInOptions): Promise<StandInBbb> {
  const state: State = {
    secret: options.secret ?? `secret-${randomBytes(8).toString('hex')}`,
    profile: PROFILES[options.profile],
    switches: { ...PLAIN },
    checksums: options.checksums ?? ['sha1', 'sha256', 'sha384', 'sha512'],
    settings: { isMute: false, hasNoList: false },
    meetings: new Map(),
    calls: [],
    streams: new Map(),
  };
  const server = createServer((request, response) => {
    answer(request, response, state);
  });
  await new Promise<void>((resolve) => server.listen(0, options.host ?? '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(state, {
    apiUrl: `http://${options.host ?? '127.0.0.1'}:${port}/bigbluebutton/api`,
    port,
    ...acts(state),
    stop: () => close(server, state),
  });
}

function acts(state: State): Pick<StandInBbb, 'begin' | 'end' | 'send' | 'eject' | 'admit'> {
  const send: StandInBbb['send'] = (meetingId, event, fullName) => {
    for (const participant of state.meetings.get(meetingId)?.participants ?? []) {
      if (fullName === undefined || participant.fullName === fullName) push(state, participant.token, event);
    }
  };
  return {
    send,
    begin(meetingId, more = {}) {
      const createTime = String(Date.now());
      const meeting: StandInMeeting = {
        meetingId,
        internalMeetingId: `${createHash('sha1').update(meetingId).digest('hex')}-${createTime}`,
        name: meetingId,
        createTime,
        running: true,
        participants: [],
        chat: [],
        ...more,
      };
      state.meetings.set(meetingId, meeting);
      return meeting;
    },
    end(meetingId) {
      send(meetingId, { kind: 'over', reason: 'ended' });
      state.meetings.delete(meetingId);
    },
    eject(meetingId, fullName) {
      send(meetingId, { kind: 'over', reason: 'ejected' }, fullName);
      const meeting = state.meetings.get(meetingId);
      if (meeting !== undefined) meeting.participants = meeting.participants.filter((one) => one.fullName !== fullName);
    },
    admit(meetingId) {
      for (const participant of state.meetings.get(meetingId)?.participants ?? []) participant.isWaiting = false;
    },
  };
}

async function close(server: Server, state: State): Promise<void> {
  for (const stream of state.streams.values()) stream.end();
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

function push(state: State, token: string, event: object): void {
  state.streams.get(token)?.write(`data: ${JSON.stringify(event)}\n\n`);
}

function answer(request: IncomingMessage, response: ServerResponse, state: State): void {
  const [path = '', query = ''] = (request.url ?? '').split(/\?(.*)/s);
  if (!path.startsWith('/stand-in/')) state.calls.push(`${path}?${query.replace(/&?checksum=[0-9a-f]*/, '')}`);
  if (state.settings.isMute) {
    request.socket.destroy();
    return;
  }
  const parameters = new URLSearchParams(query);
  const call = /^\/bigbluebutton\/api\/?(\w*)$/.exec(path)?.[1];
  if (call !== undefined) answerCall(call, query, parameters, request, response, state);
  else if (path === '/html5client/' || path === '/html5client/join') sendClient(parameters, response, state);
  else if (path === '/html5client/guest-wait.html') sendLobby(parameters, response, state);
  else if (path === '/stand-in/client.js') reply(response, 200, 'text/javascript', readFileSync(CLIENT, 'utf8'));
  else if (path === '/stand-in/events') openStream(parameters, request, response, state);
  else if (path === '/stand-in/told') void hear(parameters, request, response, state);
  else if (path === '/logout') reply(response, 200, 'text/html', '<h1>Goodbye</h1>');
  else reply(response, 404, 'text/html', '<html><title>404 Not Found</title></html>');
}

function reply(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'Content-Type': `${type};charset=utf-8` }).end(body);
}

function redirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { Location: location }).end();
}

function xml(response: ServerResponse, returnCode: 'SUCCESS' | 'FAILED', inner: string): void {
  reply(response, 200, 'text/xml', `<response><returncode>${returnCode}</returncode>${inner}</response>`);
}

function failed(response: ServerResponse, key: string, message: string): void {
  xml(response, 'FAILED', `<messageKey>${key}</messageKey><message>${message}</message>`);
}

const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');

function isSigned(call: string, query: string, state: State): boolean {
  const given = /(?:^|&)checksum=([0-9a-f]+)(?:&|$)/i.exec(query)?.[1];
  const rest = query
    .split('&')
    .filter((part) => !part.startsWith('checksum='))
    .join('&');
  const sums = state.checksums.map((algorithm) =>
    createHash(algorithm)
      .update(call + rest + state.secret)
      .digest('hex'),
  );
  return given !== undefined && sums.includes(given);
}

function answerCall(
  call: string,
  query: string,
  parameters: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
): void {
  if (call === '') {
    xml(response, 'SUCCESS', `<version>2.0</version><bbbVersion>${state.profile.bbbVersion}</bbbVersion>`);
    return;
  }
  if (call === 'sendChatMessage' && state.profile.sendChatMessage === '404') {
    reply(response, 404, 'text/html', '<html><title>404 Not Found</title></html>');
    return;
  }
  if (!isSigned(call, query, state)) {
    failed(response, 'checksumError', 'Checksums do not match');
    return;
  }
  const meeting = state.meetings.get(parameters.get('meetingID') ?? '');
  if (call === 'getMeetings') sendList(response, state);
  else if (call === 'create') sendCreated(parameters, response, state);
  else if (meeting === undefined) failed(response, 'notFound', 'We could not find a meeting with that meeting ID');
  else if (call === 'getMeetingInfo') xml(response, 'SUCCESS', infoOf(meeting));
  else if (call === 'isMeetingRunning') xml(response, 'SUCCESS', `<running>${meeting.running}</running>`);
  else if (call === 'sendChatMessage') takeChat(parameters, meeting, response, state);
  else if (call === 'join') joinMeeting(parameters, meeting, request, response, state);
  else failed(response, 'unsupportedRequest', 'This request is not supported.');
}

function infoOf(meeting: StandInMeeting): string {
  return [
    `<meetingName>${escaped(meeting.name)}</meetingName><meetingID>${escaped(meeting.meetingId)}</meetingID>`,
    `<internalMeetingID>${meeting.internalMeetingId}</internalMeetingID><createTime>${meeting.createTime}</createTime>`,
    `<attendeePW>the-attendees</attendeePW><moderatorPW>the-moderators</moderatorPW>`,
    `<running>${meeting.running}</running><participantCount>${meeting.participants.length}</participantCount>`,
  ].join('');
}

function sendList(response: ServerResponse, state: State): void {
  const meetings = state.settings.hasNoList ? [] : [...state.meetings.values()];
  const rows = meetings.map((meeting) => `<meeting>${infoOf(meeting)}</meeting>`).join('');
  const nothing = meetings.length === 0 ? '<messageKey>noMeetings</messageKey>' : '';
  xml(response, 'SUCCESS', `<meetings>${rows}</meetings>${nothing}`);
}

function sendCreated(parameters: URLSearchParams, response: ServerResponse, state: State): void {
  const meetingId = parameters.get('meetingID') ?? '';
  if (!state.meetings.has(meetingId)) {
    acts(state).begin(meetingId, { name: parameters.get('name') ?? meetingId });
  }
  xml(response, 'SUCCESS', `<meetingID>${escaped(meetingId)}</meetingID>`);
}

/** 1 to 500 characters, as BigBlueButton 3.0 has it. */
function takeChat(parameters: URLSearchParams, meeting: StandInMeeting, response: ServerResponse, state: State): void {
  if (state.profile.sendChatMessage === 'unsupported') {
    failed(response, 'unsupportedRequest', 'This request is not supported.');
    return;
  }
  const [message, name] = [parameters.get('message') ?? '', parameters.get('userName') ?? 'System'];
  if (message.length < 1 || message.length > 500) {
    failed(response, 'validationError', 'message must be between 1 and 500 characters');
    return;
  }
  say(state, meeting, { name, message, via: 'api' });
  xml(response, 'SUCCESS', '<messageKey>chatMessageSent</messageKey>');
}

function say(state: State, meeting: StandInMeeting, message: ChatMessage): void {
  meeting.chat.push(message);
  for (const { token } of meeting.participants) push(state, token, { kind: 'chat', ...message });
}

/** Refusals lead to the logout address, with the reasons in `errors`. */
function joinMeeting(
  parameters: URLSearchParams,
  meeting: StandInMeeting,
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
): void {
  const refuse = (key: string): void => {
    redirect(response, `/logout?errors=${encodeURIComponent(JSON.stringify([{ key, message: `refused: ${key}` }]))}`);
  };
  const createTime = parameters.get('createTime');
  if (createTime !== null && createTime !== meeting.createTime) {
    refuse('mismatchCreateTimeParam');
    return;
  }
  const role = parameters.get('role');
  const password = parameters.get('password');
  const isViewer = role === 'VIEWER' || (role === null && password === 'the-attendees');
  if (!isViewer) {
    refuse('invalidPassword');
    return;
  }
  const status = guestStatus(parameters, state);
  if (status === 'DENY') {
    refuse('guestDenied');
    return;
  }
  const participant: Participant = {
    token: randomBytes(8).toString('hex'),
    fullName: parameters.get('fullName') ?? '',
    query: Object.fromEntries(parameters),
    isConnected: false,
    isWaiting: status === 'WAIT',
    hasAudio: false,
    told: [],
  };
  meeting.participants.push(participant);
  const path = participant.isWaiting ? '/html5client/guest-wait.html' : state.profile.clientPath;
  response.setHeader('Set-Cookie', `JSESSIONID=${participant.token}; Path=/`);
  redirect(response, `http://${request.headers.host ?? ''}${path}?sessionToken=${participant.token}`);
}

/** As `calcGuestStatus` decides (2.4 to 3.0): without `guest`, a viewer counts as authenticated. */
function guestStatus(parameters: URLSearchParams, state: State): 'ALLOW' | 'WAIT' | 'DENY' {
  const { guestPolicy, lobby } = state.switches;
  if (lobby) return 'WAIT';
  const isGuest = parameters.get('guest') === 'true';
  const isAuthenticated = !parameters.has('guest');
  switch (guestPolicy) {
    case 'ALWAYS_ACCEPT':
      return 'ALLOW';
    case 'ASK_MODERATOR':
      return isGuest || isAuthenticated ? 'WAIT' : 'ALLOW';
    case 'ALWAYS_ACCEPT_AUTH':
      return isGuest ? 'WAIT' : 'ALLOW';
    case 'ALWAYS_DENY':
      return 'DENY';
  }
}

function findParticipant(
  state: State,
  token: string | null,
): { meeting: StandInMeeting; participant: Participant } | null {
  for (const meeting of state.meetings.values()) {
    const participant = meeting.participants.find((one) => one.token === token);
    if (participant !== undefined) return { meeting, participant };
  }
  return null;
}

function sendClient(parameters: URLSearchParams, response: ServerResponse, state: State): void {
  const found = findParticipant(state, parameters.get('sessionToken'));
  if (found === null) {
    const error = `<div id="app"><h1 ${state.profile.attribute}="errorScreenMessage">401</h1></div>`;
    reply(response, 200, 'text/html', `<!doctype html><title>Error</title>${error}`);
    return;
  }
  const userdata = Object.fromEntries(
    Object.entries(found.participant.query).flatMap(([name, value]) =>
      name.startsWith('userdata-') ? [[name.slice('userdata-'.length), value]] : [],
    ),
  );
  const { profile, switches } = state;
  const setup = {
    profile,
    switches,
    userdata,
    token: found.participant.token,
    logoutUrl: '/logout',
    meetingName: found.meeting.name,
  };
  const script = `const SETUP = ${JSON.stringify(setup).replace(/</g, '\\u003c')};`;
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><style>body{margin:0;background:#06172a;overflow:hidden}</style><body><div id="app"></div><script>${script}</script><script src="/stand-in/client.js"></script>`;
  // As strict as a site may be: what is injected has to get by.
  response.setHeader(
    'Content-Security-Policy',
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; media-src *",
  );
  reply(response, 200, 'text/html', page);
}

function sendLobby(parameters: URLSearchParams, response: ServerResponse, state: State): void {
  const found = findParticipant(state, parameters.get('sessionToken'));
  if (found !== null && !found.participant.isWaiting) {
    redirect(response, `${state.profile.clientPath}?sessionToken=${found.participant.token}`);
    return;
  }
  const page = `<!doctype html><title>Guest lobby</title><meta http-equiv="refresh" content="1"><p id="positionInWaitingQueue">You are first</p>`;
  reply(response, 200, 'text/html', page);
}

function openStream(
  parameters: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
): void {
  const found = findParticipant(state, parameters.get('token'));
  if (found === null) {
    response.writeHead(204).end();
    return;
  }
  const { meeting, participant } = found;
  response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
  for (const message of meeting.chat) response.write(`data: ${JSON.stringify({ kind: 'chat', ...message })}\n\n`);
  response.write(': there\n\n');
  state.streams.set(participant.token, response);
  participant.isConnected = true;
  request.on('close', () => {
    participant.isConnected = false;
    participant.hasAudio = false;
    state.streams.delete(participant.token);
    meeting.participants = meeting.participants.filter((one) => one !== participant);
  });
}

async function hear(
  parameters: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
  state: State,
): Promise<void> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  const found = findParticipant(state, parameters.get('token'));
  response.writeHead(204).end();
  if (found === null) return;
  const { meeting, participant } = found;
  const event = JSON.parse(Buffer.concat(pieces).toString('utf8')) as Participant['told'][number];
  participant.told.push(event);
  if (event.kind === 'audio') participant.hasAudio = event['isOn'] === true;
  if (event.kind === 'chat' && typeof event['message'] === 'string') {
    say(state, meeting, { name: participant.fullName, message: event['message'], via: 'page' });
  }
}
