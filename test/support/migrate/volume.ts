// Measures the export of very many recordings against the mere download of BBB's answer: each in processes of its own.
import { fork, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shippedPath } from '../shipped.js';
import { SECRET } from './bbb-recordings-server.js';

export interface Run {
  /** From the start of the process to its end. */
  ms: number;
  /** Of the processors: what else the machine does counts little. */
  processorMs: number;
  /** The most memory that it had (resident set). */
  megabytes: number;
}

export interface VolumeServer {
  url: string;
  /** Downloads the answer to nowhere. */
  download(): Promise<Run & { bytes: number }>;
  /** The built program in an empty directory; the CSV file is `out.csv` there. */
  exportCsv(directory: string, args?: string[]): Promise<Run>;
  stop(): Promise<void>;
}

const HERE = fileURLToPath(new URL('.', import.meta.url));
const PEAK = 'peak';

/**
 * Writes what a process has used where PEAK_FILE says, when it ends: its peak of memory in kilobytes, and microseconds of
 * processors. Linux counts the memory of whoever started a process into its `maxRSS`; VmHWM is of the process alone.
 */
const TELL_PEAK = `import { readFileSync, writeFileSync } from 'node:fs';
process.on('exit', () => {
  const peakKb = Number(/^VmHWM:\\s*(\\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(process.env.PEAK_FILE, JSON.stringify({ peakKb, userCPUTime, systemCPUTime }));
});`;

/** Downloads argv[1], and tells how many bytes came. */
const DOWNLOAD = `import { get } from 'node:http'; let bytes = 0; get(process.argv[1], (answer) => answer.on('data', (piece) => { bytes += piece.length; }).on('end', () => console.log(bytes)));`;

/** A bbb-web with so many recordings, which it writes one by one. */
export async function startVolumeServer(count: number): Promise<VolumeServer> {
  const server = fork(join(HERE, 'volume-server.js'), [String(count)], { execArgv: [] });
  const [url] = (await once(server, 'message')) as [string];
  const address = `${url}bigbluebutton/api/getRecordings?checksum=${createHash('sha1').update(`getRecordings${SECRET}`).digest('hex')}`;
  return {
    url,
    download: async () => {
      const { stdout, ...run } = await measured(['--input-type=module', '-e', DOWNLOAD, address], process.cwd(), {});
      return { ...run, bytes: Number(stdout) };
    },
    exportCsv: async (directory, args = []) => {
      const environment = { SCRIPT_BBB_SERVER_URL: url, SCRIPT_BBB_SECRET_KEY: SECRET, TZ: 'Europe/Paris' };
      const command = [
        shippedPath('bin/bbb-pod-live'),
        'migrate-recordings',
        '--use-export-csv',
        `--max-value-record-process=${count}`,
        ...args,
      ];
      return measured(command, directory, environment);
    },
    stop: async () => {
      server.kill();
      await once(server, 'exit');
    },
  };
}

type Used = Pick<NodeJS.ResourceUsage, 'userCPUTime' | 'systemCPUTime'> & { peakKb: number };

/** Runs Node to its end. Throws unless that is a good one. */
async function measured(
  args: string[],
  cwd: string,
  environment: Record<string, string>,
): Promise<Run & { stdout: string }> {
  const peakFile = join(cwd, `.${PEAK}-${process.pid}`);
  const env = {
    PATH: process.env['PATH'],
    ...environment,
    PEAK_FILE: peakFile,
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(TELL_PEAK)}`,
  };
  const startMs = performance.now();
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (piece: Buffer) => (stdout = (stdout + piece.toString()).slice(-2000)));
  child.stderr.on('data', (piece: Buffer) => (stderr += piece.toString()));
  const [status] = (await once(child, 'close')) as [number | null];
  const ms = performance.now() - startMs;
  if (status !== 0) throw new Error(`it ended with ${String(status)}: ${stderr}${stdout}`);
  const { peakKb, userCPUTime, systemCPUTime } = JSON.parse(readFileSync(peakFile, 'utf8')) as Used;
  rmSync(peakFile);
  return { ms, processorMs: (userCPUTime + systemCPUTime) / 1000, megabytes: peakKb / 1024, stdout };
}
