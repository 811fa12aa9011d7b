// What both stories of the demo do and show: a tick, a mail, the files.
import type { ReceivedMail } from '../world/smtp.js';
import type { World } from '../world/world.js';
import { expectThat, say } from './story.js';

export async function initialise(world: World): Promise<void> {
  const result = await world.run(['init', '--no-pull']);
  for (const line of (result.stdout + result.stderr).trimEnd().split('\n')) say(`| ${line}`);
  expectThat('exit status of init', result.exitCode, 0);
}

export async function tick(world: World): Promise<void> {
  const result = await world.run(['run', '--no-delay']);
  say('$ bbb-pod-live run');
  expectThat('output of the tick', result.stdout + result.stderr, '');
  if (result.exitCode !== 0) sayMail(world.smtp.mails.at(-1));
  expectThat('exit status of the tick', result.exitCode, 0);
}

/** A tick after which all is as before. */
export async function idleTick(world: World): Promise<void> {
  const before = world.snapshot();
  await tick(world);
  const after = world.snapshot();
  expectThat("Pod's rows", after.pod, before.pod);
  expectThat('containers', after.containers, before.containers);
  expectThat('mails', after.mails, before.mails);
  expectThat('writes to Pod', after.podWrites, before.podWrites);
  say('Pod, containers and mailbox are as they were.');
}

export function sayMail(mail: ReceivedMail | undefined): void {
  say('Mail:');
  say(`    To: ${mail?.to}`);
  say(`    Subject: ${mail?.subject}`);
  for (const line of (mail?.text ?? '').split('\n').filter((one) => one.trim() !== '')) say(`    | ${line.trimEnd()}`);
}

export function sayFiles(world: World): void {
  say('Files:');
  for (const { path, type, mode, size } of world.files()) {
    say(`    ${mode}  ${type === 'directory' ? `${path}/` : `${path} (${size} bytes)`}`);
  }
}
