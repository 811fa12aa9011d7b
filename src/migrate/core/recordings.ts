// What one `<recording>` of BBB's `getRecordings` says: from its texts to a recording, or to what is wrong with it.
import type { Parsed } from '../../shared/decoder.js';
import type { Recording } from '../model.js';

/** The elements of a `<recording>` that are read, and what each is called here. */
export const ELEMENTS = {
  recordID: 'recordId',
  internalMeetingID: 'internalMeetingId',
  meetingID: 'meetingId',
  name: 'name',
  startTime: 'startTime',
  published: 'published',
  state: 'state',
} as const;

/** Likewise, the elements of its `<metadata>`: what Moodle, Greenlight or Pod noted when they made the meeting. */
export const METADATA = {
  'bbb-origin': 'origin',
  'bbb-origin-server-name': 'originServerName',
  'bbb-origin-version': 'originVersion',
  'bbb-context': 'originContext',
  'bbb-context-id': 'originId',
  'bbb-context-label': 'originLabel',
  'bbb-recording-description': 'description',
  'bbb-recording-name': 'recordingName',
} as const;

export type RawField = (typeof ELEMENTS)[keyof typeof ELEMENTS] | (typeof METADATA)[keyof typeof METADATA];

/** A `<recording>` as it was written; what is not there is not here. */
export interface RawRecording {
  texts: Partial<Record<RawField, string>>;
  formats: RawFormat[];
}

/** A `<format>` of its `<playback>`. */
export interface RawFormat {
  type?: string;
  url?: string;
}

/** From the year 10000 on a day has no four digits, and Pod's columns have no place. */
const LATEST_MS = Date.UTC(10_000, 0);

const LONGEST_QUOTE = 80;

/** The recording's key; empty when it has none. */
export function idOf({ texts }: RawRecording): string {
  return texts.internalMeetingId?.trim() || (texts.recordId?.trim() ?? '');
}

/** `convertsTo23`: SCRIPT_PLAYBACK_URL_23. The fault is a sentence that names the recording as far as it is known. */
export function parseRecording(raw: RawRecording, convertsTo23: boolean): Parsed<Recording> {
  const text = (field: RawField): string => raw.texts[field]?.trim() ?? '';
  const id = idOf(raw);
  const name = text('name');
  const startMs = millisecondsOf(text('startTime'));
  if (id === '')
    return { fault: `${withoutId(name, text('meetingId'))} has no id (neither internalMeetingID nor recordID)` };
  if (name === '') return { fault: `recording ${quoted(id)} has no name` };
  if (startMs === null) return { fault: `recording ${quoted(id)} (${quoted(name)}) ${badStart(text('startTime'))}` };
  const presentationUrl = urlOf(raw, 'presentation');
  return {
    value: {
      id,
      meetingId: text('meetingId'),
      name,
      startMs,
      recordingName: text('recordingName'),
      origin: text('origin'),
      originServerName: text('originServerName'),
      originVersion: text('originVersion'),
      originContext: text('originContext'),
      originId: text('originId'),
      originLabel: text('originLabel'),
      description: text('description'),
      published: text('published'),
      state: text('state'),
      presentationUrl: convertsTo23 ? at23(presentationUrl, id) : presentationUrl,
      videoUrl: urlOf(raw, 'video'),
    },
  };
}

/** Where the recording is looked at: its video, else its presentation, else nowhere (empty). */
export function sourceUrlOf({ videoUrl, presentationUrl }: Pick<Recording, 'videoUrl' | 'presentationUrl'>): string {
  return videoUrl || presentationUrl;
}

function urlOf({ formats }: RawRecording, type: string): string {
  const urls = formats.filter((format) => format.type?.trim() === type).map(({ url }) => url?.trim() ?? '');
  return urls.find((url) => url !== '') ?? '';
}

/** BBB 2.3 and later play a presentation in the format 2.0 at the address of the format 2.3. The query stays. */
function at23(url: string, id: string): string {
  return url.replace('/2.0/playback.html', () => `/2.3/${id}`);
}

function millisecondsOf(text: string): number | null {
  const ms = Number(text);
  return /^\d+$/.test(text) && ms < LATEST_MS ? ms : null;
}

function badStart(text: string): string {
  return text === '' ? 'has no startTime' : `has a startTime that is no number of milliseconds: ${quoted(text)}`;
}

function withoutId(name: string, meetingId: string): string {
  if (name !== '') return `a recording named ${quoted(name)}`;
  return meetingId === '' ? 'a recording without a name' : `a recording of the meeting ${quoted(meetingId)}`;
}

/** On one line, and not too long: what stands in an answer may be anything. */
function quoted(text: string): string {
  const line = text.replace(/[\s\p{Cc}]+/gu, ' ');
  const points = [...line];
  return points.length > LONGEST_QUOTE ? `${points.slice(0, LONGEST_QUOTE).join('')}…` : line;
}
