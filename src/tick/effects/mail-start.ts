// Telling the administrator that a live has started.
import { startMail } from '../report/mails.js';
import { note, type Act } from './act.js';

export const mailStart: Act<'mailStart'> = async (_effect, place, context) => {
  // A disk that would not let us note it afterwards would have us mail every minute.
  await note(place, {}, context);
  const mail = startMail(place.record, place.slot, context.config, context.ports.clock.now());
  try {
    await context.ports.mail.send(mail);
  } finally {
    // One try: after a failure nobody knows whether it was sent. That it failed is told with the next error mail.
    await note(place, { startMailSent: true }, context);
  }
  return { record: { ...place.record, startMailSent: true } };
};
