// Telling the administrator that a live has started.
import { foreseen } from '../errors.js';
import { startMail } from '../report/mails.js';
import { refusalText } from '../report/refused.js';
import type { Problem } from '../model.js';
import { isDefaultImage, pictureProblem } from '../plan/streamer-image.js';
import { inform, note, type Act, type Context, type Place } from './act.js';

export const mailStart: Act<'mailStart'> = async (_effect, place, context) => {
  // A disk that would not let us note it afterwards would have us mail every minute.
  await note(place, {}, context);
  const problems = [await problemOfPicture(context), problemOfRecording(place, context)].filter(
    (each) => each !== null,
  );
  const mail = startMail(place.record, place.slot, context.config, context.ports.clock.now(), problems);
  try {
    const { refused } = await context.ports.mail.send(mail);
    context.observe({ refusedAddresses: refused });
    if (refused.length > 0) inform(place, `the start mail did not go to ${refusalText(refused)}`, context);
  } catch (error) {
    const known = foreseen(error);
    if (known !== null && !known.certain) {
      context.observe({ unsureStartMail: place.livestreamId });
      inform(place, `it is not known whether the start mail went (${known.problem.detail})`, context);
      return { record: place.record };
    }
    // One try: that it failed is told with the next error mail.
    await note(place, { startMailSent: true }, context);
    throw error;
  }
  return { record: await note(place, { startMailSent: true }, context) };
};

/** Told when the live has begun: one that could not be started lacks no recording. */
function problemOfRecording({ record, livestreamId, slot }: Place, { tell }: Context): Problem | null {
  if (record.recordingRefused === undefined) return null;
  const problem = { kind: 'recordingRefused', detail: record.recordingRefused } as const;
  tell({ level: 'error', livestreamId, slot, problem });
  return problem;
}

/** BBB's version is asked for when a live has begun, and only where it matters. Told once for all lives: it is one error. */
async function problemOfPicture({ ports, config, tell }: Context): Promise<Problem | null> {
  if (!isDefaultImage(config.streamerImage)) return null;
  const problem = pictureProblem(await ports.bbb.readVersion(), config);
  if (problem !== null) tell({ level: 'error', livestreamId: null, slot: null, problem });
  return problem;
}
