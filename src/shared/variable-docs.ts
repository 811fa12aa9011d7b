// A program's table of variables in words: a table in Markdown, and the lines of `.env.example`.
import type { Section, Variable } from './configuration.js';

export type Language = 'en' | 'fr';

export interface VariableTable {
  variables: Variable<unknown>[];
  sections: Section[];
}

const EMPTY: Record<Language, string> = { en: 'empty', fr: 'vide' };
const REQUIRED: Record<Language, string> = { en: '**required**', fr: '**obligatoire**' };
const HEAD: Record<Language, string> = {
  en: '| Variable | Default | Meaning | Example |',
  fr: '| Variable | Défaut | Signification | Exemple |',
};

/** In Markdown; the sections are rows of their own. */
export function markdownTable({ variables, sections }: VariableTable, language: Language): string {
  const rows = variables.flatMap((variable) => {
    const section = sections.find(({ from }) => from === variable.name);
    const cells = [
      `\`${variable.name}\``,
      variable.default === null ? REQUIRED[language] : defaultText(variable, language),
      language === 'fr' ? variable.helpFr : variable.help,
      `\`${variable.example}\``,
    ];
    return [...(section === undefined ? [] : [row([`**${section[language]}**`, '', '', ''])]), row(cells)];
  });
  return [HEAD[language], '| --- | --- | --- | --- |', ...rows].join('\n');
}

function row(cells: string[]): string {
  return `| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
}

/** The lines of `.env.example`, in the table's order, each section after its name. */
export function exampleLines({ variables, sections }: VariableTable, prefix = ''): string[] {
  return variables.flatMap((variable) => {
    const section = sections.find(({ from }) => from === variable.name);
    const fallback = typeof variable.default === 'string' ? variable.default : '';
    return [
      ...(section === undefined ? [] : ['', `# === ${prefix}${section.en} ===`]),
      '',
      ...wrapped(variable.help),
      `# ${defaultSentence(variable).replaceAll('`', '')} Example: ${variable.name}=${variable.example}`,
      `${variable.name}=${fallback}`,
    ];
  });
}

/** In English: `Required.`, or what is taken without a value. */
export function defaultSentence(variable: Variable<unknown>): string {
  return variable.default === null ? 'Required.' : `Default: ${defaultText(variable, 'en')}.`;
}

function defaultText(variable: Variable<unknown>, language: Language): string {
  if (variable.defaultIs !== undefined) return variable.defaultIs[language];
  return typeof variable.default !== 'string' || variable.default === '' ? EMPTY[language] : `\`${variable.default}\``;
}

/** Comment lines of at most 120 columns. */
function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 120) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}
