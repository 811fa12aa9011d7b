// What is mailed to the administrator, before its template.
import type { Config, MailMessage, Problem, SlotRecord } from '../model.js';
import { livePage, rtmpTarget } from '../plan/names.js';
import { problemText } from './messages.js';
import { oneLine } from '../../shared/redact.js';
import { streamUrlParts } from '../../shared/stream-url.js';

/** The French subjects are those of the PHP script, which people have filters for. */
const SUBJECTS = {
  fr: { start: "Démarrage d'un live", errors: 'Erreur rencontrée', recovered: 'Retour à la normale' },
  en: { start: 'A live has started', errors: 'An error was met', recovered: 'Back to normal' },
} as const;

export function subject(name: keyof (typeof SUBJECTS)['fr'], config: Config): string {
  return `[BBB-POD-LIVE] ${SUBJECTS[config.mailLang][name]}`;
}

/** A date as people read it, in the configured zone and language. */
export function readableDate(date: Date, config: Config): string {
  const locale = config.mailLang === 'fr' ? 'fr-FR' : 'en-GB';
  return new Intl.DateTimeFormat(locale, { timeZone: config.timeZone, dateStyle: 'long', timeStyle: 'medium' }).format(
    date,
  );
}

/** "A live has started": its id, its stream without credentials, the server. `problems`: why it will show nothing, what it lacks. */
export function startMail(
  record: SlotRecord,
  slot: number,
  config: Config,
  now: Date,
  problems: Problem[] = [],
): MailMessage {
  return {
    template: 'start',
    subject: subject('start', config),
    values: {
      livestreamId: record.livestreamId,
      stream: streamUrlParts(rtmpTarget(record, config)).withoutCredentials,
      server: config.serverNumber,
      serverHostname: config.serverHostname,
      slot,
      meetingName: oneLine(record.meetingName),
      page: hasPage(record) ? livePage(record, config) : '',
      at: readableDate(now, config),
      warnings: problems.map((problem) => warningOf(problem, config)),
    },
  };
}

function hasPage({ slug, webinar }: SlotRecord): boolean {
  return webinar === undefined ? slug !== null : webinar.page !== null;
}

function warningOf(problem: Problem, { mailLang }: Config): Record<string, string> {
  const { what, next } = problemText(problem, mailLang, { livestreamId: null, slot: null });
  return { what, detail: problem.detail, next };
}
