import { PortError } from '../../../src/tick/errors.js';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Config, MailMessage } from '../../../src/tick/model.js';
import { createMail } from '../../../src/tick/shell/mail.js';
import { SMTP_WAITS, type SmtpWaits } from '../../../src/tick/shell/smtp.js';
import { run } from '../../../src/shared/spawn.js';
import { sampleConfig } from '../../support/samples.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { parseMail } from '../../world/mime.js';
import { startSmtp, type SmtpMailbox } from '../../world/smtp.js';

const START: MailMessage = {
  template: 'start',
  subject: "[BBB-POD-LIVE] Démarrage d'un live",
  values: {
    livestreamId: 1,
    stream: 'rtmp://live.univ.fr/live/bbb-Cours',
    server: 1,
    serverHostname: 'live1.univ.fr',
    slot: 2,
    meetingName: `L'été <b>«&»</b> "œuvre" ${'long '.repeat(40)}\nBcc: x@y.z`,
    page: 'https://pod.univ.fr/live/bbb-cours/',
    at: '1 mai 2024 à 14:00:00',
  },
};

const ERRORS: MailMessage = {
  template: 'errors',
  subject: '[BBB-POD-LIVE] Erreur rencontrée',
  values: {
    errors: [
      {
        title: 'Direct 1 : démarrage impossible',
        what: 'Le direct',
        detail: 'a <b> & c',
        next: 'On verra.',
        livestreamId: 1,
        since: '',
      },
      { title: 'BBB muet', what: 'BBB se tait', detail: '', next: 'Attendre.', livestreamId: null, since: 'hier' },
    ],
    recovered: [{ title: 'Tchat muet', since: 'lundi' }],
    serverHostname: 'live1.univ.fr',
    at: '1 mai 2024 à 14:00:00',
    logDirectory: '/srv/bbb-pod-live/logs',
  },
};

function waitsOf(ms: number): SmtpWaits {
  return { connectMs: ms, beginMs: ms, takeMs: ms };
}

async function failureOf(config: Config, timeoutMs?: number): Promise<PortError> {
  const limits = timeoutMs === undefined ? {} : { waits: waitsOf(timeoutMs), sendmailTimeoutMs: timeoutMs };
  const mail = createMail(config, { spawn: run, ...limits });
  const error: unknown = await mail.send(START).catch((reason: unknown) => reason);
  if (!(error instanceof PortError)) throw new Error('it was sent');
  return error;
}

