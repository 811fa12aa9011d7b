import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { MigrationError } from '../../../../src/migrate/ports.js';
import { createReader } from '../../../support/migrate/bbb-reading.js';
import {
  startRecordingsServer,
  type RecordingsServer,
  type RecordingsSettings,
} from '../../../support/migrate/bbb-recordings-server.js';
import { recordingXml } from '../../../support/migrate/recording-xml.js';

const TYPES = ['presentation', 'video', 'podcast'];

let server: RecordingsServer;

beforeAll(async () => {
  server = await startRecordingsServer();
});

afterAll(() => server.stop());

/** A server's list, and how it is asked for. */
interface Case {
  /** The formats of each recording. */
  formats: number[];
  pageSize: number;
  form: Pick<RecordingsSettings, 'pages' | 'total' | 'paging' | 'beyondEnd' | 'allowFetchAll'>;
}

/** Short lists by small pages, and lists around the most that bbb-web gives at once. */
const lists = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      formats: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 8 }),
      pageSize: fc.integer({ min: 1, max: 9 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      formats: fc
        .constantFrom(99, 100, 101, 200, 250)
        .map((count) => Array.from({ length: count }, (_, index) => index % 4)),
      pageSize: fc.constantFrom(50, 99, 100),
    }),
  },
);

const settings = (paging: RecordingsSettings['paging'][]): fc.Arbitrary<Case> => {
  const form = fc.record({
    pages: fc.constantFrom('first format', 'formats', 'all formats'),
    total: fc.constantFrom('in pagination', 'under response', 'nowhere'),
    paging: fc.constantFrom(...paging),
    beyondEnd: fc.constantFrom('empty list', 'no list'),
    allowFetchAll: fc.boolean(),
  });
  return fc.tuple(lists, form).map(([list, is]) => ({ ...list, form: is }));
};

/** What there is; and what is read, or that it fails. */
async function readBoth({ formats, pageSize, form }: Case): Promise<{ whole: unknown; paged: unknown }> {
  const recordings = formats.map((count, index) =>
    recordingXml({
      number: index + 1,
      formats: TYPES.slice(0, count).map((type) => ({ type, url: `@BBB@playback/${type}/${index}` })),
    }),
  );
  Object.assign(server.settings, form, { recordings, allowFetchAll: true });
  const whole = await createReader(server).read({ save: false });
  server.settings.allowFetchAll = form.allowFetchAll;
  const reader = createReader(server);
  const paged: unknown = await reader
    .read({ pageSize: form.allowFetchAll ? pageSize : null })
    .catch((error: unknown) => {
      if (error instanceof MigrationError) return error.message;
      throw error;
    });
  if (typeof paged !== 'string') expect(await reader.read({ fromSaved: true })).toEqual(paged);
  return { whole, paged };
}

describe('reading by pages', () => {
  test('lists every recording with all its formats once, in whatever form the pages come, whatever their size', async () => {
    await fc.assert(
      fc.asyncProperty(settings(['obeyed', 'ignored', 'ignored, in disorder']), async (one) => {
        const { whole, paged } = await readBoth(one);
        expect(paged).toEqual(whole);
      }),
      { numRuns: 80 },
    );
  }, 120_000);

  test('lists every recording with all its formats once, or fails and says so, on a server that shuffles or repeats', async () => {
    let failures = 0;
    await fc.assert(
      fc.asyncProperty(settings(['in disorder', 'offset ignored', 'modulo']), async (one) => {
        const { whole, paged } = await readBoth(one);
        if (typeof paged !== 'string') expect(paged).toEqual(whole);
        else {
          expect(paged).toMatch(/^getRecordings (is incomplete|never ends|cannot be read by pages)/);
          failures += 1;
        }
      }),
      { numRuns: 120 },
    );
    expect(failures).toBeGreaterThan(0);
  }, 120_000);
});
