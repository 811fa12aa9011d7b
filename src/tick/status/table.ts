// A status for people: lines of at most 100 columns.
import { dateInZone } from '../../shared/date-in-zone.js';
import { cutToWidth, displayWidth, padToWidth, wrapped } from '../../shared/display-width.js';
import type {
  LiveStatus,
  OutboxStatus,
  ProblemStatus,
  SlotState,
  SlotStatus,
  Status,
  TicksStatus,
  WaitingStatus,
} from './fields.js';

export const WIDEST = 100;

export type Tone = 'good' | 'care' | 'bad' | 'faint' | 'strong';

/** Adds nothing to what is seen but its colour. */
export type Paint = (text: string, tone: Tone) => string;

export interface TableOptions {
  timeZone: string;
  paint: Paint;
}

const TONES: Record<SlotState, Tone> = {
  free: 'faint',
  starting: 'care',
  waiting: 'care',
  'on air': 'good',
  silent: 'bad',
  failed: 'bad',
  ending: 'care',
  busy: 'care',
  unknown: 'bad',
};

const VERDICTS: Record<Status['exitStatus'], { text: string; tone: Tone }> = {
  0: { text: 'All is well.', tone: 'good' },
  1: { text: 'Something needs a hand: see below.', tone: 'bad' },
  3: { text: 'It cannot be known whether all is well: see below.', tone: 'bad' },
};

export function tableOf(status: Status, options: TableOptions): string[] {
  const { server, exitStatus } = status;
  const number = server.of === 1 ? '' : ` (server ${server.number} of ${server.of})`;
  const verdict = VERDICTS[exitStatus];
  return [
    ...wrapped(`${server.hostname}${number}, ${dateAndTime(status.at, options)}`, WIDEST),
    options.paint(verdict.text, verdict.tone),
    '',
    ...slotLines(status, options),
    ...section(
      'WAITING IN POD',
      status.waiting?.flatMap((one) => waitingLines(one, status, options)),
      options,
    ),
    ...section(
      'OUTBOX',
      status.outbox?.flatMap((one) => outboxLines(one, status, options)),
      options,
    ),
    ...section('TICKS', tickLines(status.ticks, status, options), options),
    ...troubleLines('NEEDS A HAND', status.problems, status, options),
    ...troubleLines('NOT KNOWN', status.unread, status, options),
  ];
}

/** Empty: nothing is there; undefined: that is not known. */
function section(title: string, lines: string[] | undefined, { paint }: TableOptions): string[] {
  const heading = paint(title, 'strong');
  if (lines === undefined) return ['', `${heading}  not known`];
  return lines.length === 0 ? ['', `${heading}  none`] : ['', heading, ...lines];
}

interface Column {
  title: string;
  /** At most; a cell that is wider is cut. */
  width: number;
  cell(slot: SlotStatus, live: LiveStatus | null, at: string, options: TableOptions): string;
}

const COLUMNS: Column[] = [
  { title: 'SLOT', width: 5, cell: ({ slot }) => String(slot) },
  { title: 'STATE', width: 8, cell: ({ state }) => state },
  { title: 'LIVE', width: 8, cell: (_slot, live) => (live === null ? '' : String(live.livestreamId)) },
  {
    title: 'SINCE',
    width: 11,
    cell: (_slot, live, at, options) => (live === null ? '' : timeIn(live.since, at, options)),
  },
  { title: 'ON AIR AFTER', width: 12, cell: (_slot, live) => durationIn(live?.onAirAfterSeconds ?? null) },
  { title: 'RECORDING', width: 15, cell: (_slot, live) => (live === null ? '' : recordingIn(live)) },
  { title: 'CHAT', width: 9, cell: (_slot, live) => live?.chat ?? '' },
  { title: 'RESTARTS', width: 8, cell: (_slot, live) => (live === null ? '' : String(live.restarts)) },
  { title: 'USER', width: 8, cell: (_slot, live) => userIn(live?.user) },
];

const GAP = '  ';
const INDENT = ' '.repeat(6);

function slotLines({ slots, at }: Status, options: TableOptions): string[] {
  const textIn = ({ cell, width }: Column, slot: SlotStatus): string =>
    cutToWidth(cell(slot, slot.live, at, options), width);
  const columns = COLUMNS.map((column) => {
    const widths = slots.map((slot) => displayWidth(textIn(column, slot)));
    return { ...column, room: Math.max(column.title.length, ...widths) };
  });
  const heading = columns
    .map(({ title, room }) => padToWidth(title, room))
    .join(GAP)
    .trimEnd();
  return [
    options.paint(heading, 'strong'),
    ...slots.flatMap((slot) => {
      const line = columns.map((column) => padToWidth(textIn(column, slot), column.room)).join(GAP);
      return [painted(line.trimEnd(), slot.state, options), ...aboutLive(slot, options)];
    }),
  ];
}

/** Only the state has a colour: it is the first word of letters in its line. */
function painted(line: string, state: SlotState, { paint }: TableOptions): string {
  const at = line.indexOf(state);
  return line.slice(0, at) + paint(state, TONES[state]) + line.slice(at + state.length);
}

