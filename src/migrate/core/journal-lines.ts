// The journal as text: one JSON object a line.
import {
  count,
  isMapping,
  oneOf,
  orAbsent,
  parseJson,
  pick,
  text,
  time,
  yesOrNo,
  type Parsed,
  type Rule,
} from '../../core/checked.js';
import type { JournalEntry } from '../model.js';

const COMMON: Record<string, Rule> = { at: time, server: text, recording: text };
const ids: Rule = { expected: 'a list of ids', holds: (value) => Array.isArray(value) && value.every(count.holds) };

const IMPORT: Record<string, Rule> = {
  ...COMMON,
  way: oneOf(['import-video', 'import-video+moodle']),
  step: oneOf(['begun', 'done', 'forgotten']),
  sourceUrl: text,
  owners: ids,
  informed: orAbsent(yesOrNo),
};
const CLAIM: Record<string, Rule> = {
  ...COMMON,
  way: oneOf(['manual-claim']),
  step: oneOf(['begun', 'whole', 'done']),
  file: {
    expected: 'a file name',
    holds: (value) => typeof value === 'string' && value !== '' && !value.includes('/'),
  },
  directories: { expected: 'a list of directories', holds: (value) => Array.isArray(value) && value.every(text.holds) },
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
  const picked = pick(parsed.value, isClaim ? CLAIM : IMPORT);
  return 'fault' in picked ? picked : { value: picked.value as unknown as JournalEntry };
}
