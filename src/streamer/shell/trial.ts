// A trial inside the container: the stream's own life for a while, without a target, and a report of what was met.
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../shared/spawn.js';
import type { TrialReport } from '../core/trial-report.js';
import type { PartName } from '../core/selectors.js';
import type { StreamerConfig } from '../model.js';
import { processorSeconds } from './processor.js';
import { stream, type Glimpse, type StreamOptions } from './stream.js';

/** `seconds`: from the moment on in which it is live. */
export async function tryStream(
  config: StreamerConfig,
  seconds: number,
  { log, stop }: Pick<StreamOptions, 'log' | 'stop'>,
): Promise<TrialReport> {
  const startMs = performance.now();
  const sinceStartS = (): number => (performance.now() - startMs) / 1000;
  const enough = new AbortController();
  stop.addEventListener('abort', () => {
    enough.abort();
  });
  const parts = new Set<PartName>();
  const levels: number[] = [];
  const report: TrialReport = {
    ...{ bbbVersion: '', exitStatus: 0, states: [], firstFrameAfterS: null, framesPerSecond: null },
    ...{ sound: null, isSoundless: false, parts: [], processor: {}, picture: null },
  };
  let live: { atS: number; frames: number; processor: Record<string, number> } | null = null;
  const heed = async ({ seen, machine, level, display, bbbVersion }: Glimpse): Promise<void> => {
    if (report.states.at(-1)?.state !== machine.state)
      report.states.push({ state: machine.state, afterS: sinceStartS() });
    if (seen.page.kind === 'client') for (const part of seen.page.parts) parts.add(part);
    if (seen.encoder.frames > 0) report.firstFrameAfterS ??= sinceStartS();
    if (level !== null && machine.state === 'live') levels.push(level);
    report.isSoundless = machine.isSoundless;
    if (machine.state !== 'live') return;
    live ??= { atS: sinceStartS(), frames: seen.encoder.frames, processor: processorSeconds(process.pid) };
    const lastedS = sinceStartS() - live.atS;
    if (lastedS < seconds || report.picture !== null) return;
    report.framesPerSecond = (seen.encoder.frames - live.frames) / lastedS;
    report.processor = share(live.processor, processorSeconds(process.pid), lastedS);
    report.picture = await pictureOf(config, display);
    report.bbbVersion = await bbbVersion();
    enough.abort();
  };
  report.exitStatus = await stream(config, { log, stop: enough.signal, heed });
  report.parts = [...parts].sort();
  const sorted = [...levels].sort((one, other) => one - other);
  const loudest = sorted.at(-1);
  if (loudest !== undefined) report.sound = { loudest, middle: sorted[Math.floor(sorted.length / 2)] ?? loudest };
  return report;
}

/** Percent of one processor. */
function share(before: Record<string, number>, after: Record<string, number>, lastedS: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(after).map(([name, seconds]) => [name, ((seconds - (before[name] ?? 0)) / lastedS) * 100]),
  );
}

/** The screen itself, as ffmpeg gets it. */
async function pictureOf({ runDirectory, width, height }: StreamerConfig, display: string): Promise<string | null> {
  const file = join(runDirectory, 'picture.png');
  const grab = ['-f', 'x11grab', '-draw_mouse', '0', '-video_size', `${width}x${height}`, '-i', display];
  const made = await run(['ffmpeg', '-nostdin', '-loglevel', 'error', '-y', ...grab, '-frames:v', '1', file], {
    timeoutMs: 10_000,
  });
  if (made.exitCode !== 0) return null;
  const picture = readFileSync(file).toString('base64');
  rmSync(file, { force: true });
  return picture;
}