/** What people have typed stands last on a line of its own: should a terminal draw it wider, nothing beside it moves. */
function aboutLive({ live, note }: SlotStatus, { paint }: TableOptions): string[] {
  const room = WIDEST - INDENT.length;
  return [
    ...(live?.meeting == null ? [] : [INDENT + cutToWidth(live.meeting, room)]),
    ...(live?.page == null ? [] : [INDENT + paint(cutToWidth(live.page, room), 'faint')]),
    ...wrapped(note, room).map((line) => INDENT + line),
  ];
}

function recordingIn({ recording }: LiveStatus): string {
  const { asked, refused, bytes, growing } = recording;
  if (refused !== null) return 'refused';
  if (bytes === null) return asked ? 'asked' : 'no';
  return `${sizeIn(bytes)}${growing === null ? '' : growing ? ' growing' : ' stuck'}`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `412 MB`, `1.2 GB`: of a thousand. */
export function sizeIn(bytes: number): string {
  let [amount, unit] = [bytes, 0];
  while (amount >= 999.5 && unit < UNITS.length - 1) [amount, unit] = [amount / 1000, unit + 1];
  return `${unit > 2 && amount < 99.95 ? amount.toFixed(1) : amount.toFixed(0)} ${UNITS[unit] as string}`;
}

/** `41 s`, `3 min 05 s`, `2 h 10 min`; empty when it is not known. */
export function durationIn(seconds: number | null): string {
  if (seconds === null) return '';
  if (seconds < 60) return `${seconds} s`;
  const two = (number: number): string => String(number).padStart(2, '0');
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)];
  return hours === 0 ? `${minutes} min ${two(Math.floor(seconds % 60))} s` : `${hours} h ${two(minutes % 60)} min`;
}

function userIn(user: LiveStatus['user'] | undefined): string {
  return user == null ? '' : user.id === null ? '?' : String(user.id);
}

/** By a clock in the configured zone. */
function dateAndTime(iso: string, { timeZone }: TableOptions): string {
  const { year, month, day, hour, minute, second } = dateInZone(new Date(iso), timeZone);
  return `${year}-${month}-${day} ${hour}:${minute}:${second}`;
}

/** The same, in short: with the day only where that is another than that of `at`. */
function timeIn(iso: string, at: string, options: TableOptions): string {
  if (Number.isNaN(Date.parse(iso))) return '?';
  const [day, time] = [dateAndTime(iso, options).slice(0, -9), dateAndTime(iso, options).slice(-8, -3)];
  return dateAndTime(at, options).startsWith(`${day} `) ? time : `${day.slice(-5)} ${time}`;
}

function waitingLines(
  { livestreamId, meeting, user, since, why }: WaitingStatus,
  { at }: Status,
  options: TableOptions,
): string[] {
  const who = user === null ? '' : `, user ${userIn(user)}`;
  return [
    ...item(`livestream ${livestreamId}${who}, since ${timeIn(since, at, options)}: ${why}`),
    ...(meeting === null ? [] : [`    ${cutToWidth(meeting, WIDEST - 4)}`]),
  ];
}

function outboxLines({ entry, since, why }: OutboxStatus, { at }: Status, options: TableOptions): string[] {
  return item(`${entry}${since === null ? '' : `, since ${timeIn(since, at, options)}`}: ${why}`);
}

const CRON: Record<TicksStatus['cron'], string> = {
  runs: 'cron runs',
  silent: 'no tick comes any more',
  never: 'no tick has come yet',
  unknown: 'not known',
};

/** The newest first. */
function tickLines({ cron, last }: TicksStatus, { at }: Status, options: TableOptions): string[] {
  const ticks = last.map(({ startedAt, seconds, result }) => {
    const time = seconds === null ? '' : ` ${seconds} s`;
    return `${timeIn(startedAt, at, options)}${time} ${result}`;
  });
  return item([CRON[cron], ...(ticks.length === 0 ? [] : [`the last: ${ticks.join(', ')}`])].join('; '));
}

function troubleLines(title: string, troubles: ProblemStatus[], { at }: Status, options: TableOptions): string[] {
  if (troubles.length === 0) return [];
  const lines = troubles.flatMap(({ livestreamId, slot, since, what, next }) => {
    const place = [
      ...(livestreamId === null ? [] : [`livestream ${livestreamId}`]),
      ...(slot === null ? [] : [`slot ${slot}`]),
    ].join(', ');
    const told = since === null ? '' : `, since ${timeIn(since, at, options)}`;
    return [
      ...item(`${place === '' ? '' : `${place}: `}${what}${told}.`),
      ...wrapped(next, WIDEST - 4).map((line) => `    ${line}`),
    ];
  });
  return ['', options.paint(title, 'bad'), ...lines];
}

/** One thing of a list. */
function item(text: string): string[] {
  return wrapped(text, WIDEST - 4).map((line, index) => `${index === 0 ? '  - ' : '    '}${line}`);
}
