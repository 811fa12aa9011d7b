// The world's SMTP server keeps what a real client sends, decoded.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createTransport } from 'nodemailer';
import { startSmtp, type SmtpMailbox } from './smtp.js';

const MAIL = {
  from: 'live@univ.test',
  to: 'admin@univ.test, autre@univ.test',
  subject: "[BBB-POD-LIVE] Démarrage d'un live : « Économie & société » n°1, un sujet assez long pour être plié 🎓",
  text: `Démarrage d'un direct = ${'é'.repeat(100)}\n.\nfin`,
  html: '<p>Démarrage &amp; suite</p>',
};

let mailbox: SmtpMailbox;

beforeEach(async () => {
  mailbox = await startSmtp({ user: 'u@x', password: 'p:/w' });
});
afterEach(() => mailbox.stop());

describe('a mail', () => {
  test('is kept with its subject, its parts, its recipients and its user', async () => {
    await createTransport(mailbox.url).sendMail(MAIL);
    expect(mailbox.mails).toHaveLength(1);
    const [mail] = mailbox.mails;
    expect(mail?.subject).toBe(MAIL.subject);
    expect(mail?.text.replaceAll('\r\n', '\n').trim()).toBe(MAIL.text);
    expect(mail?.html.trim()).toBe(MAIL.html);
    expect(mail?.envelope).toEqual({ from: 'live@univ.test', to: ['admin@univ.test', 'autre@univ.test'] });
    expect(mail?.user).toBe('u@x');
  });

  test.each(['refuseMail', 'refuseRecipient', 'refuseSender'] as const)('is not kept after %s', async (fault) => {
    mailbox.fault(fault);
    await expect(createTransport(mailbox.url).sendMail(MAIL)).rejects.toThrow('550');
    expect(mailbox.mails).toEqual([]);
  });

  test('is not accepted with a wrong password', async () => {
    const url = mailbox.url.replace(encodeURIComponent('p:/w'), 'wrong');
    await expect(createTransport(url).sendMail(MAIL)).rejects.toThrow('Authentication failed');
  });
});
