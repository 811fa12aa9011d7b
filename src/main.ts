// What the entry calls: the lines that cron, systemd and curious people write most need no parser; all others are cli.ts's.
import { readFileSync } from 'node:fs';
import { cacheDirectory, keepCompiledCode } from './shared/code-cache.js';
import { EXIT } from './shared/exit-status.js';
import { complain, outliveReaders, print } from './shared/terminal.js';

export { written } from './shared/terminal.js';

/** Runs one command; answers the exit status. */
export async function main(argv: string[]): Promise<number> {
  const words = argv.slice(2);
  try {
    const told = answerOf(words);
    if (told !== null) {
      print(told);
      return EXIT.ok;
    }
    const directory = cacheDirectory(process.env);
    const cache = directory === null ? null : keepCompiledCode(directory);
    const choice = choiceOf(words);
    if (choice !== null && words[0] === 'run') {
      const { runCommand } = await import('./tick/commands.js');
      const status = await runCommand({ delay: true, ...choice }, PACKAGE);
      cache?.save();
      return status;
    }
    outliveReaders();
    if (choice !== null && words[0] === 'gateway') {
      const { gatewayCommand } = await import('./gateway/commands.js');
      const status = await gatewayCommand(choice);
      cache?.save();
      return status;
    }
    return await (await import('./cli.js')).runLine(argv, PACKAGE);
  } catch (error) {
    const [{ createRedactor, oneLine }, { readable }] = await Promise.all([
      import('./shared/redact.js'),
      import('./shared/signals.js'),
    ]);
    // No configuration is known here, nor its secrets.
    complain(oneLine(createRedactor([])(readable(error))));
    return EXIT.error;
  }
}

/** What the whole program says of itself; null: that is not what was asked. */
function answerOf(words: string[]): string | null {
  const [word] = words;
  if (words.length !== 1) return null;
  if (word === '--version') return PACKAGE.version();
  return word === '--help' ? readFileSync(new URL('help.txt', import.meta.url), 'utf8').trimEnd() : null;
}

/** The line of a crontab, or of a unit: a command and nothing else, or `--config PATH` after it; null: another one. */
function choiceOf([, option, config = '', ...more]: string[]): { config?: string } | null {
  if (option === undefined) return {};
  return option === '--config' && !/^(?:-|$)/.test(config) && more.length === 0 ? { config } : null;
}

/** Beside this file in what is shipped. */
const PACKAGE = {
  version: (): string => {
    const packageFile = new URL('../package.json', import.meta.url);
    return (JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string }).version;
  },
  otherNames: async (): Promise<string[]> => {
    const { MIGRATION_VARIABLES } = await import('./migrate/config-table.js');
    return Object.values(MIGRATION_VARIABLES).map(({ name }) => name);
  },
  worker: new URL('worker.js', import.meta.url),
};

/** What the commands know of the package that they are in. */
export type ShippedPackage = typeof PACKAGE;
