// What a recorded picture and its sound hold: size, time, colours, the stand-in's counter, beeps and flashes.
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Probe {
  durationS: number;
  width: number;
  height: number;
  framesPerSecond: number;
  codecs: string[];
}

export async function probe(file: string): Promise<Probe> {
  const words = [
    '-v',
    'error',
    '-of',
    'json',
    '-show_entries',
    'format=duration:stream=codec_name,codec_type,width,height,avg_frame_rate',
    file,
  ];
  const { stdout } = await execute('ffprobe', words);
  const found = JSON.parse(stdout) as {
    format: { duration?: string };
    streams: { codec_name: string; codec_type: string; width?: number; height?: number; avg_frame_rate: string }[];
  };
  const video = found.streams.find(({ codec_type: type }) => type === 'video');
  const [over = 0, under = 1] = (video?.avg_frame_rate ?? '0/1').split('/').map(Number);
  return {
    durationS: Number(found.format.duration ?? Number.NaN),
    width: video?.width ?? 0,
    height: video?.height ?? 0,
    framesPerSecond: over / under,
    codecs: found.streams.map(({ codec_name: name }) => name).sort(),
  };
}

export interface Frame {
  /** Seconds, as in the file. */
  timeS: number;
  width: number;
  height: number;
  /** RGB, three bytes a pixel. */
  pixels: Buffer;
}

/** Frames of a file, thinned out to so many a second; or of several segments, one after the other. */
export async function framesOf(
  files: string | string[],
  size: { width: number; height: number },
  perSecond: number,
): Promise<Frame[]> {
  const input = Array.isArray(files) ? `concat:${files.join('|')}` : files;
  const words = [
    '-v',
    'error',
    '-copyts',
    '-i',
    input,
    '-map',
    '0:v',
    '-vf',
    `fps=${perSecond}:start_time=0`,
    '-f',
    'rawvideo',
    '-pix_fmt',
    'rgb24',
    '-',
  ];
  const { stdout } = await execute('ffmpeg', words, { encoding: 'buffer', maxBuffer: 2 ** 31 - 1 });
  const bytes = size.width * size.height * 3;
  return Array.from({ length: Math.floor(stdout.length / bytes) }, (_, index) => ({
    timeS: index / perSecond,
    ...size,
    pixels: stdout.subarray(index * bytes, (index + 1) * bytes),
  }));
}

