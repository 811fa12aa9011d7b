// All recordings of a BBB or a Scalelite: in one answer, page by page, or from the answer that an earlier run saved.
import { decodeHTMLStrict } from 'entities/decode';
import type { Clock } from '../../../shared/clock.js';
import type { Http } from '../../../shared/http.js';
import { createCollection } from '../../core/collection.js';
import { isAll } from '../../core/page-cursor.js';
import type { RawRecording } from '../../core/recordings.js';
import { MigrationError, type BbbRecordings } from '../../ports.js';
import { createRecordingsCall, NotAtOnceError, type BbbAccess, type RecordingsCall } from './recordings-call.js';
import { readPages, type PagedReading } from './recordings-pages.js';
import { savedAnswerOf, savedRecordings, type SavedAnswer } from './saved-answer.js';

export interface BbbRecordingsConfig extends BbbAccess {
  /** SCRIPT_PLAYBACK_URL_23. */
  convertsTo23: boolean;
  /** Where the answer is saved. */
  directory: string;
}

const PROGRESS_EVERY = 1000;

/** What a server that does not list all at once is asked for instead: the most that bbb-web gives. */
const PAGE_SIZE = 100;

export function createBbbRecordings(
  config: BbbRecordingsConfig,
  http: Pick<Http, 'open'>,
  { clock, ending }: { clock: Pick<Clock, 'sleep'>; ending: AbortSignal },
): BbbRecordings {
  const saved = savedAnswerOf(config.directory, config.bbbServerUrl);
  return {
    read: async ({ keep, pageSize, states, save, fromSaved, progress, tell }) => {
      const collection = createCollection(keep, { ...config, states, decodeReferences: decodeHTMLStrict });
      const take = (raw: RawRecording): void => {
        collection.add(raw);
        if (collection.count() % PROGRESS_EVERY === 0) progress(collection.count());
      };
      const call = createRecordingsCall(config, http, states, ending);
      const paged = {
        call,
        collection,
        ...(save ? { saved } : {}),
        progress,
        sleep: (ms: number) => clock.sleep(ms),
        ending,
      };
      if (fromSaved) for await (const raw of savedRecordings(saved)) take(raw);
      else if (pageSize !== null) await readPages({ ...paged, pageSize });
      else await readAtOnceOrByPages(take, { ...paged, pageSize: PAGE_SIZE }, tell);
      progress(collection.count());
      return collection.list();
    },
  };
}

/** Pages are of use only to a server that answers the first one. */
async function readAtOnceOrByPages(
  take: (raw: RawRecording) => void,
  paged: PagedReading,
  tell: (text: string) => void,
): Promise<void> {
  try {
    await readAtOnce(paged.call, take, paged.saved);
  } catch (error) {
    if (!(error instanceof NotAtOnceError)) throw error;
    if (!(await hasPages(paged.call))) throw error;
    tell(`${error.message.replace(/:.*/s, '')}: its list is read page by page, ${paged.pageSize} recordings each.`);
    await readPages(paged);
  }
}

async function readAtOnce(
  call: RecordingsCall,
  take: (raw: RawRecording) => void,
  saved: SavedAnswer | undefined,
): Promise<void> {
  let count = 0;
  const isWhole = (total: number | null): boolean => isAll(total, count);
  const recordings = call('', saved === undefined ? undefined : { answer: saved, isWhole });
  for await (const raw of recordings) {
    count += 1;
    take(raw);
  }
  const answer = recordings.result();
  // bbb-web's allowFetchAllRecordings; a server without recordings sends an empty list.
  if (answer.kind === 'unlisted')
    throw new NotAtOnceError(
      'that server refuses to list all recordings at once (allowFetchAllRecordings): getRecordings answers noRecordings without a list',
    );
  if (!isWhole(answer.totalElements))
    throw new NotAtOnceError(
      `that server gives ${count} of its ${answer.totalElements} recordings at once: ask page by page with --page-size 100`,
    );
}

/** What keeps it from giving one says no more than what kept it from giving all. */
async function hasPages(call: RecordingsCall): Promise<boolean> {
  try {
    const page = call('offset=0&limit=1')[Symbol.asyncIterator]();
    while ((await page.next()).done !== true);
    return true;
  } catch (error) {
    if (error instanceof MigrationError) return false;
    throw error;
  }
}
