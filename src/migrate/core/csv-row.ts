// The rows of the CSV export, in the original's columns and order.
import type { MoodleUser, BbbRecording } from '../model.js';
import { dayInZone } from './day.js';
import { describePerson } from './people.js';
import { sourceUrlOf } from './recordings.js';

const COLUMNS = [
  'meeting_name',
  'recording_name',
  'start_date',
  'origin',
  'origin_server_name',
  'origin_version',
  'origin_context',
  'origin_id',
  'origin_label',
  'description',
  'published',
  'state',
  'source_url',
];

/** `withOwners`: Moodle was asked. */
export function csvHeader(withOwners: boolean): string[] {
  return withOwners ? [...COLUMNS, 'Moodle_owners'] : COLUMNS;
}

/** `owners`: null without that column. */
export function csvRow(recording: BbbRecording, timeZone: string, owners: MoodleUser[] | null): string[] {
  const cells = [
    recording.name,
    recording.recordingName,
    recording.startMs === null ? '' : dayInZone(recording.startMs, timeZone),
    recording.origin,
    recording.originServerName,
    recording.originVersion,
    recording.originContext,
    recording.originId,
    recording.originLabel,
    recording.description,
    recording.published,
    recording.state,
    sourceUrlOf(recording),
  ];
  return owners === null ? cells : [...cells, owners.map(describePerson).join(', ')];
}
