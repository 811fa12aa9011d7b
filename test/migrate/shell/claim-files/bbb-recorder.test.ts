import { chmodSync, closeSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { takeFileLock } from '../../../../src/shared/lock.js';
import { encoderFaults, film, type Film } from '../../../../src/migrate/shell/claim-files/bbb-recorder.js';
import { installBbbRecorder, type BbbRecorder, type EncoderBehaviour } from '../../../support/migrate/bbb-recorder.js';
import { temporaryDirectory } from '../../../support/temporary.js';
import { until } from '../../../support/until.js';

// Child processes and servers on a machine that does much else.
jest.setTimeout(60_000);

const ID = `${'b'.repeat(40)}-1705316400000`;
const URL_23 = `https://bbb.univ.fr/playback/presentation/2.3/${ID}`;
const NEVER = new AbortController().signal;

let recorder: BbbRecorder;

beforeEach(() => {
  recorder = installBbbRecorder(temporaryDirectory());
});

function encoded(url = URL_23, file = 'cours.webm', ending = NEVER, lock: number | null = null): Promise<Film> {
  const places = { bbbRecorderPlugin: recorder.plugin, bbbRecorderPath: recorder.path };
  return film({ url, file }, places, { lockDescriptor: lock, ending });
}

/** Its size; there is nothing to warn of. */
async function encode(...given: Parameters<typeof encoded>): Promise<number> {
  const { size, warnings } = await encoded(...given);
  expect(warnings).toEqual([]);
  return size;
}

function resultPath(file = 'cours.webm'): string {
  return join(recorder.path, file);
}

describe('an encoding', () => {
  test.each([
    URL_23,
    `${URL_23}?meetingId=${ID}`,
    `https://bbb.univ.fr/playback/presentation/2.0/playback.html?meetingId=${ID}`,
  ])('of %s makes a video, and a log of what bbb-recorder said', async (url) => {
    expect(await encode(url)).toBe(180);
    expect(readFileSync(resultPath(), 'utf8')).toMatch(new RegExp(`^WEBM ${ID}\n`));
    expect(recorder.calls()).toMatchObject([{ argv: [url, 'cours.webm'], cwd: recorder.plugin }]);
    const log = join(recorder.path, 'logs/cours.webm.log');
    expect(readFileSync(log, 'utf8')).toBe(`Recording ${ID}\nExported\n`);
    expect(statSync(join(recorder.path, 'logs')).mode & 0o777).toBe(0o750);
  });

  test('gets its words as they are: no shell reads them', async () => {
    const url = `${URL_23}?a"; touch ${join(recorder.path, 'x')}; "$(touch ${join(recorder.path, 'y')})`;
    expect(await encode(url)).toBe(180);
    expect(recorder.calls()[0]?.argv).toEqual([url, 'cours.webm']);
    expect([existsSync(resultPath('x')), existsSync(resultPath('y'))]).toEqual([false, false]);
  });

  test.each<[EncoderBehaviour | 'refuses', RegExp, RegExp]>([
    ['fail', /failed with the status 1: see .*logs\/cours\.webm\.log$/, /timeout of 30000/],
    ['nothing', /ended well, but has made no video .*see .*logs\/cours\.webm\.log$/, /Target closed/],
    ['empty', /ended well, but has made no video .*see .*logs\/cours\.webm\.log$/, /Recording/],
    ['refuses', /failed with the status 1: see .*logs\/cours\.webm\.log$/, /Usage/],
  ])('that goes wrong (%s) leaves its log, which is named, and nothing else', async (how, message, said) => {
    if (how !== 'refuses') recorder.behave(ID, how);
    await expect(encode(how === 'refuses' ? 'https://bbb.univ.fr/podcast/1' : URL_23)).rejects.toThrow(message);
    expect(readFileSync(join(recorder.path, 'logs/cours.webm.log'), 'utf8')).toMatch(said);
    expect(existsSync(resultPath())).toBe(false);
  });

  test('never takes for its own what an encoding has left that was killed', async () => {
    writeFileSync(resultPath(), 'half of a video');
    recorder.behave(ID, 'nothing');
    await expect(encode()).rejects.toThrow('has made no video');
    expect(existsSync(resultPath())).toBe(false);
  });

  test('that fails says so with the last words of bbb-recorder', async () => {
    recorder.behave(ID, 'fail');
    await expect(encode()).rejects.toThrow(
      `bbb-recorder failed with the status 1: see "Recording ${ID} / Error: Navigation timeout of 30000 ms exceeded", at the end of ${join(recorder.path, 'logs/cours.webm.log')}`,
    );
  });

  test('whose video is there is kept, though bbb-recorder fails afterwards, and that is told', async () => {
    recorder.behave(ID, 'fail late');
    expect(await encoded()).toEqual({
      size: 180,
      warnings: [
        expect.stringMatching(
          /^bbb-recorder failed with the status 1 after it had made the video, which is kept: see ".*Could not stop Xvfb\.", at the end of .*logs\/cours\.webm\.log$/,
        ),
      ],
    });
    expect(readFileSync(resultPath(), 'utf8')).toMatch(new RegExp(`^WEBM ${ID}\n`));
  });

  test('that fails keeps no video of an earlier one', async () => {
    writeFileSync(resultPath(), 'of another day');
    recorder.behave(ID, 'fail');
    await expect(encode()).rejects.toThrow('failed with the status 1');
    expect(existsSync(resultPath())).toBe(false);
  });

  test('keeps the lock of its run as long as it works, even when the run is gone', async () => {
    const path = join(temporaryDirectory(), 'lock');
    const lock = await takeFileLock(path);
    recorder.behave(ID, 'hold');
    const encoding = encode(URL_23, 'cours.webm', NEVER, lock);
    await until(() => existsSync(resultPath()));
    closeSync(lock ?? -1);
    expect(await takeFileLock(path)).toBeNull();
    recorder.release();
    expect(await encoding).toBe(180);
    const again = await takeFileLock(path);
    expect(again).not.toBeNull();
    closeSync(again ?? -1);
  });

  test('is beyond the reach of Ctrl-C in the terminal, and ends when it is told to', async () => {
    const ending = new AbortController();
    recorder.behave(ID, 'hold');
    const encoding = encode(URL_23, 'cours.webm', ending.signal);
    await until(() => existsSync(resultPath()));
    const pid = recorder.calls()[0]?.pid ?? 0;
    const [, , , , group, session] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ');
    expect([group, session]).toEqual([String(pid), String(pid)]);
    ending.abort();
    await expect(encoding).rejects.toThrow('did not come to its end');
    expect(existsSync(resultPath())).toBe(false);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });
});

describe('bbb-recorder', () => {
  const PATH = process.env['PATH'];
  afterEach(() => {
    process.env['PATH'] = PATH;
  });

  function faults(places: { bbbRecorderPlugin?: string; bbbRecorderPath?: string } = {}): Promise<string[]> {
    return encoderFaults({ bbbRecorderPlugin: recorder.plugin, bbbRecorderPath: recorder.path, ...places });
  }

  test('that is installed well has no faults', async () => {
    expect(await faults()).toEqual([]);
  });

  test('that is not is told with all its faults and what to do', async () => {
    const nowhere = join(temporaryDirectory(), 'nowhere');
    process.env['PATH'] = nowhere;
    expect(await faults({ bbbRecorderPlugin: nowhere, bbbRecorderPath: nowhere })).toEqual([
      expect.stringMatching(/`node` on PATH/),
      expect.stringMatching(/export\.js.*IMPORT_VIDEO_BBB_RECORDER_PLUGIN/),
      expect.stringMatching(/nowhere.*IMPORT_VIDEO_BBB_RECORDER_PATH/),
    ]);
  });

  test('that puts its videos elsewhere is found out before a lecture is filmed', async () => {
    const elsewhere = temporaryDirectory();
    expect(await faults({ bbbRecorderPath: elsewhere })).toEqual([
      expect.stringMatching(/copyToPath.*IMPORT_VIDEO_BBB_RECORDER_PATH/),
    ]);
    writeFileSync(
      join(recorder.plugin, 'config.json'),
      JSON.stringify({ copyToPath: relative(recorder.plugin, elsewhere) }),
    );
    expect(await faults({ bbbRecorderPath: elsewhere })).toEqual([]);
    writeFileSync(join(recorder.plugin, 'config.json'), 'no JSON');
    expect(await faults({ bbbRecorderPath: elsewhere })).toEqual([]);
  });

  test('that puts its videos elsewhere by its .env is found out too, which wins over an old config.json', async () => {
    const elsewhere = temporaryDirectory();
    recorder.putsInto(elsewhere, '.env');
    expect(await faults()).toEqual([
      expect.stringMatching(/^bbb-recorder puts its videos into .* \(copyToPath in .*\/\.env\), not into/),
    ]);
    expect(await faults({ bbbRecorderPath: elsewhere })).toEqual([]);
    recorder.putsInto(relative(recorder.plugin, recorder.path), '.env');
    expect(await faults()).toEqual([]);
    rmSync(join(recorder.plugin, 'config.json'));
    expect(await faults({ bbbRecorderPath: elsewhere })).toHaveLength(1);
  });

  test('whose directory of results is a file, or may not be written, cannot work', async () => {
    rmSync(recorder.path, { recursive: true });
    writeFileSync(recorder.path, '');
    expect(await faults()).toEqual([expect.stringContaining('is not a directory')]);
    rmSync(recorder.path);
    mkdirSync(recorder.path);
    chmodSync(recorder.path, 0o555);
    // Root may write everywhere.
    if (process.getuid?.() !== 0) expect(await faults()).toEqual([expect.stringContaining('EACCES')]);
  });
});
