// Telling the administrator that a live has started.
import { startMail } from '../core/mails.js';
import { go, note, type Act } from './act.js';

export const mailStart: Act<'mailStart'> = async (_effect, place, context) => {
  await context.ports.mail.send(startMail(place.record, place.slot, context.config, context.ports.clock.now()));
  return go(await note(place, { startMailSent: true }, context));
};
