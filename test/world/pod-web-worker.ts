// Pod's web worker from 3.8.2 on, as a caller of the gateway: what a teacher's click and its end threads do (pod/meeting/webinar.py, views).
// Nothing here sleeps: how long a pause lasts, and when a minute has gone by, is told from outside.
import {
  item,
  pythonJson,
  pythonStr,
  pythonTypeName,
  quotePlus,
  type Outcome,
  type PythonFailure,
} from './python-words.js';
import type { GatewayRow, SessionRow, WebinarRow, WebinarState } from './pod-webinar-rows.js';
import { saveSession } from './pod-webinars.js';

/** A call as Pod makes it: no time-out, no look at the certificate. */
export interface GatewayCall {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body: string | null;
}

/** `failure`: no answer came. The HTTP status and the type of the content are not looked at. */
export type Transport = (call: GatewayCall) => Promise<{ body: string } | { failure: PythonFailure }>;

/** BBB, as far as Pod asks it here. `failed`: any answer but SUCCESS. `down`: none, or an HTTP error. */
export interface BbbForPod {
  isMeetingRunning(meetingId: string): Promise<boolean | 'failed' | 'down'>;
  create(session: SessionRow): Promise<void>;
  /** False: BBB knows no such meeting. */
  end(meetingId: string): Promise<boolean>;
}

/** What the teacher sees on the next page. */
export interface Message {
  level: 'info' | 'error' | 'success';
  text: string;
}

/** A daemon thread that waits for the end of a meeting. */
interface EndThread {
  /** The meeting as it was when the thread began: it is saved so at each check. */
  copy: SessionRow;
  negatives: number;
  rounds: number;
  isAlive: boolean;
}

export interface WebWorkerOptions {
  state: WebinarState;
  /** Host of the teacher's request. */
  host: string;
  transport: Transport;
  bbb: BbbForPod;
  /** The 5 s between the two calls of a restart. */
  restartPause?: () => Promise<void>;
  language?: 'fr' | 'en';
}

/** What a view answers: what the teacher is told, or the exception that made an HTTP 500 of it. */
export interface Seen {
  messages: Message[];
  exception: PythonFailure | null;
}

export interface WebWorker {
  /** The owner opens the meeting: it is made in BBB if it does not run, and the webinar is started, each time anew. */
  join(session: SessionRow, who?: 'owner' | 'additional owner'): Promise<Seen>;
  start(session: SessionRow): Promise<Seen>;
  stop(session: SessionRow): Promise<Seen>;
  toggleChat(session: SessionRow): Promise<Seen>;
  /** `/stop`, 5 s, `/start`. */
  restart(session: SessionRow): Promise<Seen>;
  /** Ends the meeting in BBB, then the live; a meeting that BBB does not know any more leaves the live as it is. */
  end(session: SessionRow): Promise<Seen>;
  /** The edit form, of a meeting whose webinar mode or chat is changed. */
  edit(session: SessionRow, change: { is_webinar?: boolean; enable_chat?: boolean }): Promise<Seen>;
  /** A viewer's message; answers what the viewer is told, and the exception where nothing is. */
  publish(
    session: SessionRow,
    viewer: string,
    text: string,
  ): Promise<{ isSent: boolean; exception: PythonFailure | null }>;
  /** Sixty seconds have gone by for every end thread. */
  aMinutePasses(): Promise<void>;
  aliveThreads(): number;
  /** The web worker is started anew: its threads are gone, and nobody stops what they would have stopped. */
  dies(): void;
}

/** 5 h of minutes. */
const MOST_ROUNDS = 300;

