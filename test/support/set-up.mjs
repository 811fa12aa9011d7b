// Once for a whole run of the tests: what is shipped is packed and unpacked elsewhere, and each source is built as it is shipped.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeAtTheEnd } from './tear-down.mjs';

/** `dist` is packed as it has been built. Answers the path of what npm has made. */
function pack(directory) {
  const words = ['pack', '--json', '--ignore-scripts', '--loglevel=error', '--pack-destination', directory];
  const [{ filename }] = JSON.parse(execFileSync('npm', words, { encoding: 'utf8' }));
  return join(directory, filename);
}

/** Ends with this process, if nobody ends it before. Answers its port. */
async function startComposeHost(directory) {
  const host = spawn(process.execPath, [join(import.meta.dirname, 'compose-host.mjs'), directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [port] = await once(host.stdout.setEncoding('utf8'), 'data');
  return { host, port: port.trim() };
}

export default async function setUp() {
  // Outside this tree, whose libraries would be found otherwise.
  const directory = mkdtempSync(join(tmpdir(), 'bbb-pod-live-shipped-'));
  // Ordinary users run the program too.
  chmodSync(directory, 0o755);
  execFileSync(process.execPath, ['esbuild.config.mjs', 'sources']);
  const { host, port } = await startComposeHost(directory);
  removeAtTheEnd(directory, host);
  const packed = pack(directory);
  execFileSync('tar', ['-xzf', packed, '-C', directory]);
  process.env.BBB_POD_LIVE_PACKED = packed;
  process.env.BBB_POD_LIVE_SHIPPED = join(directory, 'package');
  process.env.BBB_POD_LIVE_COMPOSE_HOST_PORT = port;
}
