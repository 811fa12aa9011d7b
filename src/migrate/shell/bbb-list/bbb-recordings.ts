// All recordings of a BBB or a Scalelite: in one answer, page by page, or from the answer that an earlier run saved.
import type { Clock } from '../../../shared/clock.js';
import type { Http } from '../../../shared/http.js';
import { createCollection } from '../../core/collection.js';
import type { RawRecording } from '../../core/recordings.js';
import { MigrationError, type BbbRecordings } from '../../ports.js';
import { createRecordingsCall, type BbbAccess } from './recordings-call.js';
import { readPages } from './recordings-pages.js';
import { readSavedAnswer, savedAnswerOf, type SavedAnswer } from './saved-answer.js';

export interface BbbRecordingsConfig extends BbbAccess {
  /** SCRIPT_PLAYBACK_URL_23. */
  convertsTo23: boolean;
  /** Where the answer is saved. */
  directory: string;
}

const PROGRESS_EVERY = 1000;

export function createBbbRecordings(
  config: BbbRecordingsConfig,
  http: Pick<Http, 'open'>,
  { clock, ending }: { clock: Pick<Clock, 'sleep'>; ending: AbortSignal },
): BbbRecordings {
  const saved = savedAnswerOf(config.directory, config.bbbServerUrl);
  return {
    read: async ({ keep, pageSize, save, fromSaved, progress }) => {
      const collection = createCollection(keep, config.convertsTo23);
      const take = (raw: RawRecording): void => {
        collection.add(raw);
        if (collection.count() % PROGRESS_EVERY === 0) progress(collection.count());
      };
      const call = createRecordingsCall(config, http, ending);
      const saving = save ? { saved } : {};
      if (fromSaved) await readSavedAnswer(saved, take);
      else if (pageSize === null) await readAtOnce(call, take, saving.saved);
      else await readPages({ call, collection, pageSize, ...saving, progress, pause: (ms) => clock.sleep(ms), ending });
      progress(collection.count());
      return collection.list();
    },
  };
}

async function readAtOnce(
  call: ReturnType<typeof createRecordingsCall>,
  take: (raw: RawRecording) => void,
  saved?: SavedAnswer,
): Promise<void> {
  const { kind } = await call('', take, saved);
  // bbb-web's allowFetchAllRecordings=false; a server without recordings sends an empty list.
  if (kind === 'unlisted')
    throw new MigrationError(
      'getRecordings answers noRecordings without a list: that server refuses to list all recordings at once (allowFetchAllRecordings); ask page by page with --page-size 100',
    );
}
