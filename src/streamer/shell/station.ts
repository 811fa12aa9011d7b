// The screen and the sound server of one stream: Xvfb and PulseAudio, on sockets of their own.
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startLasting, type LastingProgram } from '../../shared/lasting-program.js';
import type { Life, StreamerConfig } from '../model.js';

export interface Station {
  life(): Life;
  /** `:N`, once it is up. */
  display(): string;
  /** What the programs on this station need. */
  environment(): Record<string, string>;
  start(): void;
  stop(): Promise<void>;
  /** For tests and for `state.json`. */
  pids(): { xvfb: number | undefined; pulseaudio: number | undefined };
}

type Settings = Pick<StreamerConfig, 'width' | 'height' | 'runDirectory' | 'timeZone' | 'locale'>;

const PATIENCE_MS = 2000;
/** PulseAudio says nothing when it is ready: its socket is there. */
const START_MS = 20_000;

export function createStation(settings: Settings, log: (line: string) => void): Station {
  const socket = join(settings.runDirectory, 'pulse.sock');
  let screen: LastingProgram | null = null;
  let sound: LastingProgram | null = null;
  let number = '';
  let startedAtMs = 0;
  const base = baseEnvironment(settings);
  const life = (): Life => {
    if (screen === null || sound === null) return 'none';
    if (!screen.isRunning() || !sound.isRunning()) return 'dead';
    if (number !== '' && existsSync(socket)) return 'up';
    return Date.now() - startedAtMs > START_MS ? 'dead' : 'starting';
  };
  return {
    life,
    display: () => `:${number}`,
    environment: () => ({ ...base, DISPLAY: `:${number}`, PULSE_SERVER: `unix:${socket}` }),
    pids: () => ({ xvfb: screen?.pid, pulseaudio: sound?.pid }),
    start() {
      rmSync(socket, { force: true });
      number = '';
      startedAtMs = Date.now();
      screen = startLasting(screenCommand(settings), {
        environment: base,
        lines: {
          2: (line) => {
            log(`Xvfb: ${line}`);
          },
          3: (line) => (number = line.trim()),
        },
      });
      sound = startLasting(soundCommand(socket), {
        environment: base,
        lines: {
          2: (line) => {
            log(`PulseAudio: ${line}`);
          },
        },
      });
    },
    async stop() {
      await Promise.all([screen?.end('SIGTERM', PATIENCE_MS), sound?.end('SIGTERM', PATIENCE_MS)]);
      if (number !== '') removeTraces(number);
      rmSync(socket, { force: true });
      screen = null;
      sound = null;
      number = '';
    },
  };
}

/** Nothing of this process's environment but what a program needs: that holds the secrets. */
function baseEnvironment({ runDirectory, timeZone, locale }: Settings): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    HOME: runDirectory,
    TMPDIR: runDirectory,
    XDG_RUNTIME_DIR: runDirectory,
    XDG_CONFIG_HOME: join(runDirectory, 'config'),
    XDG_CACHE_HOME: join(runDirectory, 'cache'),
    TZ: timeZone,
    LANG: 'C.UTF-8',
    LANGUAGE: locale,
  };
}

/** Xvfb looks for a free display itself and writes its number to file descriptor 3. */
function screenCommand({ width, height }: Settings): [string, ...string[]] {
  const screen = ['-screen', '0', `${width}x${height}x24`];
  return ['Xvfb', '-displayfd', '3', ...screen, '-nolisten', 'tcp', '-noreset', '-nocursor'];
}

function soundCommand(socket: string): [string, ...string[]] {
  return [
    'pulseaudio',
    ...['-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', '--disallow-exit', '--log-level=error'],
    ...['-L', `module-native-protocol-unix auth-anonymous=1 socket=${socket}`],
    ...['-L', 'module-null-sink sink_name=live rate=48000'],
  ];
}

/** An Xvfb that was killed leaves its lock and its socket behind. */
function removeTraces(number: string): void {
  for (const path of [`/tmp/.X${number}-lock`, `/tmp/.X11-unix/X${number}`]) {
    try {
      rmSync(path, { force: true });
    } catch {
      // Another user's, who has taken the number since.
    }
  }
}
