// The configuration in words, from its tables: `.env.example` and the tables of the READMEs. No command loads this.
import type { Section, Variable } from './shared/configuration.js';
import { SECTIONS, VARIABLES } from './tick/config-table.js';
import { MIGRATION_SECTIONS, MIGRATION_VARIABLES } from './migrate/config-table.js';

type Language = 'en' | 'fr';

interface Table {
  variables: Variable<unknown>[];
  sections: Section[];
}

const TICK: Table = { variables: Object.values(VARIABLES), sections: SECTIONS };

/** Without the variables that a tick reads too. */
const MIGRATION: Table = {
  variables: (Object.values(MIGRATION_VARIABLES) as Variable<unknown>[]).filter(
    ({ name }) => !TICK.variables.some((other) => other.name === name),
  ),
  sections: MIGRATION_SECTIONS,
};

const EXAMPLE_HEAD = `# Configuration of bbb-pod-live. Copy this file to .env in the directory in which bbb-pod-live runs, and fill in what is
# required; chmod 600 .env, as it holds secrets. Lines that are left empty mean the default. Real environment variables win.
# A value that holds # or a blank goes between quotes: NAME='value'. Nothing is expanded: $ is a plain character.
`;

const MIGRATION_HEAD = [
  '',
  '# What follows is for bbb-pod-live migrate-recordings alone, which also reads POD_URL, POD_TOKEN, TZ, BBB_CHECKSUM and',
  '# HTTP_TIMEOUT_S above; "Required" means: by the ways that are named. A tick does not look at it.',
];

/** The text of `.env.example`: every variable in the table's order, with its explanation, default and an example. */
export function environmentExample(): string {
  const lines = ({ variables, sections }: Table, prefix = ''): string[] =>
    variables.flatMap((variable) => {
      const section = sections.find(({ from }) => from === variable.name);
      return [
        ...(section === undefined ? [] : ['', `# === ${prefix}${section.en} ===`]),
        '',
        ...exampleLines(variable),
      ];
    });
  return `${[EXAMPLE_HEAD.trimEnd(), ...lines(TICK), ...MIGRATION_HEAD, ...lines(MIGRATION, 'migrate-recordings: ')].join('\n')}\n`;
}

function exampleLines(variable: Variable<unknown>): string[] {
  const { name, help, example } = variable;
  const fallback = typeof variable.default === 'string' ? variable.default : '';
  const told =
    variable.default === null ? 'Required.' : `Default: ${defaultWords(variable, 'en').replaceAll('`', '')}.`;
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
const HEAD: Record<Language, string> = {
  en: '| Variable | Default | Meaning | Example |',
  fr: '| Variable | Défaut | Signification | Exemple |',
};

function defaultWords(variable: Variable<unknown>, language: Language): string {
  if (variable.default === null) return REQUIRED[language];
  if (variable.defaultIs !== undefined) return variable.defaultIs[language];
  return variable.default === '' || typeof variable.default === 'function'
    ? EMPTY[language]
    : `\`${variable.default}\``;
}

/** The table of a tick's variables, or of the migration's, for a README, in Markdown. */
export function configurationTable(language: Language, command: 'run' | 'migrate-recordings' = 'run'): string {
  const { variables, sections } = command === 'run' ? TICK : MIGRATION;
  const rows = variables.flatMap((variable) => {
    const section = sections.find(({ from }) => from === variable.name);
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

const PLACES = [
  { command: 'run', begin: '<!-- configuration: generated -->', end: '<!-- /configuration -->' },
  { command: 'migrate-recordings', begin: '<!-- migration: generated -->', end: '<!-- /migration -->' },
] as const;

/** A README with its tables as they are to be; null when it has no place for one. */
export function withConfigurationTable(readme: string, language: Language): string | null {
  let text = readme;
  for (const { command, begin, end } of PLACES) {
    const from = text.indexOf(begin);
    const to = text.indexOf(end, from);
    if (from === -1 || to === -1) return null;
    text = `${text.slice(0, from + begin.length)}\n\n${configurationTable(language, command)}\n\n${text.slice(to)}`;
  }
  return text;
}
