// What one `<recording>` of BBB's `getRecordings` says: from its texts to a recording, or to what is wrong with it.
import type { Parsed } from '../../shared/decoder.js';
import type { BbbRecording } from '../model.js';
import { completeAddress } from './addresses.js';

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
  meetingName: 'meetingName',
} as const;

/** Of an `<error>`, which stands in the place of all that when BBB could not read its own file, whose path this is. */
export const ERROR = { recordID: 'errorPath' } as const;

/** Of a `<format>` of its `<playback>`. */
export const FORMAT = { type: 'type', url: 'url' } as const;

type ValueOf<Names> = Names[keyof Names];
export type RawField = ValueOf<typeof ELEMENTS> | ValueOf<typeof METADATA> | ValueOf<typeof ERROR>;
export type RawFormat = Partial<Record<ValueOf<typeof FORMAT>, string>>;

/** A `<recording>` as it was written; what is not there is not here. */
export interface RawRecording {
  texts: Partial<Record<RawField, string>>;
  formats: RawFormat[];
}

/** How recordings are to be read. */
export interface RecordingReading {
  /** SCRIPT_PLAYBACK_URL_23. */
  convertsTo23: boolean;
  /** SCRIPT_BBB_SERVER_URL, with which addresses are completed. */
  bbbServerUrl: string;
  /** Those that are wanted; null: all that come. */
  states: string[] | null;
  /** HTML's references as what they stand for. */
  decodeReferences(text: string): string;
}

/** bbb-web reads some texts from its own `metadata.xml` with their references, and escapes these once more (`d&amp;#39;eau`). */
const ESCAPED_TWICE = new Set<RawField>([
  'name',
  'meetingName',
  'recordingName',
  'description',
  'originContext',
  'originLabel',
]);

/** From the year 10000 on a day has no four digits, and Pod's columns have no place. */
const LATEST_MS = Date.UTC(10_000, 0);

const LONGEST_QUOTE = 80;

/** The recording's key; empty when it has none. Two with one internalMeetingID, the parts of a long meeting, say, are two. */
export function idOf({ texts }: RawRecording): string {
  return texts.recordId?.trim() || (texts.internalMeetingId?.trim() ?? '');
}

/** The fault is a sentence that names the recording as far as it is known. */
export function parseRecording(raw: RawRecording, reading: RecordingReading): Parsed<BbbRecording> {
  const text = (field: RawField): string => {
    const written = raw.texts[field] ?? '';
    return (ESCAPED_TWICE.has(field) ? reading.decodeReferences(written) : written).trim();
  };
  const [id, errorPath] = [idOf(raw), text('errorPath')];
  const name = text('name') || text('meetingName') || text('recordingName');
  if (errorPath !== '') return { fault: `BBB itself could not read a recording: ${quoted(errorPath)}` };
  if (id === '')
    return { fault: `${withoutId(name, text('meetingId'))} has no id (neither internalMeetingID nor recordID)` };
  if (name === '') return { fault: `recording ${quoted(id)} has no name` };
  const internalId = text('internalMeetingId') || id;
  const address = (type: string): string => completeAddress(urlOf(raw, type), reading.bbbServerUrl);
  const presentationUrl = address('presentation');
  return {
    value: {
      id,
      internalId,
      meetingId: text('meetingId'),
      name,
      startMs: millisecondsOf(text('startTime')),
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
      presentationUrl: reading.convertsTo23 ? at23(presentationUrl, internalId) : presentationUrl,
      videoUrl: address('video'),
    },
  };
}

/** Where the recording is looked at: its video, else its presentation, else nowhere (empty). */
export function sourceUrlOf({ videoUrl, presentationUrl }: Pick<BbbRecording, 'videoUrl' | 'presentationUrl'>): string {
  return videoUrl || presentationUrl;
}

function urlOf({ formats }: RawRecording, type: string): string {
  const urls = formats.filter((format) => format.type?.trim() === type).map(({ url }) => url?.trim() ?? '');
  return urls.find((url) => url !== '') ?? '';
}

/** The recording's own id: one of several recordings of a meeting has another than the meeting. */
const MEETING_ID = /[?&]meetingId=([a-z0-9]{40}-\d{13}(?:-\d{13})?)(?=[&#]|$)/;

/** BBB 2.3 and later play a presentation in the format 2.0 at the address of the format 2.3. The query stays. */
function at23(url: string, internalId: string): string {
  const id = MEETING_ID.exec(url)?.[1] ?? internalId;
  return url.replace('/2.0/playback.html', () => `/2.3/${id}`);
}

function millisecondsOf(text: string): number | null {
  const ms = Number(text);
  return /^\d+$/.test(text) && ms < LATEST_MS ? ms : null;
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
