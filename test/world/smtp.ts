// An SMTP server on loopback that keeps the mails it is given.
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { parseMail, type ParsedMail } from './mime.js';

export interface ReceivedMail extends ParsedMail {
  /** Sender and recipients of the envelope. */
  envelope: { from: string; to: string[] };
  /** Who logged in, if anybody did. */
  user: string | null;
  raw: string;
}

/**
 * refuseMail: 550 after the mail's text. refuseRecipient: 550 to every address, refuseOne: to those that begin with
 * `refused`. hang: no answer to the mail's text. slow: a yes after twelve seconds. drop: the mail is taken, and the
 * connection cut instead of an answer.
 */
export type SmtpFault = 'refuseMail' | 'refuseRecipient' | 'refuseOne' | 'refuseSender' | 'hang' | 'slow' | 'drop';

const SLOW_MS = 12_000;

export interface SmtpMailbox {
  port: number;
  /** What goes to SMTP_URL. */
  url: string;
  mails: ReceivedMail[];
  /** Sets the fault from now on; null: none. */
  fault(fault: SmtpFault | null): void;
  stop(): Promise<void>;
}

export async function startSmtp(
  options: { user?: string; password?: string; port?: number } = {},
): Promise<SmtpMailbox> {
  const mails: ReceivedMail[] = [];
  let fault: SmtpFault | null = null;
  const { user, password = '' } = options;
  const refusal = (on: SmtpFault, text: string): Error | null =>
    fault === on ? Object.assign(new Error(text), { responseCode: 550 }) : null;
  const server = new SMTPServer({
    authOptional: user === undefined,
    allowInsecureAuth: true,
    disabledCommands: user === undefined ? ['STARTTLS', 'AUTH'] : ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 1,
    onAuth(auth, _session, callback) {
      const isRight = auth.username === user && auth.password === password;
      callback(isRight ? null : new Error('Authentication failed'), isRight ? { user: auth.username } : undefined);
    },
    onMailFrom(_address, _session, callback) {
      callback(refusal('refuseSender', 'Sender refused'));
    },
    onRcptTo({ address }, _session, callback) {
      const ofOne = address.startsWith('refused') ? refusal('refuseOne', 'No such mailbox here') : null;
      callback(refusal('refuseRecipient', 'No such mailbox') ?? ofOne);
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        if (fault === 'hang') return;
        const refused = refusal('refuseMail', 'Mail refused');
        if (refused === null) mails.push(received(Buffer.concat(chunks), session));
        if (fault === 'drop') for (const { _socket: socket } of server.connections) socket.destroy();
        else if (fault === 'slow') setTimeout(callback, SLOW_MS, refused);
        else callback(refused);
      });
    },
  });
  // A client that goes away in the middle is the tests' business, not a failure of the server.
  server.on('error', () => undefined);
  const port = await listen(server, options.port ?? 0);
  const credentials = user === undefined ? '' : `${encodeURIComponent(user)}:${encodeURIComponent(password)}@`;
  return {
    port,
    url: `smtp://${credentials}127.0.0.1:${port}`,
    mails,
    fault(next) {
      fault = next;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}

function received(raw: Buffer, session: SMTPServerSession): ReceivedMail {
  const { mailFrom, rcptTo } = session.envelope;
  return {
    ...parseMail(raw),
    envelope: { from: mailFrom === false ? '' : mailFrom.address, to: rcptTo.map((one) => one.address) },
    user: typeof session.user === 'string' ? session.user : null,
    raw: raw.toString(),
  };
}

function listen(server: SMTPServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    const listener = server.listen(port, '127.0.0.1', () => {
      resolve((listener.address() as AddressInfo).port);
    });
  });
}
