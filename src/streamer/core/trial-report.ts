// What a trial of the streamer on a real meeting has shown, in words.
import type { PartName } from './selectors.js';

/** Written by the container, read by `streamer check`. Seconds count from the start of the program. */
export interface TrialReport {
  /** As the server says; empty: it does not. */
  bbbVersion: string;
  exitStatus: number;
  states: { state: string; afterS: number }[];
  firstFrameAfterS: number | null;
  framesPerSecond: number | null;
  /** Decibels, 0 is full scale. */
  sound: { loudest: number; middle: number } | null;
  isSoundless: boolean;
  parts: PartName[];
  /** Percent of one processor, by program. */
  processor: Record<string, number>;
  /** Base64 of the picture, as PNG; null: there was none. */
  picture: string | null;
}

const SILENCE_DB = -70;

/** Lines for the screen. `pictureFile`: where the picture was put; null: there is none. */
export function trialLines(report: TrialReport, pictureFile: string | null): string[] {
  const reached = report.states.map(({ state, afterS }) => `${state} after ${afterS.toFixed(0)} s`);
  const total = Object.values(report.processor).reduce((sum, percent) => sum + percent, 0);
  return [
    `BigBlueButton: ${report.bbbVersion === '' ? 'the server does not say which version it is' : report.bbbVersion}`,
    `States: ${reached.join(', ')}`,
    report.firstFrameAfterS === null
      ? 'Picture: none'
      : `Picture: the first after ${report.firstFrameAfterS.toFixed(0)} s, ${rate(report)} a second${pictureFile === null ? '' : `; see ${pictureFile}`}`,
    `Sound: ${soundIn(report)}`,
    `Seen in the client: ${report.parts.length === 0 ? 'nothing that is known' : report.parts.join(', ')}`,
    `Processor (percent of one): ${Object.entries(report.processor)
      .map(([name, percent]) => `${name} ${percent.toFixed(0)}`)
      .join(', ')}, together ${total.toFixed(0)}`,
  ];
}

function rate({ framesPerSecond }: TrialReport): string {
  return framesPerSecond === null ? 'an unknown number' : framesPerSecond.toFixed(1);
}

function soundIn({ sound, isSoundless }: TrialReport): string {
  if (isSoundless) return 'the audio conference could not be joined';
  if (sound === null) return 'not measured';
  const figures = `loudest ${sound.loudest.toFixed(0)} dB, in the middle ${sound.middle.toFixed(0)} dB`;
  return sound.loudest < SILENCE_DB ? `silence (${figures}): was somebody speaking?` : figures;
}
