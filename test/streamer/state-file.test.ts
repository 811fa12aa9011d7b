// What the streamer says of itself, as the ticks on the host read it: whole, of this container, or nothing.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parseStreamerState, type StreamerState } from '../../src/shared/streamer-state.js';
import { showState } from '../../src/streamer/shell/state-file.js';
import { composeFileText, isIntact, isOurs } from '../../src/tick/shell/slot/compose-file.js';
import { createSlots } from '../../src/tick/shell/slot/slots.js';
import { sampleConfig } from '../support/samples.js';
import { temporaryDirectory } from '../support/temporary.js';

const STATE: StreamerState = {
  state: 'live',
  since: '2026-03-02T09:00:00.000Z',
  written: '2026-03-02T09:10:00.000Z',
  frames: 15_000,
  lastFrame: '2026-03-02T09:10:00.000Z',
  rtmp: 'connected',
  soundDb: -23.5,
  recording: 'meeting-20260302100000.mkv',
  recordedBytes: 1_234_567,
  chatWaiting: 0,
};

describe("the streamer's state", () => {
  const base = temporaryDirectory();
  const videodata = join(base, 'bbb-live-streaming1', 'videodata');
  mkdirSync(videodata, { recursive: true });
  const slots = createSlots(sampleConfig(base), { composeFileText, isOurs, isIntact });

  test('is there for the ticks as the streamer has written it; before that there is nothing', async () => {
    expect(await slots.readStreamerState(1)).toBeNull();
    showState(videodata, STATE);
    expect(await slots.readStreamerState(1)).toEqual(STATE);
    showState(videodata, { ...STATE, soundDb: null, lastFrame: null, recording: null, recordedBytes: null });
    expect(await slots.readStreamerState(1)).toMatchObject({ recording: null });
  });

  test('that cannot be shown costs the stream nothing', () => {
    expect(() => {
      showState(join(base, 'no', 'such', 'directory'), STATE);
    }).not.toThrow();
  });

  test.each([
    ['half written', JSON.stringify(STATE).slice(0, 80)],
    ['of another program', '{"state":"happy"}'],
    ['too long', `${JSON.stringify(STATE)}${' '.repeat(20_000)}`],
  ])('that is %s is nothing', async (_what, content) => {
    writeFileSync(join(videodata, 'state.json'), content);
    expect(await slots.readStreamerState(1)).toBeNull();
    expect(readFileSync(join(videodata, 'state.json'), 'utf8')).toBe(content);
  });

  test('has the phases that the streamer knows, and no other', () => {
    expect('value' in parseStreamerState(JSON.stringify(STATE))).toBe(true);
    expect('fault' in parseStreamerState(JSON.stringify({ ...STATE, state: 'dreaming' }))).toBe(true);
  });
});
