// `npm run demo`: the real program goes through the life of one live in an embedded world, and the story is told.
import { parseArgs } from 'node:util';
import { shipItFrom } from '../support/shipped.js';
import { startWorld, type World, type WorldOptions } from '../world/world.js';
import { chapters, type Chapter } from './chapters.js';
import { Mismatch, say, title } from './story.js';
import { webinarChapters, webinarOptions } from './webinar-chapters.js';

interface Story {
  options: WorldOptions;
  chapters: Chapter[];
  /** What the last line says of it. */
  end: string;
}

const OF_A_LIVE = { chapters, end: "The live was started once, stopped once, and its recording is Pod's" };
const OF_A_WEBINAR = {
  chapters: webinarChapters,
  end: "The webinar was started by a click, and its recordings are its owner's videos",
};

/** By the version of Pod that answers. */
const STORIES: Record<string, Story> = {
  '2.8.2': { ...OF_A_LIVE, options: { podVersion: '2.8.2' } },
  '3.7.0': { ...OF_A_LIVE, options: { podVersion: '3.7.0' } },
  '3.8.2': { ...OF_A_WEBINAR, options: { ...webinarOptions, podVersion: '3.8.2' } },
  '4.1.0': { ...OF_A_WEBINAR, options: { ...webinarOptions, podVersion: '4.1.0' } },
};

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { keep: { type: 'boolean' }, streamer: { type: 'boolean' }, pod: { type: 'string', default: '3.7.0' } },
  });
  if (values.streamer === true) {
    const { showStreamer } = await import('./streamer.js');
    return showStreamer();
  }
  const story = STORIES[values.pod];
  if (story === undefined) {
    process.stderr.write(`--pod must be one of ${Object.keys(STORIES).join(', ')}, not ${values.pod}\n`);
    return 2;
  }
  const keep = values.keep ?? false;
  const begunAt = Date.now();
  shipItFrom(process.cwd());
  const world = await startWorld({ numberOfLives: 2, keep, ...story.options });
  try {
    title(`bbb-pod-live: the life of one ${story.chapters === chapters ? 'live' : 'webinar'}`);
    say('An embedded Pod, BigBlueButton, mail server and docker-compose stand-in run on loopback;');
    say(`the program is the real one. Pod answers as version ${values.pod}.`);
    for (const [heading, tell] of story.chapters) {
      title(heading);
      await tell(world);
    }
    title('The end');
    if (keep) say(`Everything is kept in ${world.root}`);
    say(`${story.end} (${secondsSince(begunAt)} s).`);
    say('DEMO OK');
    return 0;
  } catch (error) {
    return failed(error, world, keep);
  } finally {
    await world.stop();
  }
}

function failed(error: unknown, world: World, keep: boolean): number {
  if (!(error instanceof Mismatch)) throw error;
  title('This is not the story that was to be told');
  say(error.message);
  say(keep ? `Everything is kept in ${world.root}` : 'Run it again with --keep to look into the files.');
  say('DEMO FAILED');
  return 1;
}

function secondsSince(begunAt: number): string {
  return ((Date.now() - begunAt) / 1000).toFixed(1);
}

process.exitCode = await main();
