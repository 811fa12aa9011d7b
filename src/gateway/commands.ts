// What `gateway` does: reads one request, answers it, writes the log, and answers the exit status; or serves, for trials.
import { fstatSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import { loadEnvironment } from '../shared/configuration.js';
import { EXIT } from '../shared/exit-status.js';
import { ownNewFilesLike } from '../shared/ownership.js';
import { complain, complainOfConfiguration } from '../shared/terminal.js';
import type { GatewayChoice } from './command-line.js';
import { readGatewayConfig, type GatewayConfigReading } from './config.js';
import { answerOf } from './core/answer.js';
import { exchange } from './exchange.js';
import type { GatewayConfig } from './model.js';
import { gatewayPorts } from './real-ports.js';
import { writeRemarks } from './shell/log.js';
import { peerOf } from './shell/peer.js';
import { readRequest } from './shell/read-request.js';
import { linger, writeAnswer } from './shell/write-answer.js';

export async function gatewayCommand(choice: GatewayChoice): Promise<number> {
  const configured = configuration(choice.config);
  if (!configured.ok) {
    if (choice.serve === undefined) await writeAnswer(process.stdout, unconfigured(configured.mailLang));
    if (mayComplain()) complainOfConfiguration(configured.faults, choice.config);
    return EXIT.usage;
  }
  const { config } = configured;
  ownNewFilesLike(config.baseDirectory);
  if (choice.serve !== undefined) {
    const { serve } = await import('./shell/serve.js');
    return serve(choice.serve, config, (connection, peer) => answerOne(connection, connection, peer, config));
  }
  return answerOne(process.stdin, process.stdout, peerOf(process.stdin, process.env), config);
}

function configuration(configPath: string | undefined): GatewayConfigReading {
  const workingDirectory = process.cwd();
  const loaded = loadEnvironment({
    environment: process.env,
    workingDirectory,
    ...(configPath === undefined ? {} : { configPath }),
  });
  return loaded.ok
    ? readGatewayConfig(loaded.environment, workingDirectory)
    : { ok: false, faults: loaded.faults, mailLang: 'fr' };
}

function unconfigured(mailLang: 'fr' | 'en') {
  return answerOf({ ok: false, refusal: 'badConfiguration' }, mailLang);
}

/** What Pod need not wait for comes after the answer; so does the log, whose disk may be slow. */
async function answerOne(
  input: Readable,
  output: Writable,
  peer: string | null,
  config: GatewayConfig,
): Promise<number> {
  const ports = gatewayPorts(config);
  const reading = await readRequest(input);
  const { answer, isOwnFault, finish } = await exchange(peer, reading, config, ports);
  await writeAnswer(output, answer);
  const fault = writeRemarks(await finish(), ports.now(), config);
  if (fault !== null && mayComplain()) complain(fault);
  if (!reading.ok) await linger(input);
  return isOwnFault || fault !== null ? EXIT.error : EXIT.ok;
}

/** inetd makes stderr the connection too: what is said there would be sent to the caller. */
function mayComplain(): boolean {
  try {
    const [input, complaints] = [fstatSync(0), fstatSync(2)];
    return !(complaints.isSocket() && input.dev === complaints.dev && input.ino === complaints.ino);
  } catch {
    return false;
  }
}
