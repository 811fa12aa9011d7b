// The stand-in's one "engine": containers in a file of the state directory, changed by one process at a time.
import { randomBytes } from 'node:crypto';
import { appendFileSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const LOCK_PAUSE_MS = 5;

export const stateDirectory = process.env['FAKE_DOCKER_STATE'] ?? '';
if (stateDirectory === '') throw new Error('FAKE_DOCKER_STATE must name the state directory of the stand-in');

export const behaviour = {
  failures: [],
  delays: [],
  missingImages: [],
  ownStreamers: [],
  daemonDown: false,
  ffmpeg: 'obeys',
  ffmpegStopsAfterPolls: 0,
  containerEndsWithFfmpeg: true,
  strictVideodata: true,
  recordingBytes: 0,
  stopped: 'can be started',
  engine: 'engine-1',
  ...readJson('behaviour.json', {}),
};

function readJson(name, otherwise) {
  try {
    return JSON.parse(readFileSync(join(stateDirectory, name), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return otherwise;
    throw error;
  }
}

/** Each engine has a file of its own. */
const engineFile = behaviour.engine === 'engine-1' ? 'engine.json' : `${behaviour.engine}.json`;

/** Lets `change` read and alter the engine while no other process does; what it returns is returned. */
export function withEngine(change) {
  const release = takeLock();
  try {
    const engine = readJson(engineFile, { containers: [], used: {} });
    const result = change(engine);
    const temporary = join(stateDirectory, `engine.${process.pid}.tmp`);
    writeFileSync(temporary, JSON.stringify(engine, null, 1));
    renameSync(temporary, join(stateDirectory, engineFile));
    return result;
  } finally {
    release();
  }
}

/** A link appears with its content at once, so that the lock of a killed process is seen as such. */
function takeLock() {
  const lock = join(stateDirectory, 'engine.lock');
  const mine = join(stateDirectory, `lock.${process.pid}.${randomBytes(4).toString('hex')}`);
  writeFileSync(mine, String(process.pid));
  for (;;) {
    try {
      linkSync(mine, lock);
      rmSync(mine);
      return () => rmSync(lock, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    if (isLeftOver(lock)) rmSync(lock, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_PAUSE_MS);
  }
}

function isLeftOver(lock) {
  try {
    const pid = Number(readFileSync(lock, 'utf8'));
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

/** Takes one use of the first failure or delay that is meant for this call. */
export function take(list, command, project) {
  return withEngine((engine) => {
    const found = list.find(
      (one) =>
        one.command === command &&
        (one.project === undefined || one.project === project) &&
        (engine.used[one.id] ?? 0) < (one.times ?? Infinity),
    );
    if (found !== undefined) engine.used[found.id] = (engine.used[found.id] ?? 0) + 1;
    return found;
  });
}

export function logCall(line) {
  appendFileSync(join(stateDirectory, 'calls.jsonl'), `${JSON.stringify({ ...line, at: new Date().toISOString() })}\n`);
}
