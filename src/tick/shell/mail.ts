// Mails to the administrator: built from templates, sent through an SMTP server or the local sendmail.
import { PortError } from '../errors.js';
import { createRedactor, oneLine } from '../../shared/redact.js';
import type { Config, MailMessage, RefusedAddress } from '../model.js';
import { type Mail } from '../ports.js';
import type { run } from '../../shared/spawn.js';
import { MailFailure, SMTP_WAITS, sendOverSmtp, type SmtpWaits } from './smtp.js';
import { renderTemplate } from './templates.js';

/** The local sendmail only puts the mail into its queue; some look up the recipients' servers first. */
const SENDMAIL_TIMEOUT_MS = 60_000;

export interface MailOptions {
  spawn: typeof run;
  /** Default: as in `smtp.ts`. */
  waits?: SmtpWaits;
  /** For the local sendmail; 60 s by default. */
  sendmailTimeoutMs?: number;
}

/** A mail, ready for either way. */
interface RenderedMail {
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
        const rendered = await compose(mail, config, clean);
        if (config.smtpUrl === '') return await sendBySendmail(rendered, config, options);
        const refused = await sendBySmtp(rendered, config, options);
        return { refused: refused.map(({ address, why }) => ({ address, why: clean(why) })) };
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const certain = !(error instanceof MailFailure) || error.certain;
        // The cause is left out: it may hold the command with the password.
        throw new PortError('mailFailed', clean(reason), { certain });
      }
    },
  };
}

/** Every text among the values is one line without secrets, escaped in the HTML part. */
async function compose(mail: MailMessage, config: Config, clean: (text: string) => string): Promise<RenderedMail> {
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

async function sendBySmtp(rendered: RenderedMail, config: Config, options: MailOptions): Promise<RefusedAddress[]> {
  return sendOverSmtp(await textOf(rendered, 'windows'), rendered, {
    url: config.smtpUrl,
    ownName: config.serverHostname,
    extraAuthorities: config.extraAuthorities,
    waits: options.waits ?? SMTP_WAITS,
  });
}

/** `newline`: `windows` on the wire, `unix` for a local program. */
async function textOf(rendered: RenderedMail, newline: 'windows' | 'unix'): Promise<Buffer> {
  const { createTransport } = await import('nodemailer');
  const builder = createTransport({
    streamTransport: true,
    buffer: true,
    newline,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const { message } = await builder.sendMail(rendered);
  if (!Buffer.isBuffer(message)) throw new Error('the mail could not be built');
  return message;
}

/** sysexits.h: it could not be delivered now; many sendmails have queued it all the same. */
const EX_TEMPFAIL = 75;

async function sendBySendmail(rendered: RenderedMail, config: Config, options: MailOptions): Promise<{ refused: [] }> {
  const timeoutMs = options.sendmailTimeoutMs ?? SENDMAIL_TIMEOUT_MS;
  // -i: a line with a single dot does not end the mail.
  const command = [config.sendmailPath, '-i', '-f', rendered.from, '--', ...rendered.to];
  const result = await options.spawn(command, { timeoutMs, input: await textOf(rendered, 'unix') });
  if (result.exitCode === 0) return { refused: [] };
  const certain = !result.timedOut && result.exitCode !== EX_TEMPFAIL;
  const fate = certain ? '' : '; it may have the mail in its queue';
  throw new MailFailure(`${config.sendmailPath}: ${sendmailFault(result, timeoutMs)}${fate}`, certain);
}

function sendmailFault(result: Awaited<ReturnType<typeof run>>, timeoutMs: number): string {
  if (result.notFound) return 'there is no such program: set SENDMAIL_PATH, or SMTP_URL for a mail server';
  if (result.timedOut) return `it did not end within ${timeoutMs / 1000} s`;
  const said = result.stderr.trim().slice(0, 300);
  return said === '' ? `it ended with status ${String(result.exitCode)}` : said;
}
