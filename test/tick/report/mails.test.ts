// What stands in the mail of a start.
import { expect, test } from '@jest/globals';
import { webinarRecord } from '../../support/memory/webinar-samples.js';
import { startMail } from '../../../src/tick/report/mails.js';
import { ENGLISH } from '../../../src/tick/report/messages-en.js';
import { makeConfig } from '../../support/memory/config.js';
import { NOW, slotRecord } from '../../support/memory/samples.js';

const config = makeConfig({ bbbStreamUrl: 'rtmp://user:s3cret@rtmp.univ.test/live/', mailLang: 'fr' });

test('a start is told with its id, its stream without credentials, its server, and the page where viewers watch', () => {
  const mail = startMail(slotRecord(12, { meetingName: 'Cours\n« d’été »' }), 2, config, NOW);
  expect(mail).toEqual({
    template: 'start',
    subject: "[BBB-POD-LIVE] Démarrage d'un live",
    values: {
      livestreamId: 12,
      stream: 'rtmp://rtmp.univ.test/live/bbb-Cours-12',
      warnings: [],
      server: 1,
      serverHostname: 'live1.univ.test',
      slot: 2,
      meetingName: 'Cours « d’été »',
      page: 'https://pod.univ.test/live/direct/bbb-cours-12/',
      at: '2 mars 2026 à 10:10:00',
    },
  });
});

test('a broadcaster of which Pod’s address is not known has no page', () => {
  expect(startMail(slotRecord(12, { slug: null }), 2, config, NOW).values['page']).toBe('');
});

test('in English, the date is English too', () => {
  const { subject, values } = startMail(slotRecord(12), 2, makeConfig({ mailLang: 'en' }), NOW);
  expect(subject).toBe('[BBB-POD-LIVE] A live has started');
  expect(values['at']).toBe('2 March 2026 at 10:10:00');
});

test('a live that will show nothing is told with the reason, and what to do', () => {
  const problem = { kind: 'bbbTooNew', detail: 'BBB 3.0.1' } as const;
  const { warnings } = startMail(slotRecord(12), 2, makeConfig({ mailLang: 'en' }), NOW, [problem]).values;
  expect(warnings).toEqual([{ what: ENGLISH.bbbTooNew.what, detail: 'BBB 3.0.1', next: ENGLISH.bbbTooNew.next }]);
});

test('the start mail of a webinar names its own RTMP server, without what is secret, and its event', () => {
  const { values } = startMail(webinarRecord(), 2, config, NOW);
  expect([values['stream'], values['page']]).toEqual([
    'rtmp://rtmp.univ.test/live/slot1',
    'https://pod.univ.test/live/event/0001-webinaire-1/',
  ]);
  expect(startMail(webinarRecord({}, { page: null }), 2, config, NOW).values['page']).toBe('');
});
