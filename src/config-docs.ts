// The configuration in words, from its table: `.env.example` and the table of the READMEs. No command loads this.
import { SECTIONS, VARIABLES, type Variable } from './config-table.js';

type Language = 'en' | 'fr';

const ALL = Object.values(VARIABLES) as Variable<unknown>[];

const EXAMPLE_HEAD = `# Configuration of bbb-pod-live. Copy this file to .env in the directory in which bbb-pod-live runs, and fill in what is
# required; chmod 600 .env, as it holds secrets. Lines that are left empty mean the default. Real environment variables win.
# A value that holds # or a blank goes between quotes: NAME='value'. Nothing is expanded: $ is a plain character.
`;

/** The text of `.env.example`: every variable in the table's order, with its explanation, default and an example. */
export function environmentExample(): string {
  const lines = ALL.flatMap((variable) => {
    const section = SECTIONS.find(({ from }) => from === variable.name);
    return [...(section === undefined ? [] : ['', `# === ${section.en} ===`]), '', ...exampleLines(variable)];
  });
  return `${EXAMPLE_HEAD}${lines.join('\n')}\n`;
}

function exampleLines(variable: Variable<unknown>): string[] {
  const { name, help, example } = variable;
  const fallback = typeof variable.default === 'string' ? variable.default : '';
  const told = variable.default === null ? 'Required.' : `Default: ${defaultWords(variable, 'en').replaceAll('`', '')}.`;
  return [...wrap(help), `# ${told} Example: ${name}=${example}`, `${name}=${fallback}`];
}

/** Comment lines of at most 120 columns. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 120) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(`# ${word}`);
  }
  return lines;
}

const EMPTY: Record<Language, string> = { en: 'empty', fr: 'vide' };
const REQUIRED: Record<Language, string> = { en: '**required**', fr: '**obligatoire**' };
const HEAD: Record<Language, string> = { en: '| Variable | Default | Meaning | Example |', fr: '| Variable | Défaut | Signification | Exemple |' };

function defaultWords(variable: Variable<unknown>, language: Language): string {
  if (variable.default === null) return REQUIRED[language];
  if (variable.defaultIs !== undefined) return variable.defaultIs[language];
  return variable.default === '' || typeof variable.default === 'function' ? EMPTY[language] : `\`${variable.default}\``;
}

/** The table of the variables for a README, in Markdown. */
export function configurationTable(language: Language): string {
  const rows = ALL.flatMap((variable) => {
    const section = SECTIONS.find(({ from }) => from === variable.name);
    const cells = [
      `\`${variable.name}\``,
      defaultWords(variable, language),
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

const BEGIN = '<!-- configuration: generated -->';
const END = '<!-- /configuration -->';

/** A README with its table as it is to be; null when it has no place for one. */
export function withConfigurationTable(readme: string, language: Language): string | null {
  const begin = readme.indexOf(BEGIN);
  const end = readme.indexOf(END, begin);
  if (begin === -1 || end === -1) return null;
  return `${readme.slice(0, begin + BEGIN.length)}\n\n${configurationTable(language)}\n\n${readme.slice(end)}`;
}