export function createWebWorker(options: WebWorkerOptions): WebWorker {
  const { state, transport, bbb, host, restartPause = () => Promise.resolve(), language = 'fr' } = options;
  const say = SENTENCES[language];
  let threads: EndThread[] = [];

  const inProgressOf = (session: SessionRow): WebinarRow | undefined =>
    state.webinars.find((row) => row.session === session.id && row.status === 1);
  const rowOf = (session: SessionRow): WebinarRow | undefined =>
    state.webinars.find((row) => row.session === session.id);
  const gatewayOf = (row: WebinarRow): GatewayRow => {
    const found = state.gateways.find(({ id }) => id === row.gateway);
    if (found === undefined) throw new Error(`no gateway ${row.gateway}`);
    return found;
  };
  /** Whatever the time: a gateway that no other webinar has. */
  const freeGateway = (): GatewayRow | undefined =>
    state.gateways.find(({ id }) => state.webinars.every((row) => row.gateway !== id));
  const hasPlace = (session: SessionRow): boolean => rowOf(session) !== undefined || freeGateway() !== undefined;
  /** The row of a meeting that becomes a webinar is made once the form is saved; its event with it. */
  const addRow = (session: SessionRow): void => {
    const id = Math.max(0, ...state.webinars.map((row) => row.id)) + 1;
    state.webinars.push({ id, session: session.id, status: 0, event: id, gateway: freeGateway()?.id ?? 0 });
  };
  const roomOf = ({ hashkey }: SessionRow): string => hashkey.slice(-10);

  const get = async (row: WebinarRow, path: string, query: [string, string][]): Promise<Outcome<unknown>> => {
    const gateway = gatewayOf(row);
    const text = query.map(([name, value]) => `${name}=${quotePlus(value)}`).join('&');
    const url = `${slashJoin(gateway.server_url, path)}?${text}`;
    const answer = await transport({ method: 'GET', url, headers: bearer(gateway), body: null });
    return 'failure' in answer ? answer : pythonJson(answer.body);
  };

  /** Null: success. */
  const startGateway = async (session: SessionRow, row: WebinarRow): Promise<PythonFailure | null> => {
    const answer = await get(row, 'start', [
      ['room', roomOf(session)],
      ['domain', `${host}/meeting/${session.meeting_id}/${session.hashkey.slice(0, 54)}`],
      ['rtmpDst', gatewayOf(row).rtmp_stream_url],
    ]);
    return successOf(answer);
  };

  const toggleGateway = async (session: SessionRow, row: WebinarRow): Promise<PythonFailure | null> => {
    const answer = await get(row, 'chat', [
      ['room', roomOf(session)],
      ['toggle', 'True'],
    ]);
    if ('failure' in answer) return answer.failure;
    const res = item(answer.value, 'res');
    // Anything but "ok" is logged, and that is all.
    return 'failure' in res ? res.failure : null;
  };

  const start = async (session: SessionRow): Promise<Seen> => {
    const failed = (text: string, before: Message[] = []): Seen =>
      seen([...before, { level: 'error', text: say.startFailed(session.name, text) }]);
    if (/localhost/.test(host)) return failed(say.localhost);
    const row = rowOf(session);
    if (row === undefined) return failed("'NoneType' object has no attribute 'id'");
    row.status = 1;
    const failure = await startGateway(session, row);
    if (failure !== null) return failed(failure.text);
    threads.push({ copy: { ...session }, negatives: 0, rounds: 0, isAlive: true });
    const started: Message = { level: 'info', text: say.started(session.name) };
    if (session.enable_chat) return seen([started]);
    const ofToggle = await toggleGateway(session, row);
    return ofToggle === null ? seen([started]) : failed(ofToggle.text, [started]);
  };

  const stop = async (session: SessionRow): Promise<Seen> => {
    const row = inProgressOf(session);
    if (row !== undefined) {
      const failure = successOf(await get(row, 'stop', [['room', roomOf(session)]]));
      if (failure !== null) return seen([{ level: 'error', text: say.stopFailed(session.name, failure.text) }]);
      row.status = 2;
    }
    return seen([{ level: 'info', text: say.stopped(session.name) }]);
  };

  const joins = async (session: SessionRow, who: 'owner' | 'additional owner'): Promise<Seen> => {
    if ((await bbb.isMeetingRunning(session.meeting_id)) !== true) {
      saveSession(session);
      await bbb.create(session);
    }
    return who === 'owner' && session.is_webinar ? start(session) : seen([]);
  };

  /** One round of a thread. */
  const check = async (thread: EndThread): Promise<void> => {
    const session = state.sessions.find(({ id }) => id === thread.copy.id);
    const answer = await bbb.isMeetingRunning(thread.copy.meeting_id);
    if (answer === 'down') {
      thread.isAlive = false;
      return;
    }
    if (answer === 'failed') {
      await bbb.end(thread.copy.meeting_id);
      thread.isAlive = false;
      return;
    }
    if (session !== undefined) Object.assign(session, thread.copy);
    thread.rounds += 1;
    thread.negatives = answer ? 0 : thread.negatives + 1;
    if (thread.negatives < 2 && thread.rounds < MOST_ROUNDS) return;
    thread.isAlive = false;
    await stopOfThread(thread.copy);
  };

  /** One try; the row is that which the thread knows, whatever another thread has made of it meanwhile. */
  const stopOfThread = async (session: SessionRow): Promise<void> => {
    const row = rowOf(session);
    if (row === undefined) return;
    if (successOf(await get(row, 'stop', [['room', roomOf(session)]])) === null) row.status = 2;
  };

  return {
    join: (session, who = 'owner') => joins(session, who),
    start,
    stop,
    toggleChat: async (session) => {
      const row = inProgressOf(session);
      const failure = row === undefined ? null : await toggleGateway(session, row);
      return seen([
        failure === null
          ? { level: 'info', text: say.toggled(session.name) }
          : { level: 'error', text: say.toggleFailed(session.name, failure.text) },
      ]);
    },
    restart: async (session) => {
      const stopped = await stop(session);
      await restartPause();
      const started = await start(session);
      return seen([...stopped.messages, ...started.messages]);
    },
    end: async (session) => {
      if (!(await bbb.end(session.meeting_id))) return seen([{ level: 'error', text: say.endFailed }]);
      const stopped = await stop(session);
      return seen([...stopped.messages, { level: 'info', text: say.ended }]);
    },
    edit: async (session, change) => {
      const isRunning = (await bbb.isMeetingRunning(session.meeting_id)) === true;
      const messages: Message[] = [];
      if (change.is_webinar !== undefined && change.is_webinar !== session.is_webinar) {
        if ((await bbb.isMeetingRunning(session.meeting_id)) === true && hasPlace(session)) {
          messages.push(...(change.is_webinar ? await start(session) : await stop(session)).messages);
        }
        if (change.is_webinar && !hasPlace(session)) return seen([{ level: 'error', text: say.noGateway }]);
      } else if (isRunning && change.enable_chat !== undefined && change.enable_chat !== session.enable_chat) {
        const row = inProgressOf(session);
        const failure = row === undefined ? null : await toggleGateway(session, row);
        if (failure !== null) return { messages, exception: failure };
      }
      Object.assign(session, change);
      saveSession(session);
      if (session.is_webinar && rowOf(session) === undefined) addRow(session);
      return seen([...messages, { level: 'success', text: say.saved }]);
    },
    publish: async (session, viewer, text) => {
      const row = inProgressOf(session);
      if (row === undefined) return { isSent: true, exception: null };
      const message = `(${viewer}) ${text.replace(/['"]/g, '’')}`;
      const answer = await transport({
        method: 'POST',
        url: slashJoin(gatewayOf(row).server_url, 'chat'),
        headers: { 'Content-Type': 'application/json' },
        body: pythonDumps({ room: roomOf(session), msg: message }),
      });
      if ('failure' in answer) return { isSent: false, exception: answer.failure };
      const body = pythonJson(answer.body);
      if ('failure' in body) return { isSent: false, exception: null };
      const res = item(body.value, 'res');
      if ('failure' in res) return { isSent: false, exception: res.failure };
      if (typeof res.value !== 'string') {
        const type = pythonTypeName(res.value);
        return {
          isSent: false,
          exception: { type: 'AttributeError', text: `'${type}' object has no attribute 'find'` },
        };
      }
      return { isSent: res.value.includes('ok'), exception: null };
    },
    aMinutePasses: async () => {
      for (const thread of threads) if (thread.isAlive) await check(thread);
      threads = threads.filter(({ isAlive }) => isAlive);
    },
    aliveThreads: () => threads.length,
    dies: () => {
      threads = [];
    },
  };
}

