// `npm run demo`: the real program goes through the life of one live in an embedded world, and the story is told.
import { parseArgs } from 'node:util';
import { shipItFrom } from '../support/shipped.js';
import { startWorld, type World } from '../world/world.js';
import { chapters } from './chapters.js';
import { Mismatch, say, title } from './story.js';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { keep: { type: 'boolean' }, streamer: { type: 'boolean' }, pod: { type: 'string', default: '3.7.0' } },
  });
  if (values.streamer === true) {
    const { showStreamer } = await import('./streamer.js');
    return showStreamer();
  }
  if (values.pod !== '2.8.2' && values.pod !== '3.7.0') {
    process.stderr.write(`--pod must be 2.8.2 or 3.7.0, not ${values.pod}\n`);
    return 2;
  }
  const keep = values.keep ?? false;
  const begunAt = Date.now();
  shipItFrom(process.cwd());
  const world = await startWorld({ podVersion: values.pod, numberOfLives: 2, keep });
  try {
    title('bbb-pod-live: the life of one live');
    say('An embedded Pod, BigBlueButton, mail server and docker-compose stand-in run on loopback;');
    say(`the program is the real one. Pod answers as version ${values.pod}.`);
    for (const [heading, tell] of chapters) {
      title(heading);
      await tell(world);
    }
    title('The end');
    if (keep) say(`Everything is kept in ${world.root}`);
    say(`The live was started once, stopped once, and its recording is Pod's (${secondsSince(begunAt)} s).`);
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
