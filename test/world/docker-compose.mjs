#!/usr/bin/env node
// A stand-in for docker-compose 1.29 (or `docker compose` with FAKE_COMPOSE_V2=1) whose engine is a directory of files.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import * as commands from './docker-compose/commands.mjs';
import * as engineCommands from './docker-compose/engine-commands.mjs';
import { ComposeError, findProject } from './docker-compose/compose-file.mjs';
import { behaviour, logCall, stateDirectory, take } from './docker-compose/engine.mjs';

const FILE_PAUSE_MS = 10;
/** The program `docker` has both the engine's commands and, with v2, `compose`. */
const mode = { v2: process.env['FAKE_COMPOSE_V2'] === '1', isDocker: process.env['FAKE_DOCKER_PROGRAM'] === '1' };

const VALUED = {
  '-f': 'file',
  '--file': 'file',
  '-p': 'project',
  '--project-name': 'project',
  '--project-directory': 'projectDirectory',
  '--env-file': 'envFile',
  '--ansi': 'ansi',
  '--profile': 'profile',
};

/** The options before the command, the command and its words. */
function parseArguments(argv) {
  const options = {};
  for (let index = 0; index < argv.length; index += 1) {
    const [name, attached] = argv[index].split(/=(.*)/s);
    if (VALUED[name] !== undefined) options[VALUED[name]] = attached ?? argv[(index += 1)];
    else if (argv[index] === '--version' || argv[index] === '-v') return { options, command: 'version', words: [] };
    else if (!argv[index].startsWith('-')) return { options, command: argv[index], words: argv.slice(index + 1) };
  }
  return { options, command: '', words: [] };
}

function version(words) {
  const number = mode.v2 ? 'v2.24.5' : '1.29.2';
  const long = mode.v2 ? `Docker Compose version ${number}` : `docker-compose version ${number}, build unknown`;
  process.stdout.write(`${words.includes('--short') ? number.replace('v', '') : long}\n`);
  return 0;
}

function daemonDown() {
  process.stderr.write(
    mode.v2
      ? 'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?\n'
      : "ERROR: Couldn't connect to Docker daemon at http+docker://localhost - is it running?\n\n" +
          "If it's at a non-standard location, specify the URL with the DOCKER_HOST environment variable.\n",
  );
  return 1;
}

async function pause(ms) {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}

async function waitFor(delay) {
  await pause(delay?.beforeMs ?? 0);
  while (delay?.untilFile !== undefined && !existsSync(join(stateDirectory, delay.untilFile)))
    await pause(FILE_PAUSE_MS);
}

async function run(argv) {
  if (mode.isDocker && Object.hasOwn(engineCommands, argv[0] ?? '')) {
    if (behaviour.daemonDown) return daemonDown();
    await waitFor(take(behaviour.delays, `docker ${argv[0]}`));
    const failure = take(behaviour.failures, `docker ${argv[0]}`);
    if (failure !== undefined) return fail(failure);
    return engineCommands[argv[0]](argv.slice(1));
  }
  if (mode.isDocker && (!mode.v2 || argv[0] !== 'compose')) {
    process.stderr.write(`docker: '${argv[0] ?? ''}' is not a docker command.\n`);
    return 1;
  }
  const { options, command, words } = parseArguments(mode.v2 ? argv.slice(1) : argv);
  if (command === 'version') return version(words);
  if (!Object.hasOwn(commands, command)) {
    process.stderr.write(`No such command: ${command}\n`);
    return 1;
  }
  const target = findProject(options, process.cwd());
  const delay = take(behaviour.delays, command, target.project);
  await waitFor(delay);
  const failure = take(behaviour.failures, command, target.project);
  if (failure !== undefined && !failure.afterwards) return fail(failure);
  if (behaviour.daemonDown && command !== 'config') return daemonDown();
  const exitCode = commands[command](words, target, mode);
  if (failure?.leavesDead !== undefined) commands.kill([failure.leavesDead], target);
  await pause(delay?.afterMs ?? 0);
  return failure === undefined ? exitCode : fail(failure);
}

function fail(failure) {
  process.stdout.write(failure.stdout ?? '');
  process.stderr.write(failure.stderr ?? 'ERROR: the stand-in was told to fail\n');
  return failure.exitCode ?? 1;
}

const id = randomBytes(6).toString('hex');
const argv = process.argv.slice(2);
logCall({ id, event: 'begin', argv, cwd: process.cwd(), pid: process.pid });
try {
  process.exitCode = await run(argv);
} catch (error) {
  if (!(error instanceof ComposeError)) throw error;
  process.stderr.write(mode.v2 ? `${error.message}\n` : `ERROR: ${error.message}\n`);
  process.exitCode = 1;
}
logCall({ id, event: 'end', rc: process.exitCode });
