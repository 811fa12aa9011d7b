// Hands a mail to an SMTP server, and says how far that came: a server that is slow to say yes may have taken it.
import { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import type SMTPConnection from 'nodemailer/lib/smtp-connection';
import { furtherAuthorities } from '../../shared/authorities.js';
import type { RefusedAddress } from '../model.js';

export interface SmtpWaits {
  /** For the server's name, the connection and the greeting, each. */
  connectMs: number;
  /** From the greeting until the server asks for the text. */
  beginMs: number;
  /** For the text, and for the server to say that it has it: it may look for viruses first (RFC 5321, section 4.5.3.2.6). */
  takeMs: number;
}

export const SMTP_WAITS: SmtpWaits = { connectMs: 10_000, beginMs: 30_000, takeMs: 90_000 };

export interface Envelope {
  from: string;
  to: string[];
}

/** The mail was not taken, or nobody knows. `certain`: it was not. */
export class MailFailure extends Error {
  constructor(
    message: string,
    readonly certain: boolean,
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'MailFailure';
  }
}

export interface SmtpOptions {
  /** As SMTP_URL has it. */
  url: string;
  /** How this host introduces itself. */
  ownName: string;
  /** A file of certificates whose authorities are believed too; empty: none. */
  extraAuthorities: string;
  waits: SmtpWaits;
}

/** Answers the addresses that were refused while another was taken. Throws `MailFailure`. */
export async function sendOverSmtp(
  message: Buffer,
  envelope: Envelope,
  options: SmtpOptions,
): Promise<RefusedAddress[]> {
  const { beginMs, takeMs } = options.waits;
  const { connection, credentials } = await prepare(options);
  const patience = createPatience();
  let isBegun = false;
  // The library reads the text when the server has asked for it, and not before.
  const text = new Readable({
    read() {
      isBegun = true;
      patience.within(takeMs);
      this.push(message);
      this.push(null);
    },
  });
  const converse = async (): Promise<SMTPConnection.SentMessageInfo> => {
    await answered((done) => {
      connection.connect(done);
    });
    patience.within(beginMs);
    if (credentials !== null && connection.allowsAuth)
      await answered((done) => {
        connection.login(credentials, done);
      });
    return answered((done) => {
      connection.send(envelope, text, done);
    });
  };
  try {
    const lost = new Promise<never>((_resolve, reject) => connection.on('error', reject));
    const { rejected, rejectedErrors = [] } = await Promise.race([converse(), lost, patience.over]);
    return rejected.map((address, index) => ({ address, why: rejectedErrors[index]?.message ?? 'refused' }));
  } catch (error) {
    throw mailFailureOf(error, isBegun);
  } finally {
    patience.end();
    connection.close();
  }
}

function mailFailureOf(error: unknown, isBegun: boolean): MailFailure {
  const said = error instanceof Error ? error.message : String(error);
  // What the server answers by is a no.
  const isAnswer = typeof (error as { responseCode?: unknown }).responseCode === 'number';
  const certain = !isBegun || isAnswer;
  const what = certain ? 'the SMTP server did not take it' : 'the SMTP server got it, but did not say that it took it';
  return new MailFailure(`${what}: ${said}`, certain, error);
}

interface Prepared {
  connection: SMTPConnection;
  credentials: SMTPConnection.AuthenticationCredentials | null;
}

async function prepare({ url, ownName, extraAuthorities, waits }: SmtpOptions): Promise<Prepared> {
  const [{ default: Connection }, { parseConnectionUrl }] = await Promise.all([
    import('nodemailer/lib/smtp-connection'),
    import('nodemailer/lib/shared'),
  ]);
  const { certificates } = await furtherAuthorities(extraAuthorities);
  const address = parseConnectionUrl(url);
  const { user, pass } = (address.auth ?? {}) as { user?: string; pass?: string };
  const connection = new Connection({
    ...address,
    name: ownName,
    connectionTimeout: waits.connectMs,
    greetingTimeout: waits.connectMs,
    dnsTimeout: waits.connectMs,
    // The bounds here are shorter.
    socketTimeout: waits.beginMs + waits.takeMs,
    tls: { ca: [...rootCertificates, ...certificates], ...address.tls },
  });
  return { connection, credentials: user === undefined ? null : { credentials: { user, pass: pass ?? '' } } };
}

interface Patience {
  /** From now on so long. */
  within(ms: number): void;
  /** Rejected when the time is up. */
  over: Promise<never>;
  end(): void;
}

function createPatience(): Patience {
  let timer: NodeJS.Timeout | undefined;
  let give: (reason: Error) => void = () => undefined;
  const over = new Promise<never>((_resolve, reject) => {
    give = reject;
  });
  return {
    over,
    within(ms) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        give(new Error(`no answer within ${ms / 1000} s`));
      }, ms);
    },
    end() {
      clearTimeout(timer);
    },
  };
}

function answered<T>(ask: (done: (error?: Error | null, answer?: T) => void) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    ask((error, answer) => {
      if (error === undefined || error === null) resolve(answer as T);
      else reject(error);
    });
  });
}
