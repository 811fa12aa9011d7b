// The rows of the CSV export: one cell for each column, in the order of the header.
import { expect, test } from '@jest/globals';
import { csvHeader, csvRow } from '../../../src/migrate/core/csv-row.js';
import type { BbbRecording } from '../../../src/migrate/model.js';

const RECORDING: BbbRecording = {
  id: 'abc-1',
  internalId: 'abc-1',
  meetingId: 'room',
  name: 'Cours',
  startMs: Date.UTC(2024, 0, 15, 23, 30),
  recordingName: 'Séance',
  origin: 'Moodle',
  originServerName: 'moodle.univ.fr',
  originVersion: '4.1',
  originContext: 'Droit',
  originId: '7',
  originLabel: 'L1',
  description: 'Premier cours',
  published: 'true',
  state: 'published',
  presentationUrl: 'https://bbb/p',
  videoUrl: '',
};

test('each column says what its name promises; the day is that of the site', () => {
  const cells = csvRow(RECORDING, 'Europe/Paris', null);
  expect(Object.fromEntries(csvHeader(false).map((column, index) => [column, cells[index]]))).toEqual({
    meeting_name: 'Cours',
    recording_name: 'Séance',
    start_date: '2024-01-16',
    origin: 'Moodle',
    origin_server_name: 'moodle.univ.fr',
    origin_version: '4.1',
    origin_context: 'Droit',
    origin_id: '7',
    origin_label: 'L1',
    description: 'Premier cours',
    published: 'true',
    state: 'published',
    source_url: 'https://bbb/p',
  });
  expect(cells).toHaveLength(csvHeader(false).length);
});

test('the owners are the last column, there only when Moodle was asked', () => {
  const owners = [
    { id: 1, firstName: 'Ada', lastName: 'Lovelace', username: 'ada', email: 'ada@univ.fr' },
    { id: 2, firstName: '', lastName: '', username: 'mcurie', email: '' },
  ];
  expect(csvHeader(true)).toEqual([...csvHeader(false), 'Moodle_owners']);
  expect(csvRow(RECORDING, 'Europe/Paris', owners).at(-1)).toBe('Ada Lovelace (ada), (mcurie)');
  expect(csvRow(RECORDING, 'Europe/Paris', []).at(-1)).toBe('');
});

test('a recording without a start has no day', () => {
  expect(csvRow({ ...RECORDING, startMs: null }, 'Europe/Paris', null)[2]).toBe('');
});
