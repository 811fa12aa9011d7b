// How ffmpeg is called: one encode of the screen and the sound, to the RTMP server and to a file.
import { dateInZone } from '../../shared/date-in-zone.js';
import type { StreamerConfig } from '../model.js';

export interface EncoderPlan {
  /** Without the program's name. */
  arguments: string[];
  /** What goes into the preset file that the arguments name; null: there is none. */
  preset: string | null;
}

export interface EncoderPlaces {
  display: string;
  /** Seconds since 1970, with decimals. */
  nowS: number;
  presetFile: string;
  /** Where it is recorded; null: nowhere. */
  recording: string | null;
}

type Settings = Pick<
  StreamerConfig,
  'streamUrl' | 'width' | 'height' | 'videoBitrateKbps' | 'recordBitrateKbps' | 'framesPerSecond' | 'preset' | 'threads'
>;

/** The stream goes on by itself once the server is back; what does not fit into memory meanwhile is lost. */
const RECOVERY = 'drop_pkts_on_overflow=1:attempt_recovery=1:recover_any_error=1:recovery_wait_time=2';

/** Ten times a second: how loud it has been for up to a second, on file descriptor 3. */
const LEVEL =
  'asetnsamples=n=4800,astats=metadata=1:reset=10,ametadata=mode=print:key=lavfi.astats.Overall.RMS_level:file=pipe\\\\:3:direct=1';

/** What a browser paints is on the screen so much later than the sound of the same moment leaves it (measured, idle to busy: 0.04 to 0.12). */
const SCREEN_DELAY_S = 0.07;

/**
 * Both inputs bear the time of day. `-copyts` with one common offset keeps what they say; otherwise each input's first
 * packet is taken for zero, and sound and picture are off by up to 700 ms.
 */
export function encoderPlan(settings: Settings, places: EncoderPlaces): EncoderPlan {
  const { width, height, framesPerSecond } = settings;
  const offset = (laterS: number): string[] => ['-itsoffset', (laterS - places.nowS).toFixed(3)];
  // A raw picture has megabytes, and its memory is never given back: a second of them waits at most. Sound is small.
  const queue = (packets: number): string[] => ['-thread_queue_size', String(packets)];
  const size = `${width}x${height}`;
  const screen = ['-f', 'x11grab', '-draw_mouse', '0', '-framerate', String(framesPerSecond), '-video_size', size];
  const target = settings.streamUrl === '' ? null : streamTarget(settings.streamUrl);
  const hasTwoPictures = settings.recordBitrateKbps > 0 && target !== null && places.recording !== null;
  const pictures = hasTwoPictures ? ['[picture]', '[recorded]'] : ['[picture]'];
  return {
    preset: target?.options ?? null,
    arguments: [
      ...['-nostdin', '-hide_banner', '-nostats', '-loglevel', 'level+info', '-progress', 'pipe:1', '-copyts'],
      ...[...offset(0), ...queue(framesPerSecond), ...screen, '-i', places.display],
      ...[...offset(SCREEN_DELAY_S), ...queue(1024), '-f', 'pulse', '-sample_rate', '48000', '-i', 'live.monitor'],
      ...filters(framesPerSecond, pictures),
      ...[...pictures, '[sound]'].flatMap((output) => ['-map', output]),
      ...pictureArguments(settings, hasTwoPictures),
      ...['-c:a', 'aac', '-b:a', '128k', '-ar', '48000', '-ac', '2', '-flags', '+global_header'],
      ...(target?.options == null ? [] : ['-fpre', places.presetFile]),
      ...outputs(target?.url ?? null, places.recording, hasTwoPictures),
    ],
  };
}

/**
 * The filter `fps` puts each picture where it belongs by half a frame; ffmpeg's own way lets it be later by a whole one.
 * Each input has a graph, and no branch of it leads to a sink: ffmpeg 7.1 that is asked to end stops then at an assertion
 * of its own (`best_input >= 0`), before it has closed the file.
 */
function filters(framesPerSecond: number, pictures: string[]): string[] {
  const split = pictures.length > 1 ? `,split=${pictures.length}` : '';
  const picture = `[0:v]fps=${framesPerSecond}${split}${pictures.join('')}`;
  const sound = `[1:a]aresample=async=1000,${LEVEL}[sound]`;
  return ['-filter_complex', picture, '-filter_complex', sound];
}

function pictureArguments(settings: Settings, hasTwoPictures: boolean): string[] {
  const { framesPerSecond, preset, threads, videoBitrateKbps, recordBitrateKbps } = settings;
  const rate = (kbps: number, stream: string): string[] => [
    ...[`-b:v${stream}`, `${kbps}k`, `-maxrate:v${stream}`, `${kbps}k`, `-bufsize:v${stream}`, `${2 * kbps}k`],
  ];
  return [
    ...['-c:v', 'libx264', '-preset', preset, '-pix_fmt', 'yuv420p', '-fps_mode', 'passthrough'],
    ...['-g', String(2 * framesPerSecond), '-threads', String(threads)],
    ...(hasTwoPictures
      ? [...rate(videoBitrateKbps, ':0'), ...rate(recordBitrateKbps, ':1')]
      : rate(videoBitrateKbps, '')),
  ];
}

function outputs(stream: string | null, recording: string | null, hasTwoPictures: boolean): string[] {
  const chosen = (video: number): string => (hasTwoPictures ? `:select=\\'v:${video},a\\'` : '');
  const slaves = [
    ...(stream === null ? [] : [`[f=flv:onfail=ignore:use_fifo=1${chosen(0)}]${escapedForTee(stream)}`]),
    ...(recording === null
      ? []
      : [`[f=matroska:use_fifo=0:flush_packets=1:cluster_time_limit=2000${chosen(1)}]${escapedForTee(recording)}`]),
  ];
  return slaves.length === 0 ? ['-f', 'null', '-'] : ['-f', 'tee', slaves.join('|')];
}

/**
 * A host's users see the arguments of every program. So the stream's key, which is a password, goes into a file of
 * options; user and password before the host, which ffmpeg takes from the address alone, cannot.
 */
function streamTarget(url: string): { url: string; options: string } {
  const parts = /^(rtmps?:\/\/[^/]*)\/([^?]+)\/([^/?]*(?:\?[^]*)?)$/.exec(url);
  if (parts === null) return { url, options: `fifo_options=${RECOVERY}` };
  const [, server = '', application = '', key = ''] = parts;
  const format = `rtmp_app=${escapedOption(application)}:rtmp_playpath=${escapedOption(key)}`;
  return { url: `${server}/`, options: `fifo_options=${RECOVERY}:format_opts=${escapedOption(format)}` };
}

/** A value within `name=value:name=value` (ffmpeg-utils, "Quoting and escaping"). */
function escapedOption(text: string): string {
  return text.replace(/[\\':=\s]/g, '\\$&');
}

function escapedForTee(text: string): string {
  return text.replace(/[\\'|[\]]/g, '\\$&');
}

/** `/video/meeting-YYYYMMDDhhmmss.mkv` in the zone of the site. */
export function recordingName(date: Date, timeZone: string): string {
  const { year, month, day, hour, minute, second } = dateInZone(date, timeZone);
  return `meeting-${year}${month}${day}${hour}${minute}${second}.mkv`;
}
