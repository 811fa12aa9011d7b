// The command `streamer`: its options, and the programs that do what they say.
import type { Command } from 'commander';

export interface BuildChoice {
  tag?: string;
  baseImage?: string;
  network?: string;
}

export interface CheckChoice {
  meeting: string;
  image?: string;
  seconds: string;
  picture: string;
  network?: string;
  config?: string;
}

export interface StreamerCommands {
  build(choice: BuildChoice): Promise<void>;
  check(choice: CheckChoice): Promise<void>;
}

/** `configHelp` explains `--config`, as with the other commands. */
export function addStreamer(program: Command, configHelp: string, commands: StreamerCommands): void {
  const streamer = program
    .command('streamer')
    .description("the container's image that puts a meeting on air: build it, try it on a meeting");
  streamer
    .command('build')
    .description("build the streamer's image from this package, with the local Docker; prints the line for .env")
    .option('--tag <name>', 'name and tag of the image (default: bbb-pod-live-streamer and the version)')
    .option('--base-image <name>', 'in the place of debian:trixie-slim, for a site with a mirror of its own')
    .option('--network <name>', 'as `docker build --network`')
    .action(commands.build);
  streamer
    .command('check')
    .description(
      'join a running meeting for a while, stream nowhere, and tell what was met: version, sound, picture, CPU',
    )
    .requiredOption('--meeting <id>', 'meetingID of a running meeting')
    .option('--image <name>', 'the image (default: STREAMER_IMAGE)')
    .option('--seconds <number>', 'how long, once it is in the meeting', '60')
    .option('--picture <file>', 'where the picture goes, as PNG', 'streamer-check.png')
    .option('--network <name>', 'as `docker run --network`')
    .option('--config <path>', configHelp)
    .action(commands.check);
}
