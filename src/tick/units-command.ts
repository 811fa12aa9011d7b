// `init --systemd`: prints the units of systemd, or writes them into a directory.
import { stat, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { EXIT } from '../shared/exit-status.js';
import { atomicWrite, errorCode, faultOf } from '../shared/files.js';
import { complain, print } from '../shared/terminal.js';
import type { Config } from './model.js';
import { systemdUnits, type Unit } from './shell/systemd-units.js';

const MODE = 0o644;

/** `directory`: null prints them. Answers the exit status. */
export async function unitsCommand(
  config: Config,
  { directory, configPath }: { directory: string | null; configPath: string | null },
): Promise<number> {
  const workingDirectory = process.cwd();
  const units = await systemdUnits({
    ...config,
    user: await userOf(config.baseDirectory),
    workingDirectory,
    node: process.execPath,
    program: resolve(process.argv[1] ?? ''),
    configPath: configPath === null ? null : resolve(configPath),
  });
  if (directory === null) {
    for (const { name, text } of units) print(`### ${name}\n${text}`);
    return EXIT.ok;
  }
  let status: number = EXIT.ok;
  for (const unit of units) if (!(await writeUnit(directory, unit))) status = EXIT.error;
  for (const line of nextSteps(config)) print(line);
  return status;
}

/** Who runs ticks: the owner of the base directory. */
async function userOf(baseDirectory: string): Promise<string> {
  const { uid, username } = userInfo();
  const owner = (await stat(baseDirectory).catch(() => null))?.uid ?? uid;
  return owner === uid ? username : String(owner);
}

/** False: it is not what it is to be. */
async function writeUnit(directory: string, { name, text }: Unit): Promise<boolean> {
  const path = join(directory, name);
  try {
    const present = await readFile(path, 'utf8').catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT') return null;
      throw error;
    });
    if (present !== null && present !== text) {
      print(`differs  ${path}: left alone; move it away to have it made anew`);
      return false;
    }
    if (present === null) await atomicWrite(path, text, MODE);
    print(`${present === null ? 'made     ' : 'there    '}${path}`);
    return true;
  } catch (error) {
    complain(`cannot make ${path}: ${faultOf(error)}`);
    return false;
  }
}

/** With the braces of bash. */
function nextSteps({ gatewayAllow, numberOfLives }: Config): string[] {
  const slots = numberOfLives === 1 ? '1' : `{1..${numberOfLives}}`;
  return [
    'Then, as root:',
    '  systemctl daemon-reload',
    ...(gatewayAllow.length === 0
      ? []
      : [`  systemctl enable --now bbb-pod-live-gateway.socket bbb-pod-live-wanted@${slots}.path`]),
    "  systemctl enable --now bbb-pod-live-tick@{0..9}.timer   (in the crontab's place: take its line away)",
  ];
}