/** Of a file that holds one picture. */
export async function pictureIn(file: string, size: { width: number; height: number }): Promise<Frame> {
  const words = ['-v', 'error', '-i', file, '-frames:v', '1', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'];
  const { stdout } = await execute('ffmpeg', words, { encoding: 'buffer', maxBuffer: 2 ** 31 - 1 });
  return { timeS: 0, ...size, pixels: stdout };
}

export type Colour = [red: number, green: number, blue: number];

export function pixelAt({ pixels, width }: Frame, x: number, y: number): Colour {
  const at = (y * width + x) * 3;
  return [pixels[at] ?? 0, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0];
}

const isNear = (one: Colour, other: Colour, tolerance = 40): boolean =>
  one.every((part, index) => Math.abs(part - (other[index] ?? 0)) <= tolerance);

/** As the stand-in's client paints them. */
export const COLOURS = {
  meeting: [0, 160, 80],
  chat: [255, 0, 255],
  bar: [0, 0, 255],
  modal: [255, 0, 0],
  toast: [255, 128, 0],
  poll: [255, 255, 0],
} satisfies Record<string, Colour>;

const CELLS = 20;

/** Where the counter and the flash are. */
function isMarked({ width, height }: Frame, x: number, y: number): boolean {
  const cell = Math.floor((width * 0.8) / CELLS);
  const [left, top] = [Math.floor(width * 0.1), Math.floor(height * 0.4)];
  const inCounter = x >= left - 6 && x <= left + CELLS * cell + 6 && y >= top - 6 && y <= top + cell + 6;
  const inFlash = x >= width * 0.45 - 6 && x <= width * 0.55 + 6 && y >= height * 0.6 - 6 && y <= height * 0.7 + 6;
  return inCounter || inFlash;
}

/** Places at which the picture is not the meeting's own colour, up to its very edges; as text, for the reader of a failed test. */
export function strangePlaces(frame: Frame, allowed: Colour[] = [COLOURS.meeting]): string[] {
  const { width, height } = frame;
  const strange: string[] = [];
  const steps = (length: number): number[] => [...Array(Math.floor(length / 12)).keys()].map((step) => step * 12);
  for (const y of [...steps(height), height - 1]) {
    for (const x of [...steps(width), width - 1]) {
      const colour = pixelAt(frame, x, y);
      if (!isMarked(frame, x, y) && !allowed.some((one) => isNear(one, colour))) {
        strange.push(`${x},${y}: ${colour.join(' ')}`);
      }
    }
  }
  return strange;
}

export function holds(frame: Frame, colour: Colour): boolean {
  for (let y = 0; y < frame.height; y += 8) {
    for (let x = 0; x < frame.width; x += 8) if (isNear(pixelAt(frame, x, y), colour)) return true;
  }
  return false;
}

/** The time that the picture shows, in tenths of a second (mod 2^20); null when there is no counter in it. */
export function counterOf(frame: Frame): number | null {
  const { width, height } = frame;
  const cell = Math.floor((width * 0.8) / CELLS);
  const y = Math.floor(height * 0.4) + Math.floor(cell / 2);
  // A white page is no row of ones.
  const beside = pixelAt(frame, Math.floor(width * 0.1) - 12, y);
  if (!isNear(beside, COLOURS.meeting)) return null;
  let count = 0;
  for (let bit = 0; bit < CELLS; bit += 1) {
    const colour = pixelAt(frame, Math.floor(width * 0.1) + bit * cell + Math.floor(cell / 2), y);
    if (isNear(colour, [255, 255, 255], 70)) count = count * 2 + 1;
    else if (isNear(colour, [0, 0, 0], 70)) count = count * 2;
    else return null;
  }
  return count;
}

export function isFlash(frame: Frame): boolean {
  return isNear(pixelAt(frame, Math.floor(frame.width / 2), Math.floor(frame.height * 0.65)), [255, 255, 255], 70);
}

/** The loudness of each hundredth of a second around a frequency, 0 to 1, with times as in the file. */
export async function loudness(file: string, frequency: number): Promise<{ timeS: number; level: number }[]> {
  const start = Number(
    execFileSync('ffprobe', [
      '-v',
      'error',
      '-select_streams',
      'a',
      '-show_entries',
      'stream=start_time',
      '-of',
      'csv=p=0',
      file,
    ]).toString(),
  );
  const filter = `bandpass=f=${frequency}:width_type=h:w=100`;
  const words = [
    '-v',
    'error',
    '-i',
    file,
    '-map',
    '0:a',
    '-af',
    filter,
    '-ac',
    '1',
    '-ar',
    '8000',
    '-f',
    's16le',
    '-',
  ];
  const { stdout } = await execute('ffmpeg', words, { encoding: 'buffer', maxBuffer: 2 ** 31 - 1 });
  const samples = new Int16Array(stdout.buffer, stdout.byteOffset, Math.floor(stdout.length / 2));
  return Array.from({ length: Math.floor(samples.length / 80) }, (_, index) => {
    const piece = samples.subarray(index * 80, (index + 1) * 80);
    const square = piece.reduce((sum, sample) => sum + (sample / 32768) ** 2, 0) / 80;
    return { timeS: start + index / 100, level: Math.sqrt(square) };
  });
}

/** Moments at which something begins that was not there before. */
export function onsets(moments: { timeS: number; isOn: boolean }[]): number[] {
  return moments.filter(({ isOn }, index) => isOn && moments[index - 1]?.isOn === false).map(({ timeS }) => timeS);
}

/**
 * By how many seconds the sound is later than the picture, each time: the stand-in lets a beep and a flash begin together.
 * A picture stands for the time until the next one, hence half a frame.
 */
export async function soundDelays(
  file: string,
  size: { width: number; height: number; framesPerSecond: number },
): Promise<number[]> {
  const frames = await framesOf(file, size, size.framesPerSecond);
  const flashes = onsets(frames.map((frame) => ({ timeS: frame.timeS, isOn: isFlash(frame) })));
  const beeps = onsets((await loudness(file, 1000)).map(({ timeS, level }) => ({ timeS, isOn: level > 0.05 })));
  return flashes.flatMap((flash) => {
    const nearest = beeps.toSorted((one, other) => Math.abs(one - flash) - Math.abs(other - flash))[0];
    return nearest === undefined || Math.abs(nearest - flash) > 1 ? [] : [nearest - flash];
  });
}