describe('a mail through an SMTP server', () => {
  let smtp: SmtpMailbox;
  beforeAll(async () => {
    smtp = await startSmtp({ user: 'me', password: 'w@rd/&' });
  });
  afterEach(() => {
    smtp.fault(null);
    smtp.mails.length = 0;
  });
  afterAll(() => smtp.stop());

  const configWith = (change: Partial<Config> = {}): Config =>
    sampleConfig(temporaryDirectory(), {
      smtpUrl: smtp.url,
      adminEmails: ['a@univ.fr', 'b@univ.fr'],
      secrets: ['w@rd/&', 'hidden-s3cret'],
      ...change,
    });

  test('tells of a start in the words of the original, in HTML and as text', async () => {
    await createMail(configWith(), { spawn: run }).send(START);
    const [mail] = smtp.mails;
    expect(smtp.mails).toHaveLength(1);
    expect(mail).toMatchObject({
      user: 'me',
      envelope: { from: 'bbb-pod-live@live1.univ.example', to: ['a@univ.fr', 'b@univ.fr'] },
      subject: START.subject,
      from: 'bbb-pod-live@live1.univ.example',
      to: 'a@univ.fr, b@univ.fr',
    });
    expect(mail?.headers['content-type']).toContain('multipart/alternative');
    const sentence = "Démarrage d'un direct (id : 1, stream : rtmp://live.univ.fr/live/bbb-Cours) sur le serveur 1";
    expect(mail?.text).toContain(sentence);
    expect(mail?.html).toContain(sentence);
    expect(mail?.html).toContain('<html lang="fr">');
    expect(mail?.html).toContain('href="https://pod.univ.fr/live/bbb-cours/"');
  });

  test('carries names intact: escaped in HTML, on one line in the text', async () => {
    await createMail(configWith(), { spawn: run }).send(START);
    const [mail] = smtp.mails;
    const long = 'long '.repeat(40);
    expect(mail?.text).toContain(`L'été <b>«&»</b> "œuvre" ${long} Bcc: x@y.z`);
    expect(mail?.html).toContain(`L&#39;été &lt;b&gt;«&amp;»&lt;/b&gt; &quot;œuvre&quot; ${long} Bcc: x@y.z`);
    expect(mail?.headers).not.toHaveProperty('bcc');
  });

  test('lists errors and what is over', async () => {
    await createMail(configWith(), { spawn: run }).send(ERRORS);
    const [mail] = smtp.mails;
    expect(mail?.text.replace(/\r\n/g, '\n')).toBe(
      [
        '* Direct 1 : démarrage impossible',
        '  Le direct.',
        '  > a <b> & c',
        '  On verra.',
        '',
        '* BBB muet',
        '  BBB se tait.',
        '  Attendre.',
        '  Depuis : hier',
        '',
        'Retour à la normale :',
        '- Tchat muet (depuis : lundi)',
        '',
        'Serveur : live1.univ.fr',
        'Date : 1 mai 2024 à 14:00:00',
        'Logs : /srv/bbb-pod-live/logs',
        '',
      ].join('\n'),
    );
    for (const part of [
      'a &lt;b&gt; &amp; c',
      'BBB muet',
      'Retour à la normale',
      'Tchat muet',
      '/srv/bbb-pod-live/logs',
    ]) {
      expect(mail?.html).toContain(part);
    }
  });

  test('can be in English', async () => {
    const mail = createMail(configWith({ mailLang: 'en' }), { spawn: run });
    await mail.send(START);
    await mail.send({ ...ERRORS, values: { ...ERRORS.values, errors: [] } });
    expect(smtp.mails[0]?.text).toContain(
      'A live has started (id: 1, stream: rtmp://live.univ.fr/live/bbb-Cours) on server 1',
    );
    expect(smtp.mails[1]?.text).toMatch(/^Back to normal:\r?\n- Tchat muet \(since: lundi\)/);
  });

  test('holds no secret, and no header that a subject brings along', async () => {
    await createMail(configWith(), { spawn: run }).send({
      ...START,
      subject: 'hidden-s3cret\r\nX-Injected: yes',
      values: { ...START.values, meetingName: 'hidden-s3cret', stream: 'rtmp://u:p@host/live/x' },
    });
    const [mail] = smtp.mails;
    expect(mail?.subject).toBe('*** X-Injected: yes');
    expect(mail?.headers).not.toHaveProperty('x-injected');
    expect(mail?.text).toContain('rtmp://***@host/live/x');
    expect(`${mail?.text ?? ''}${mail?.html ?? ''}`).not.toContain('hidden-s3cret');
  });

  test('that is refused is an error that says why', async () => {
    smtp.fault('refuseMail');
    const { problem } = await failureOf(configWith());
    expect(problem).toEqual({ kind: 'mailFailed', detail: expect.stringContaining('Mail refused') });
  });

  test('whose login fails is an error without the password', async () => {
    const { problem, cause } = await failureOf(configWith({ smtpUrl: smtp.url.replace('w%40rd', 'wr%40ng-passw0rd') }));
    expect(problem.detail).toContain('Authentication failed');
    expect(`${problem.detail}${JSON.stringify(cause)}`).not.toMatch(/wr(%40|@)ng/);
  });

  test.each(['hang', 'drop'] as const)(
    'whose text the server has got, without saying that it took it, may have gone (%s)',
    async (fault) => {
      smtp.fault(fault);
      const { problem, certain } = await failureOf(configWith(), 2000);
      expect(problem).toEqual({
        kind: 'mailFailed',
        detail: expect.stringMatching(/^the SMTP server got it, but did not say that it took it: /),
      });
      expect(certain).toBe(false);
    },
  );

  test.each(['refuseMail', 'refuseRecipient', 'refuseSender'] as const)(
    'that is refused has not gone (%s)',
    async (fault) => {
      smtp.fault(fault);
      expect((await failureOf(configWith())).certain).toBe(true);
    },
  );

  test('that one address is refused goes to the others, and says who was refused and why', async () => {
    smtp.fault('refuseOne');
    const config = configWith({ adminEmails: ['a@univ.fr', 'refused@univ.fr'] });
    const { refused } = await createMail(config, { spawn: run }).send(START);
    expect(refused).toEqual([{ address: 'refused@univ.fr', why: expect.stringContaining('No such mailbox here') }]);
    expect(smtp.mails.map(({ envelope }) => envelope.to)).toEqual([['a@univ.fr']]);
  });

  test('has a minute at least to be taken, after its text', () => {
    expect(SMTP_WAITS.takeMs).toBeGreaterThanOrEqual(60_000);
  });

  test('for a server that is not there is an error', async () => {
    const gone = await startSmtp();
    await gone.stop();
    expect((await failureOf(configWith({ smtpUrl: gone.url }))).problem.detail).toContain('ECONNREFUSED');
  });
});

