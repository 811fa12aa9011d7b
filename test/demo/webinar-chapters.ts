// The chapters of a webinar's story: a teacher's clicks in Pod, the calls that Pod makes, and what becomes of them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { textOfFilm } from '../support/film.js';
import { addWebinar, enterGateways, podWorker, WEBINAR_ENV } from '../support/webinar-e2e.js';
import type { SessionRow } from '../world/pod-webinar-rows.js';
import type { Seen } from '../world/pod-web-worker.js';
import type { World, WorldOptions } from '../world/world.js';
import { idleTick, initialise, sayFiles, sayMail, tick } from './acts.js';
import type { Chapter } from './chapters.js';
import { expectThat, say } from './story.js';

const NAME = "Webinaire d'algèbre n°1";
const MEETING = '0001-webinaire-dalgebre-n1';

export const webinarOptions: WorldOptions = { env: { ...WEBINAR_ENV, WEBINAR_RECORD: 'always' } };

export const webinarChapters: Chapter[] = [
  ['1. The administrator enters two live gateways and a recorder in Pod, and runs: bbb-pod-live init', prepare],
  ['2. A teacher ticks the webinar mode of a meeting: nothing is started yet', plan],
  ['3. The teacher clicks Start: Pod calls the gateway', click],
  ['4. The next tick starts the live', startTick],
  ['5. A viewer writes into the chat, the teacher hides it', chat],
  ['6. The teacher starts the live anew', restart],
  ['7. The meeting ends, and the recordings become videos', end],
];

async function prepare(world: World): Promise<void> {
  enterGateways(world);
  await initialise(world);
  sayFiles(world);
}

async function plan(world: World): Promise<void> {
  addWebinar(world, 1, 3, NAME);
  say(`Pod has made its event, and row 1 of /rest/meeting_livestream/ on live gateway 3: status 0 (not started).`);
  await idleTick(world);
}

async function click(world: World): Promise<void> {
  sayAnswer(await podWorker(world).join(theSession(world)));
  expectThat("status of Pod's row", statusOf(world), 1);
  const wanted = readFileSync(join(world.slotDirectory(1), 'wanted.json'), 'utf8');
  const { current } = JSON.parse(wanted) as { current: { want: string; meetingId: string; generation: number } };
  expectThat('what is noted', [current.want, current.meetingId], ['start', MEETING]);
  say(`Slot 1, wanted.json: ${current.want} of meeting ${current.meetingId}, generation ${current.generation}.`);
}

async function startTick(world: World): Promise<void> {
  await tick(world);
  const streamer = streamerOf(world);
  expectThat('meeting of the container', streamer?.environment['BBB_MEETING_ID'], MEETING);
  say(`Container: ${streamer?.name} runs and streams to the RTMP address of live gateway 3.`);
  const [broadcaster] = world.pod.state.broadcasters;
  expectThat('the dot of its broadcaster', broadcaster?.status, true);
  say(`Broadcaster in Pod: ${broadcaster?.name} is live.`);
  expectThat('number of mails', world.smtp.mails.length, 1);
  sayMail(world.smtp.mails[0]);
  expectThat('secrets in the mail', JSON.stringify(world.smtp.mails).includes('s3cret'), false);
}

async function chat(world: World): Promise<void> {
  const worker = podWorker(world);
  const { isSent } = await worker.publish(theSession(world), 'Ada Lovelace', 'Bonjour à tous !');
  expectThat('the message was sent', isSent, true);
  say('Ada Lovelace, on the page of the event: Bonjour à tous !');
  for (const words of publishedIn(world)) say(`Chat of slot 1: ${words.join(' ')}`);
  sayAnswer(await worker.toggleChat(theSession(world)));
  say(`Chat of slot 1: ${publishedIn(world).at(-1)?.join(' ')}`);
  expectThat('what was published', publishedIn(world).length, 2);
  await tick(world);
}

async function restart(world: World): Promise<void> {
  const before = streamerOf(world)?.starts ?? 0;
  sayAnswer(await podWorker(world).restart(theSession(world)));
  await tick(world);
  const streamer = streamerOf(world);
  expectThat('state of the streaming container', streamer?.state, 'running');
  expectThat('the container is another one', streamer?.starts === 1 && before >= 1, true);
  expectThat('number of mails', world.smtp.mails.length, 1);
  say('Another container films the same meeting; it is still one live, and there is no second mail.');
}

async function end(world: World): Promise<void> {
  sayAnswer(await podWorker(world).end(theSession(world)));
  await tick(world);
  expectThat("status of Pod's row", statusOf(world), 2);
  expectThat('containers', world.docker.containers(), []);
  expectThat('the dot of its broadcaster', world.pod.state.broadcasters[0]?.status, false);
  say('The container is gone, the row is stopped, the dot is off.');
  const { videos } = world.pod.state;
  expectThat('number of videos', videos.length, 2);
  for (const { title, owner, file } of videos) {
    const text = textOfFilm(readFileSync(file));
    expectThat('the video is whole', text.startsWith(`REC ${MEETING} `) && text.endsWith('END\n'), true);
    say(`Video in Pod, of user ${owner}: ${title}`);
  }
  sayFiles(world);
}

function sayAnswer({ messages }: Seen): void {
  for (const { level, text } of messages) say(`Pod tells the teacher (${level}): ${text}`);
  expectThat(
    'what the teacher is told is no error',
    messages.some(({ level }) => level === 'error'),
    false,
  );
}

function theSession(world: World): SessionRow {
  const [session] = world.pod.state.sessions;
  if (session === undefined) throw new Error('there is no webinar in Pod');
  return session;
}

function statusOf(world: World): number | undefined {
  return world.pod.state.webinars[0]?.status;
}

function streamerOf(world: World): ReturnType<World['docker']['containers']>[number] | undefined {
  return world.docker.containers().find(({ service }) => service === 'bbb-streamer');
}

function publishedIn(world: World): string[][] {
  const published = (world.chats[0]?.commands ?? []).filter(([command]) => command?.toUpperCase() === 'PUBLISH');
  return published.map((words) => words.map((word) => Buffer.from(word, 'latin1').toString()));
}
