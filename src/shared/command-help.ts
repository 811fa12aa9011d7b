// What a command of the command line says of itself, taken apart: for pages that show it in another form.
import type { Command } from 'commander';

export interface CommandHelp {
  /** E.g. `bbb-pod-live run [options]`. */
  usage: string;
  description: string;
  options: { flags: string; description: string }[];
  /** What its help says after the options; lines may be indented. Empty: nothing. */
  after: string;
}

/** A command's help, and that of each command below it, in their order. */
export function helpOfTree(command: Command): CommandHelp[] {
  const below = command.createHelp().visibleCommands(command);
  return [helpOf(command), ...below.filter((one) => one.name() !== 'help').flatMap(helpOfTree)];
}

function helpOf(command: Command): CommandHelp {
  const help = command.createHelp();
  return {
    usage: help.commandUsage(command),
    description: help.commandDescription(command),
    options: help.visibleOptions(command).map((option) => ({
      flags: help.optionTerm(option),
      description: help.optionDescription(option),
    })),
    after: afterText(command),
  };
}

/** Commander gives these words away only with the whole help, which begins with what `helpInformation` answers. */
function afterText(command: Command): string {
  let shown = '';
  const { writeOut } = command.configureOutput();
  command.configureOutput({
    writeOut: (text) => {
      shown += text;
    },
  });
  command.outputHelp();
  const after = shown.slice(command.helpInformation().length).replace(/^\n+/, '').trimEnd();
  if (writeOut !== undefined) command.configureOutput({ writeOut });
  return after;
}
