// The elements of BBB's answer to `getRecordings` that are read: each is known by its place, since a `<name>` in the metadata is
// not the recording's name.
import {
  ELEMENTS,
  ERROR,
  FORMAT,
  METADATA,
  type RawField,
  type RawFormat,
  type RawRecording,
} from '../../core/recordings.js';

/** What the answer says beside its recordings. */
export type AnswerField = 'returncode' | 'messageKey' | 'message' | 'errorMessage' | 'totalElements';

/** An element in its place. */
interface Place {
  inside: ReadonlyMap<string, Place>;
  /** Its text is wanted, by this name. */
  field?: AnswerField | RawField | keyof RawFormat;
  is?: 'pagination' | 'recordings' | 'recording' | 'format';
}

type Fields = Record<string, NonNullable<Place['field']>>;

const ELSEWHERE: Place = { inside: new Map() };

function place(fields: Fields, places: Record<string, Place> = {}, is?: Place['is']): Place {
  const leaves = Object.entries(fields).map(([name, field]) => [name, { ...ELSEWHERE, field }] as const);
  return { inside: new Map([...leaves, ...Object.entries(places)]), ...(is === undefined ? {} : { is }) };
}

const RECORDING = place(
  ELEMENTS,
  {
    metadata: place(METADATA),
    playback: place({}, { format: place(FORMAT, {}, 'format') }),
    error: place(ERROR),
  },
  'recording',
);

/** Newer versions of bbb-web tell the total beside the list, not within `<pagination>`; some tell a refusal within `<errors>`. */
const RESPONSE = place(
  { returncode: 'returncode', messageKey: 'messageKey', message: 'message', totalElements: 'totalElements' },
  {
    pagination: place({ totalElements: 'totalElements' }, {}, 'pagination'),
    errors: place({}, { error: place({ key: 'messageKey', message: 'errorMessage' }) }),
    recordings: place({}, { recording: RECORDING }, 'recordings'),
  },
);

const DOCUMENT = place({}, { response: RESPONSE });

/** What was read so far. */
export interface AnswerSoFar {
  texts: Partial<Record<AnswerField, string>>;
  hasList: boolean;
  isPage: boolean;
}

/** Follows the elements as they open and close. Of those that are there more than once the first counts. */
export interface AnswerElements {
  open(name: string): void;
  wantsText(): boolean;
  text(part: string): void;
  close(): void;
  soFar: AnswerSoFar;
  /** The recordings that have ended since this was called last. */
  takeRecordings(): RawRecording[];
}

export function followElements(): AnswerElements {
  const soFar: AnswerSoFar = { texts: {}, hasList: false, isPage: false };
  const above: Place[] = [];
  let here = DOCUMENT;
  let text = '';
  let recording: RawRecording = { texts: {}, formats: [] };
  let format: RawFormat = {};
  let ended: RawRecording[] = [];

  const keepText = (field: NonNullable<Place['field']>): void => {
    const parent = above.at(-1);
    const texts: Partial<Record<string, string>> =
      parent?.is === 'format' ? format : above.includes(RECORDING) ? recording.texts : soFar.texts;
    texts[field] ??= text;
  };

  const end = (what: NonNullable<Place['is']>): void => {
    if (what === 'pagination') soFar.isPage = true;
    if (what === 'recordings') soFar.hasList = true;
    if (what === 'format') {
      recording.formats.push(format);
      format = {};
    }
    if (what === 'recording') {
      ended.push(recording);
      recording = { texts: {}, formats: [] };
    }
  };

  return {
    open: (name) => {
      above.push(here);
      here = here.inside.get(name) ?? ELSEWHERE;
      if (here.field !== undefined) text = '';
    },
    wantsText: () => here.field !== undefined,
    text: (part) => {
      text += part;
    },
    close: () => {
      if (here.field !== undefined) keepText(here.field);
      if (here.is !== undefined) end(here.is);
      here = above.pop() ?? DOCUMENT;
    },
    soFar,
    takeRecordings: () => {
      const taken = ended;
      ended = [];
      return taken;
    },
  };
}
