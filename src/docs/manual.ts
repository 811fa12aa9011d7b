// The man page: the command tree with its help, the tables of variables, and what else an operator looks for at a terminal.
import { commands, NO_PACKAGE } from '../cli.js';
import { helpOfTree, type CommandHelp } from '../shared/command-help.js';
import { blocksOf, manualPage, type Block, type ManualSection } from '../shared/manual-page.js';
import { defaultSentence, type VariableTable } from '../shared/variable-docs.js';
import { MIGRATION, TICK } from './tables.js';

const NAME = 'bbb-pod-live';

const DESCRIPTION = [
  'A teacher asks in Esup-Pod for a live of a running BigBlueButton meeting. Every minute cron starts `bbb-pod-live run`. It starts a ' +
    'container that films the meeting, publishes the live in Pod, connects the two chats, ends everything when the meeting has ' +
    'ended, and hands the recording over to Pod. Then it exits: there is no daemon and no database.',
  'The image that films meetings by default knows no BigBlueButton from 2.5 on: `STREAMER_IMAGE` names another one.',
];

const FILES: [string, string][] = [
  ['.env', 'The configuration, with secrets: make it 0600.'],
  ['.bbb-pod-live.lock', 'The planning lock: who holds it, and the last ten ticks; never deleted.'],
  ['memory.json', 'What was mailed, claims seen, starts that failed; may be deleted at any time.'],
  ['logs/YYYY-MM-DD_bbb-pod-live.log', 'The log of a day; days and times are UTC.'],
  ['logs/ID.log', 'The last output of the container of the live ID; in debug mode all of it.'],
  ['kept/', 'Recordings that Pod could not take. Nothing is ever deleted there.'],
  [
    'bbb-live-streamingN/',
    'Slot N: `docker-compose.yml`, `live.json` (the live in it), `videodata/` (what is recorded).',
  ],
  ['gateways.json', 'Which live gateway of Pod each slot is, for webinars; written by init.'],
  [
    'bbb-live-streamingN/wanted.json',
    'What Pod has called for in slot N, for webinars; `wanted/N` is written after it.',
  ],
  ['migrate-recordings.journal', 'What migrate-recordings has done, beside its configuration. Keep it.'],
];

const EXIT_STATUSES: [string, string][] = [
  ['0', 'All went well; also when another tick was planning.'],
  [
    '1',
    'At least one error was met: see the log and the mail. For init: a run could not work. For migrate-recordings: see its report.',
  ],
  ['2', 'Bad usage or configuration; nothing was done.'],
  [
    '3',
    'Of status: it cannot be known whether all is well, as Pod or Docker cannot be read; 1 is: something needs a hand.',
  ],
  ['143', 'Ended by SIGTERM or Ctrl-C: the step in hand was finished.'],
];

export function manual(): string {
  const [program, ...subcommands] = helpOfTree(commands(() => undefined, NO_PACKAGE));
  if (program === undefined) throw new Error('the command line has no commands');
  const sections: ManualSection[] = [
    { title: 'NAME', blocks: [{ paragraph: `${NAME} - BigBlueButton meetings live on Esup-Pod` }] },
    { title: 'SYNOPSIS', blocks: [program, ...subcommands].map(({ usage }) => ({ paragraph: `\`${usage}\`` })) },
    { title: 'DESCRIPTION', blocks: DESCRIPTION.map((paragraph) => ({ paragraph })) },
    { title: 'OPTIONS', blocks: optionBlocks(program) },
    { title: 'COMMANDS', blocks: subcommands.flatMap(commandBlocks) },
    { title: 'FIRST USE', blocks: blocksOf(program.after) },
    {
      title: 'ENVIRONMENT',
      blocks: [
        {
          paragraph:
            'These come from the environment, or from a file of them, `.env` in the working directory or the one that `--config` names; ' +
            'real variables win. All are checked before anything is done.',
        },
        ...variableBlocks(TICK),
        { subsection: 'For migrate-recordings alone' },
        ...variableBlocks(MIGRATION),
      ],
    },
    { title: 'EXIT STATUS', blocks: EXIT_STATUSES.map(([term, meaning]) => ({ term, meaning })) },
    { title: 'FILES', blocks: FILES.map(([term, meaning]) => ({ term, meaning })) },
    { title: 'SEE ALSO', blocks: [{ paragraph: SEE_ALSO }] },
  ];
  return manualPage(NAME, sections);
}

const SEE_ALSO =
  'The README of the package, and its pages in `docs/en` (English) and `docs/fr` (French). `docker`(1), `crontab`(5), `systemd.socket`(5), `flock`(1)';

function optionBlocks({ options }: CommandHelp): Block[] {
  return options.map(({ flags, description }) => ({ term: flags, meaning: description }));
}

function commandBlocks(help: CommandHelp): Block[] {
  return [
    { subsection: help.usage },
    { paragraph: sentence(help.description) },
    ...optionBlocks(help),
    ...blocksOf(help.after),
  ];
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${text.endsWith('.') ? '' : '.'}`;
}

function variableBlocks({ variables, sections }: VariableTable): Block[] {
  return variables.flatMap((variable) => {
    const section = sections.find(({ from }) => from === variable.name);
    const meaning = `${variable.help} ${defaultSentence(variable)} Example: \`${variable.name}=${variable.example}\``;
    return [...(section === undefined ? [] : [{ subsection: section.en }]), { term: variable.name, meaning }];
  });
}
