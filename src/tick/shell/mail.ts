// Mails to the administrator: built from templates, sent through an SMTP server or the local sendmail.
import { PortError } from '../errors.js';
import { createRedactor, oneLine } from '../../shared/redact.js';
import type { Config, MailMessage } from '../model.js';
import { type Mail } from '../ports.js';
import type { run } from '../../shared/spawn.js';
import { renderTemplate } from './templates.js';

/** Each wait for the SMTP server: for its name, the connection, the greeting, and any answer. */
const SMTP_TIMEOUT_MS = 10_000;

/** All of them together: a server that answers a little now and then must not hold up the tick. */
const SMTP_WAITS = 6;

/** The local sendmail only puts the mail into its queue. */
const SENDMAIL_TIMEOUT_MS = 30_000;

export interface MailOptions {
  spawn: typeof run;
  /** For one wait; default: the constants above. */
  timeoutMs?: number;
}

/** A mail, ready for either way. */
interface Letter {
  from: string;
  to: string[];
  subject: string;
  text: string;
  html: string;
  headers: Record<string, string>;
}

export function createMail(config: Config, options: MailOptions): Mail {
  const redact = createRedactor(config.secrets);
  const clean = (text: string): string => redact(oneLine(text));
  return {
    async send(mail) {
      try {
        const letter = await compose(mail, config, clean);
        if (config.smtpUrl !== '') await sendBySmtp(letter, config, options);
        else await sendBySendmail(letter, config, options);
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        // The cause is left out: it may hold the command with the password.
        throw new PortError('mailFailed', clean(reason));
      }
    },
  };
}

/** Every text among the values is one line without secrets, escaped in the HTML part. */
async function compose(mail: MailMessage, config: Config, clean: (text: string) => string): Promise<Letter> {
  const name = `${mail.template}.${config.mailLang}`;
  const [html, text] = await Promise.all([
    renderTemplate(`${name}.html`, mail.values, (value) => escapeForHtml(clean(value))),
    renderTemplate(`${name}.txt`, mail.values, clean),
  ]);
  return {
    from: config.mailFrom,
    to: config.adminEmails,
    subject: clean(mail.subject),
    text,
    html,
    // RFC 3834: keeps holiday notices from answering.
    headers: { 'Auto-Submitted': 'auto-generated' },
  };
}

const HTML_ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeForHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => HTML_ENTITIES[character] ?? '');
}

async function sendBySmtp(letter: Letter, config: Config, options: MailOptions): Promise<void> {
  const { createTransport } = await import('nodemailer');
  const timeoutMs = options.timeoutMs ?? SMTP_TIMEOUT_MS;
  const transport = createTransport({
    url: config.smtpUrl,
    name: config.serverHostname,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    dnsTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({ ...letter, signal: AbortSignal.timeout(timeoutMs * SMTP_WAITS) });
  } catch (error) {
    throw new Error(`the SMTP server did not take it: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  } finally {
    transport.close();
  }
}

async function sendBySendmail(letter: Letter, config: Config, options: MailOptions): Promise<void> {
  const { createTransport } = await import('nodemailer');
  const builder = createTransport({
    streamTransport: true,
    buffer: true,
    newline: 'unix',
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const { message } = await builder.sendMail(letter);
  if (!Buffer.isBuffer(message)) throw new Error('the mail could not be built');
  const timeoutMs = options.timeoutMs ?? SENDMAIL_TIMEOUT_MS;
  // -i: a line with a single dot does not end the mail.
  const command = [config.sendmailPath, '-i', '-f', letter.from, '--', ...letter.to];
  const result = await options.spawn(command, { timeoutMs, input: message });
  if (result.exitCode === 0) return;
  throw new Error(`${config.sendmailPath}: ${sendmailFault(result, timeoutMs)}`);
}

function sendmailFault(result: Awaited<ReturnType<typeof run>>, timeoutMs: number): string {
  if (result.notFound) return 'there is no such program: set SENDMAIL_PATH, or SMTP_URL for a mail server';
  if (result.timedOut) return `it did not end within ${timeoutMs / 1000} s`;
  const said = result.stderr.trim().slice(0, 300);
  return said === '' ? `it ended with status ${String(result.exitCode)}` : said;
}
