// One recording as bbb-web writes it, by what a test cares about.
export interface RecordingShape {
  /** From 1; a greater one is newer. */
  number: number;
  meetingId?: string;
  name?: string;
  startMs?: number;
  /** `<metadata>`; that of a Moodle by default. */
  meta?: Record<string, string>;
  /** A presentation by default; `@BBB@` is the server's address. */
  formats?: { type: string; url: string }[];
}

const FIRST_MS = 1_705_316_400_000;

export function startOf(number: number): number {
  return FIRST_MS + number * 3_600_000;
}

export function idOf(number: number): string {
  return `${String(number).padStart(40, 'a')}-${startOf(number)}`;
}

export function presentationOf(number: number): string {
  return `@BBB@playback/presentation/2.3/${idOf(number)}`;
}

export const MOODLE = { 'bbb-origin': 'Moodle', 'bbb-origin-server-name': 'moodle.univ.example' };

export function recordingXml({
  number,
  meetingId = `moodle-${number}`,
  name = `Cours ${number}`,
  startMs = startOf(number),
  meta = MOODLE,
  formats,
}: RecordingShape): string {
  const id = idOf(number);
  const elements = Object.entries(meta).map(([key, value]) => `<${key}>${escape(value)}</${key}>`);
  const playbacks = (formats ?? [{ type: 'presentation', url: presentationOf(number) }]).map(
    ({ type, url }) => `<format><type>${type}</type><url>${escape(url)}</url></format>`,
  );
  return [
    `<recording><recordID>${id}</recordID><meetingID>${escape(meetingId)}</meetingID><internalMeetingID>${id}</internalMeetingID><name>${escape(name)}</name>`,
    `<published>true</published><state>published</state><startTime>${startMs}</startTime><metadata>${elements.join('')}</metadata>`,
    `<playback>${playbacks.join('')}</playback></recording>`,
  ].join('');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