function seen(messages: Message[]): Seen {
  return { messages, exception: null };
}

function bearer({ server_token }: GatewayRow): Record<string, string> {
  return { Authorization: `Bearer ${server_token}` };
}

/** Pod's `slash_join`: one slash between the parts. */
function slashJoin(base: string, path: string): string {
  return `${base.replace(/\/+$/, '')}/${path}`;
}

/** Null for `status: success`; else `details`, or what Python says. */
function successOf(answer: Outcome<unknown>): PythonFailure | null {
  if ('failure' in answer) return answer.failure;
  const status = item(answer.value, 'status');
  if ('failure' in status) return status.failure;
  if (status.value === 'success') return null;
  const details = item(answer.value, 'details');
  return 'failure' in details ? details.failure : { type: 'ValueError', text: pythonStr(details.value) };
}

/** `json.dumps`: ASCII only, a blank after each comma and colon. */
function pythonDumps(fields: Record<string, string>): string {
  const quote = (text: string): string =>
    JSON.stringify(text).replace(
      /[\u007f-\uffff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  return `{${Object.entries(fields)
    .map(([key, value]) => `${quote(key)}: ${quote(value)}`)
    .join(', ')}}`;
}

interface Sentences {
  localhost: string;
  started(name: string): string;
  startFailed(name: string, why: string): string;
  stopped(name: string): string;
  stopFailed(name: string, why: string): string;
  toggled(name: string): string;
  toggleFailed(name: string, why: string): string;
  noGateway: string;
  saved: string;
  ended: string;
  endFailed: string;
}

const NBSP = '\u00a0';

const SENTENCES: Record<'fr' | 'en', Sentences> = {
  fr: {
    localhost: 'il n’est pas possible d’utiliser un serveur de développement (localhost) pour cette fonctionnalité.',
    started: (name) => `Le mode webinaire a bien été démarré pour la réunion «${NBSP}${name}${NBSP}».`,
    startFailed: (name, why) =>
      `Erreur de démarrage du mode webinaire pour la réunion «${NBSP}${name}${NBSP}»${NBSP}: ${why}`,
    stopped: (name) => `Le mode webinaire a bien été arrêté pour la réunion «${NBSP}${name}${NBSP}».`,
    stopFailed: (name, why) =>
      `Erreur de démarrage du mode webinaire pour la réunion «${NBSP}${name}${NBSP}»${NBSP}: ${why}`,
    toggled: (name) =>
      `L’option permettant d’afficher/masquer le chat a été prise en compte pour la réunion «${NBSP}${name}${NBSP}».`,
    toggleFailed: (name, why) =>
      `Erreur en affichant/cachant le chat pour la réunion «${NBSP}${name}${NBSP}»${NBSP}: ${why}`,
    noGateway:
      'Il n’est pas possible d’organiser un webinaire pendant cette période. Le mode webinaire a été désactivé pour cette réunion. Veuillez essayer de modifier la période ou contacter l’administrateur.',
    saved: 'Les modifications ont été sauvegardées.',
    ended: 'La réunion a été arrêtée avec succès.',
    endFailed: `<b>error:</b> Impossible de terminer la réunion${NBSP}!`,
  },
  en: {
    localhost: 'it is not possible to use a development server (localhost) for this feature.',
    started: (name) => `Webinar mode has been successfully started for “${name}” meeting.`,
    startFailed: (name, why) => `Error to start webinar mode for “${name}” meeting: ${why}`,
    stopped: (name) => `Webinar mode has been successfully stopped for “${name}” meeting.`,
    stopFailed: (name, why) => `Error to stop webinar mode for “${name}” meeting: ${why}`,
    toggled: (name) => `Toggle chat performed for “${name}” meeting.`,
    toggleFailed: (name, why) => `Error to toggle chat in webinar mode for “${name}” meeting: ${why}`,
    noGateway:
      'It is not possible to hold a webinar during this period. Webinar mode has been deactivated for this meeting. Please try to modify the period or contact the administrator.',
    saved: 'The changes have been saved.',
    ended: 'The meeting was ended.',
    endFailed: '<b>error:</b> Unable to end meeting!',
  },
};
