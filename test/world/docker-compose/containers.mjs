// What containers do in the stand-in: the streamer's ffmpeg records into the folder that is mounted on /video.
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync, chownSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { behaviour, stateDirectory } from './engine.mjs';

/** The user in the streaming image. */
const STREAMER_UID = 1001;

export function createContainer(project, name, service, directory) {
  return {
    id: randomBytes(32).toString('hex'),
    project,
    directory,
    service: name,
    name: service.containerName,
    image: service.image,
    state: 'created',
    exitCode: null,
    environment: service.environment,
    ports: service.ports,
    volumes: service.volumes,
    configHash: configHash(service),
    startedAt: null,
    starts: 0,
    /** Absolute path of the file that ffmpeg writes, if it writes one. */
    recording: null,
    ffmpeg: 'stopped',
    pollsAfterStop: null,
    log: [],
  };
}

export function configHash(service) {
  return createHash('sha256').update(JSON.stringify(service)).digest('hex');
}

export function startContainer(container) {
  container.state = 'running';
  container.exitCode = null;
  container.startedAt = new Date().toISOString();
  container.starts += 1;
  const { environment } = container;
  if (environment.BBB_MEETING_ID === undefined) return;
  container.ffmpeg = 'running';
  container.log.push(...startLines(environment));
  if (environment.BBB_DOWNLOAD_MEETING === 'true') beginRecording(container);
}

/** With the secrets that the real one logs: a join URL with password and checksum, the RTMP target with credentials. */
function startLines(environment) {
  const query = new URLSearchParams({
    fullName: environment.BBB_CHAT_NAME ?? 'Live',
    meetingID: environment.BBB_MEETING_ID,
    password: environment.BBB_ATTENDEE_PASSWORD || environment.BBB_MODERATOR_PASSWORD || '',
    redirect: 'true',
  }).toString();
  const checksum = createHash('sha1').update(`join${query}${environment.BBB_SECRET}`).digest('hex');
  return [
    'Starting pulseaudio',
    'INFO:root:Starting browser',
    `INFO:root:${environment.BBB_URL}/join?${query}&checksum=${checksum}`,
    `Output #0, flv, to '${environment.BBB_STREAM_URL}':`,
    'frame=  250 fps= 25 q=-1.0 size=    2048kB time=00:00:10.00 bitrate=1677.7kbits/s speed=   1x',
  ];
}

function beginRecording(container) {
  const folder = container.volumes.find((volume) => volume.target === '/video')?.source;
  if (folder === undefined) return;
  // Docker makes the folder of a bind mount that is missing, for root alone.
  if (!existsSync(folder)) mkdirSync(folder, { recursive: true, mode: 0o755 });
  if (behaviour.strictVideodata && !isWritableForStreamer(folder)) {
    container.log.push('/video/meeting.mkv: Permission denied');
    return;
  }
  const name = freeName(folder, container.environment.TZ);
  const first = `REC ${container.environment.BBB_MEETING_ID} ${name}\n`;
  container.recording = join(folder, name);
  // What makes a Matroska file of the text that follows it.
  const head = readFileSync(join(stateDirectory, 'film-head.mkv'));
  const filled = first + '.'.repeat(Math.max(0, behaviour.recordingBytes - head.length - first.length));
  writeFileSync(container.recording, Buffer.concat([head, Buffer.from(filled)]), { mode: 0o644 });
  if (process.getuid?.() === 0) chownSync(container.recording, STREAMER_UID, STREAMER_UID);
}

function isWritableForStreamer(folder) {
  const { mode, uid } = statSync(folder);
  return (mode & 0o002) !== 0 || (uid === STREAMER_UID && (mode & 0o200) !== 0);
}

/** meeting-YYYYMMDDhhmmss.mkv in the container's zone; a second later when that name is taken. */
function freeName(folder, zone) {
  for (let ms = Date.now(); ; ms += 1000) {
    const name = `meeting-${digits(new Date(ms), zone)}.mkv`;
    if (!existsSync(join(folder, name))) return name;
  }
}

function digits(date, zone) {
  const timeZone = zone || 'UTC';
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
    .format(date)
    .replace(/\D/g, '');
}

/** ffmpeg was asked nicely: the file gets its trailer. */
export function finishFfmpeg(container) {
  if (container.recording !== null && existsSync(container.recording)) appendFileSync(container.recording, 'END\n');
  container.recording = null;
  container.ffmpeg = 'stopped';
  container.pollsAfterStop = null;
  container.log.push('Exiting normally, received signal 2.');
  if (behaviour.containerEndsWithFfmpeg) exitContainer(container, 0);
}

/** Whatever ffmpeg still writes is left without its trailer. */
export function exitContainer(container, exitCode) {
  container.state = 'exited';
  container.exitCode = exitCode;
  container.recording = null;
  container.ffmpeg = 'stopped';
  container.pollsAfterStop = null;
}
