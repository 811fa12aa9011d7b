// Loaded into the built program before it begins (`node --import`): names every act on the outside, and ends it at one of them.
import childProcess from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import files from 'node:fs/promises';
import http from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { basename } from 'node:path';
import timers from 'node:timers/promises';

/**
 * The moments are those at which the world may differ: before each act that changes something or asks something, and
 * after each that changes something elsewhere. What lies between two of them is in the program's memory only.
 */
export interface KillSettings {
  /** Gets the name of each moment, one a line. */
  KILL_TRACE: string;
  /** The moment to die at; absent: none. */
  KILL_AT?: string;
  /** `group`: with every process that it has begun. */
  KILL_WHOM?: 'alone' | 'group';
  /** SIGKILL unless it is said. */
  KILL_SIGNAL?: NodeJS.Signals;
  KILL_SMTP_PORT: string;
}

const {
  KILL_TRACE: traceFile = '',
  KILL_AT: killAt,
  KILL_WHOM: whom,
  KILL_SIGNAL: signal = 'SIGKILL',
  KILL_SMTP_PORT: smtpPort,
} = process.env;

const counts = new Map<string, number>();

function arrive(what: string): void {
  const count = (counts.get(what) ?? 0) + 1;
  counts.set(what, count);
  const name = `${what}${count === 1 ? '' : ` (${count})`}`;
  appendFileSync(traceFile, `${name}\n`);
  if (name === killAt) kill();
}

/** The program's worker, which has a group of its own, kills the program. */
function kill(): void {
  const isWorker = process.send !== undefined;
  const program = isWorker ? process.ppid : process.pid;
  process.kill(whom === 'group' ? -program : program, signal);
  if (isWorker && whom === 'group') process.kill(process.pid, signal);
}

/** The same in every world: below its directory, without times. */
function place(path: unknown): string {
  return String(path)
    .replace(/^.*\/bbb-pod-live-(?:world|test)-[^/]+\//, '')
    .replace(/[0-9a-f]{40}-\d{13}/, 'internal-id')
    .replace(/meeting-\d{14}/, 'meeting');
}

type Files = typeof files;

/** Acts on names; those that would change nothing are no moments. */
function watchNames(): void {
  const { rename, link, unlink, mkdir, chmod } = files;
  files.rename = (from, to) => {
    arrive(`rename ${place(from)} to ${place(to)}`);
    return rename(from, to);
  };
  files.link = (from, to) => {
    arrive(`link ${place(from)} as ${place(to)}`);
    return link(from, to);
  };
  files.unlink = (path) => {
    if (existsSync(path)) arrive(`remove ${place(path)}`);
    return unlink(path);
  };
  files.mkdir = ((path: string, options: object) => {
    if (!existsSync(path)) arrive(`make directory ${place(path)}`);
    return mkdir(path, options);
  }) as Files['mkdir'];
  files.chmod = (path, mode) => {
    arrive(`set the mode of ${place(path)}`);
    return chmod(path, mode);
  };
}

function watchWriting(): void {
  const { open } = files;
  files.open = async (path, flags, mode) => {
    const writes = typeof flags === 'string' && flags !== 'r';
    if (writes) arrive(`create ${place(path)}`);
    const handle = await open(path, flags, mode);
    // Nobody looks at a temporary file: that it is there is one moment, the one before its rename.
    if (!writes || String(path).endsWith('.new')) return handle;
    const writeFile = handle.writeFile.bind(handle);
    handle.writeFile = (content, options) => {
      arrive(`write ${place(path)}`);
      return writeFile(content, options);
    };
    return handle;
  };
}

/** Reads leave Pod and BBB as they are: after one is before the next act. */
function watchRequests(): void {
  const { request } = http;
  const watched = (
    options: http.RequestOptions,
    answered?: (answer: http.IncomingMessage) => void,
  ): http.ClientRequest => {
    const call = `${options.method ?? 'GET'} ${(options.path ?? '').replace(/[?&]checksum=[0-9a-f]+/, '')}`;
    arrive(`before ${call}`);
    const asked = request(options, answered);
    if (options.method !== 'GET')
      asked.prependOnceListener('response', () => {
        arrive(`after ${call}`);
      });
    return asked;
  };
  http.request = watched as typeof http.request;
}

function watchCompose(): void {
  const { spawn } = childProcess;
  const watched = (program: string, words: string[], options: childProcess.SpawnOptions): childProcess.ChildProcess => {
    if (basename(program) !== 'docker-compose') return spawn(program, words, options);
    // What every call names is in no moment's name.
    const said = words
      .slice(words.indexOf('--env-file') + 2)
      .map((word, at, all) => (all[at - 1] === '-c' ? '…' : word));
    const call = `docker-compose ${said.join(' ')} in ${basename(String(options.cwd))}`;
    arrive(`before ${call}`);
    const child = spawn(program, words, options);
    child.prependOnceListener('exit', () => {
      arrive(`after ${call}`);
    });
    return child;
  };
  childProcess.spawn = watched as typeof childProcess.spawn;
}

/** The mail server's answers: 354 asks for the mail's text, the next one says that it has it. */
function watchMail(socket: net.Socket): void {
  let isSent = false;
  socket.prependListener('data', (answer: Buffer) => {
    const asksForIt = /^354/m.test(answer.toString());
    if (asksForIt) arrive('before the text of a mail');
    else if (isSent) arrive('after the text of a mail');
    isSent = asksForIt;
  });
}

/** Connections to the mail server and to a chat's Redis. */
function watchConnections(): void {
  const { connect } = net;
  const watched = (options: net.NetConnectOpts, connected?: () => void): net.Socket => {
    const port = 'port' in options ? options.port : 0;
    const isMail = String(port) === smtpPort;
    if (isMail) arrive('before a mail');
    else if (port >= 6379 && port <= 6479) arrive(`before a question to the chat on port ${port}`);
    const socket = connect(options, connected);
    if (isMail) watchMail(socket);
    return socket;
  };
  net.connect = watched as typeof net.connect;
  net.createConnection = watched as typeof net.createConnection;
}

/** The wait for this server's turn in the minute comes before everything else. */
function watchPauses(): void {
  const { setTimeout } = timers;
  timers.setTimeout = (ms, value, options) => {
    if (ms !== undefined && ms > 0 && counts.size === 0) arrive(`before a pause of ${ms / 1000} s`);
    return setTimeout(ms, value, options);
  };
}

watchPauses();
watchNames();
watchWriting();
watchRequests();
watchCompose();
watchConnections();
syncBuiltinESMExports();
