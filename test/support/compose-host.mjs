// Carries out the calls of the docker-compose stand-in in one process that is there already: `node compose-host.mjs DIRECTORY`, port on stdout.
import { readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, stop } from 'esbuild';

/**
 * Each call is an evaluation of the stand-in's whole text, as in a process of its own: with the `process` of its caller,
 * and with timers that come to nothing once the caller is gone. `calls`: by the address of the evaluated module.
 */
const BANNER = 'const { process, setTimeout } = globalThis.composeCalls.get(import.meta.url);';
const calls = (globalThis.composeCalls = new Map());

/** The one dependency that costs more than the stand-in itself is evaluated once for all. */
const shared = {
  name: 'shared',
  setup({ onResolve }) {
    onResolve({ filter: /^yaml$/ }, () => ({ path: import.meta.resolve('yaml'), external: true }));
  },
};

async function bundle(directory) {
  const outfile = join(directory, 'docker-compose-stand-in.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, '../world/docker-compose.mjs')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    plugins: [shared],
    banner: { js: BANNER },
    logLevel: 'warning',
  });
  return pathToFileURL(outfile).href;
}

/** What a process began with (https://man7.org/linux/man-pages/man5/proc_pid_environ.5.html); the shell's own words are left out. */
function callerOf(pid) {
  const words = (file) => readFileSync(`/proc/${pid}/${file}`, 'utf8').split('\0').slice(0, -1);
  const env = Object.fromEntries(words('environ').map((entry) => entry.split(/=(.*)/s).slice(0, 2)));
  return { argv: ['node', ...words('cmdline').slice(1)], env, cwd: readlinkSync(`/proc/${pid}/cwd`) };
}

/** The stand-in's `process`: its caller's, where the two differ. */
function processOf(pid, own, socket) {
  const { argv, env, cwd } = callerOf(pid);
  const stream = (mark) => ({ write: (text) => socket.write(`${mark}${text}\0`) });
  const values = { pid, argv, env: { ...env, ...own }, cwd: () => cwd, exitCode: undefined };
  const streams = { stdout: stream('o'), stderr: stream('e') };
  const parts = Object.entries({ ...values, ...streams });
  return Object.create(
    process,
    Object.fromEntries(parts.map(([name, value]) => [name, { value, writable: true, enumerable: true }])),
  );
}

let count = 0;

async function carryOut(standIn, [pid, stateDirectory, v2, docker], socket) {
  const url = `${standIn}?call=${(count += 1)}`;
  try {
    const own = { FAKE_DOCKER_STATE: stateDirectory, FAKE_COMPOSE_V2: v2, FAKE_DOCKER_PROGRAM: docker };
    const call = {
      process: processOf(Number(pid), own, socket),
      setTimeout: (act, ms) => setTimeout(() => socket.destroyed || act(), ms),
    };
    calls.set(url, call);
    await import(url);
    socket.end(`x${call.process.exitCode ?? 0}\0`);
  } catch (error) {
    socket.end(`e${error.stack}\n\0x1\0`);
  } finally {
    calls.delete(url);
  }
}

const standIn = await bundle(process.argv[2]);
await stop();
const server = createServer((socket) => {
  let asked = '';
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    asked += text;
    const words = asked.split('\0');
    if (words.length === 5) void carryOut(standIn, words, socket);
  });
  // The caller was killed.
  socket.on('end', () => socket.destroy());
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${server.address().port}\n`);
});
// It ends with whoever has started it, and so do the calls that still wait.
process.stdin.resume().on('end', () => process.kill(process.pid));
