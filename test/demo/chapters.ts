// The chapters of the demo's story; each does one thing, shows what came of it and checks it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LivestreamRow } from '../world/pod-rows.js';
import type { World } from '../world/world.js';
import { idleTick, initialise, sayFiles, sayMail, tick } from './acts.js';
import { expectThat, say, sayChanges } from './story.js';
import { textOfFilm } from '../support/film.js';

const MEETING = { meetingId: 'algebra-2026', name: "Cours d'algèbre n°1" };
const BROADCASTER_NAME = `[BBB] ${MEETING.name}`;
const STREAM_KEY = 'bbb-Cours-d-algebre-n1';
const COLUMNS: (keyof LivestreamRow)[] = [
  'status',
  'server',
  'broadcaster_id',
  'redis_hostname',
  'redis_port',
  'redis_channel',
  'end_date',
];

/** Its heading, and what happens in it. */
export type Chapter = [string, (world: World) => Promise<void> | void];

export const chapters: Chapter[] = [
  ['1. The administrator prepares the server: bbb-pod-live init', prepare],
  ['2. A teacher asks for a live of a meeting that runs', ask],
  ['3. The minute after: a tick starts the live', startTick],
  ['4. Another minute: nothing has changed, nothing happens', idleTick],
  ['5. The meeting ends', end],
  ['6. The next tick ends the live and hands the recording over', stopTick],
];

async function prepare(world: World): Promise<void> {
  await initialise(world);
  sayFiles(world);
}

function ask(world: World): void {
  const { meeting, livestream } = world.teacherAsks({ ...MEETING, recording: true, chat: true });
  say(`BigBlueButton runs "${meeting.meeting_name}" (${meeting.internal_meeting_id}).`);
  say(`Pod's row ${livestream.id} of /rest/bbb_livestream/: recording and chat asked, status 0 (waiting).`);
}

async function startTick(world: World): Promise<void> {
  const before = theLive(world);
  await tick(world);
  sayChanges("Pod's row", COLUMNS, before, theLive(world));
  const [broadcaster] = world.pod.state.broadcasters;
  expectThat(
    'broadcasters in Pod',
    world.pod.state.broadcasters.map((one) => one.name),
    [BROADCASTER_NAME],
  );
  say(`Broadcaster in Pod: ${broadcaster?.name} → ${broadcaster?.stream_url}`);
  expectThat('playlist of the broadcaster', broadcaster?.stream_url, `https://hls.test/hls/${STREAM_KEY}.m3u8`);
  const streamer = world.docker.containers().find((one) => one.service === 'bbb-streamer');
  expectThat('state of the streaming container', streamer?.state, 'running');
  expectThat('title in the container', streamer?.environment['BBB_MEETING_TITLE'], BROADCASTER_NAME);
  say(`Container: ${streamer?.name} runs and streams to ${streamer?.environment['BBB_STREAM_URL']}`);
  const { status, server, broadcaster_id } = theLive(world);
  expectThat(
    "Pod's row",
    { status, server, broadcaster_id },
    { status: 1, server: '1/1', broadcaster_id: broadcaster?.id },
  );
  expectThat(
    'mails',
    world.smtp.mails.map((mail) => mail.subject),
    ["[BBB-POD-LIVE] Démarrage d'un live"],
  );
  sayMail(world.smtp.mails[0]);
  sayFiles(world);
}

function end(world: World): void {
  world.meetingEnds(MEETING.meetingId);
  say('Everybody has left; getMeetings no longer shows the meeting, getMeetingInfo says notFound.');
}

async function stopTick(world: World): Promise<void> {
  const before = theLive(world);
  await tick(world);
  const after = theLive(world);
  sayChanges("Pod's row", COLUMNS, before, after);
  expectThat('status of the live', after.status, 2);
  expectThat('the live has an end', after.end_date !== null, true);
  expectThat('containers', world.docker.containers(), []);
  expectThat('broadcasters in Pod', world.pod.state.broadcasters, []);
  say('The containers and the broadcaster are gone.');
  const [meeting] = world.pod.state.meetings;
  expectThat("Pod's meeting", [meeting?.encoded_by, meeting?.encoding_step], [2, 3]);
  say(`Pod's meeting row: encoded_by user ${meeting?.encoded_by}, encoding_step ${meeting?.encoding_step}.`);
  const expected = `recordings/${meeting?.internal_meeting_id}.mkv`;
  const recordings = world.files().filter((file) => file.path.endsWith('.mkv'));
  expectThat(
    'recordings',
    recordings.map((file) => file.path),
    [expected],
  );
  const text = textOfFilm(readFileSync(join(world.root, expected)));
  expectThat('the recording is whole', text.startsWith(`REC ${MEETING.meetingId} `) && text.endsWith('END\n'), true);
  say('The recording is whole and waits for Pod under its final name.');
  expectThat('number of mails', world.smtp.mails.length, 1);
  sayFiles(world);
}

function theLive(world: World): LivestreamRow {
  const [row] = world.pod.state.livestreams;
  if (row === undefined) throw new Error('there is no live in Pod');
  return { ...row };
}