describe('a mail through the local sendmail', () => {
  /** A sendmail that keeps what it gets, or does what `end` says. */
  function sendmail(end = ''): { path: string; args(): unknown; mail(): ReturnType<typeof parseMail> } {
    const directory = temporaryDirectory();
    const path = join(directory, 'sendmail');
    writeFileSync(
      path,
      `#!${process.execPath}
const { readFileSync, writeFileSync } = require('node:fs');
writeFileSync(${JSON.stringify(join(directory, 'mail'))}, readFileSync(0));
writeFileSync(${JSON.stringify(join(directory, 'args'))}, JSON.stringify(process.argv.slice(2)));
${end}
`,
    );
    chmodSync(path, 0o755);
    return {
      path,
      args: () => JSON.parse(readFileSync(join(directory, 'args'), 'utf8')) as unknown,
      mail: () => parseMail(readFileSync(join(directory, 'mail'))),
    };
  }

  const configWith = (path: string): Config =>
    sampleConfig(temporaryDirectory(), {
      sendmailPath: path,
      adminEmails: ['a@univ.fr', 'b@univ.fr'],
      mailFrom: 'live@univ.fr',
    });

  test('is given to it on stdin, whole, with sender and recipients as arguments', async () => {
    const program = sendmail();
    const values = { ...START.values, meetingName: '<&"\'> été\n.\nfin' };
    await createMail(configWith(program.path), { spawn: run }).send({ ...START, values });
    expect(program.args()).toEqual(['-i', '-f', 'live@univ.fr', '--', 'a@univ.fr', 'b@univ.fr']);
    const mail = program.mail();
    expect(mail).toMatchObject({ subject: START.subject, from: 'live@univ.fr', to: 'a@univ.fr, b@univ.fr' });
    expect(mail.text).toContain('<&"\'> été . fin');
    expect(mail.html).toContain('&lt;&amp;&quot;&#39;&gt; été . fin');
  });

  test.each<[string, RegExp, number]>([
    ["process.stderr.write('no such\\n user'); process.exitCode = 67;", /: no such {2}user$/, 30_000],
  ])('that it does not take is an error: %s', async (end, detail, timeoutMs) => {
    const { problem, certain } = await failureOf(configWith(sendmail(end).path), timeoutMs);
    expect(problem).toEqual({ kind: 'mailFailed', detail: expect.stringMatching(detail) });
    expect(certain).toBe(true);
  });

  test.each<[string, RegExp, number]>([
    ['process.exitCode = 75;', /it ended with status 75; it may have the mail in its queue$/, 30_000],
    ['setInterval(() => undefined, 1000);', /it did not end within 1 s; it may have the mail in its queue$/, 1000],
  ])('that it may have in its queue is not known to have gone, nor not: %s', async (end, detail, timeoutMs) => {
    const { problem, certain } = await failureOf(configWith(sendmail(end).path), timeoutMs);
    expect(problem).toEqual({ kind: 'mailFailed', detail: expect.stringMatching(detail) });
    expect(certain).toBe(false);
  });

  test('is an error when there is none', async () => {
    const { problem } = await failureOf(configWith('/nowhere/sendmail'));
    expect(problem.detail).toBe(
      '/nowhere/sendmail: there is no such program: set SENDMAIL_PATH, or SMTP_URL for a mail server',
    );
  });
});
