// The journal as text: one JSON object a line.
import {
  checked,
  count,
  decodeObject,
  isMapping,
  listOf,
  oneOf,
  orAbsent,
  parseJson,
  text,
  time,
  yesOrNo,
  type Fields,
  type Parsed,
} from '../../shared/decoder.js';
import type { ClaimEntry, ImportEntry, JournalEntry } from '../model.js';

const COMMON = { at: time, server: text, recording: text };

const IMPORT: Fields<ImportEntry> = {
  ...COMMON,
  way: oneOf(['import-video', 'import-video+moodle']),
  step: oneOf(['begun', 'done', 'forgotten']),
  sourceUrl: text,
  owners: listOf('a list of ids', count),
  informed: orAbsent(yesOrNo),
  toAdministrator: orAbsent(text),
};
const CLAIM: Fields<ClaimEntry> = {
  ...COMMON,
  way: oneOf(['manual-claim']),
  step: oneOf(['begun', 'whole', 'done']),
  file: checked('a file name', (value) => typeof value === 'string' && value !== '' && !value.includes('/')),
  directories: listOf('a list of directories', text),
  size: orAbsent(count),
  validator: orAbsent(text),
};

export function journalLine(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/**
 * The entries of a journal's text. A last line without its end is what a kill left: it was never said to be written, and is
 * left out. Any other damaged line is a fault.
 */
export function parseJournal(content: string): Parsed<JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for (const [index, line] of content
    .slice(0, content.lastIndexOf('\n') + 1)
    .split('\n')
    .entries()) {
    if (line.trim() === '') continue;
    const entry = parseEntry(line);
    if ('fault' in entry) return { fault: `line ${index + 1}: ${entry.fault}` };
    entries.push(entry.value);
  }
  return { value: entries };
}

function parseEntry(line: string): Parsed<JournalEntry> {
  const parsed = parseJson(line);
  if ('fault' in parsed) return parsed;
  const isClaim = isMapping(parsed.value) && parsed.value['way'] === 'manual-claim';
  return isClaim ? decodeObject(parsed.value, CLAIM) : decodeObject(parsed.value, IMPORT);
}
