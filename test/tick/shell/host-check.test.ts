import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Config } from '../../../src/tick/model.js';
import type { Finding, Installation } from '../../../src/tick/ports.js';
import { composeFileText } from '../../../src/tick/shell/slot/compose-file.js';
import { createCompose } from '../../../src/tick/shell/slot/compose.js';
import { createInstallation } from '../../../src/tick/shell/host-check.js';
import { sampleConfig } from '../../support/samples.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { createDocker, type FakeDocker } from '../../world/docker.js';

let base: string;
let docker: FakeDocker;
let config: Config;

beforeEach(() => {
  const root = temporaryDirectory();
  base = join(root, 'base');
  for (const directory of [base, join(base, 'pod'), join(base, 'logs'), join(base, 'bbb-live-streaming1')])
    mkdirSync(directory);
  docker = createDocker(root);
  config = sampleConfig(base, { composeCommand: docker.command, numberOfLives: 1 });
});

function host(change: Partial<Config> = {}): Installation {
  const changed = { ...config, ...change };
  return createInstallation(changed, createCompose(changed, { redact: (text) => text, lockOf: () => null }));
}

function composeFile(): string {
  return join(base, 'bbb-live-streaming1', 'docker-compose.yml');
}

function errorsOf(findings: Finding[]): string[] {
  return findings.filter(({ level }) => level === 'error').map(({ text }) => text);
}

describe('what a first run would stumble over', () => {
  test('is no error on a host that is well prepared', async () => {
    expect(errorsOf(await host().findings())).toEqual([]);
  });

  test('is each directory that is not there or is none, with what to do', async () => {
    rmSync(base, { recursive: true });
    const missing = errorsOf(await host().findings());
    expect(missing).toHaveLength(2);
    expect(missing[0]).toMatch(/^the base directory .* is missing \(PHYSICAL_BASE_ROOT\): create it, .* owner$/);
    expect(missing[1]).toMatch(/^the recordings directory .* is missing \(POD_DEFAULT_BBB_PATH\)$/);
    expect(existsSync(base)).toBe(false);
    mkdirSync(base);
    writeFileSync(join(base, 'logs'), '');
    writeFileSync(join(base, 'pod'), '');
    const wrong = errorsOf(await host().findings());
    expect(wrong).toEqual([
      expect.stringMatching(/^the log directory .* is not a directory/),
      expect.stringMatching(/^the recordings directory .* is not a directory/),
    ]);
  });

  test('is a compose program that is not there', async () => {
    expect(errorsOf(await host({ composeCommand: ['no-such-compose'] }).findings())).toEqual([
      expect.stringContaining('COMPOSE_COMMAND'),
    ]);
  });
});

describe('the compose file of a free slot', () => {
  test('is current as long as the configuration gives the same text', async () => {
    expect(await host().hasCurrentComposeFile(1)).toBe(false);
    writeFileSync(composeFile(), await composeFileText(1, config, null));
    expect(await host().hasCurrentComposeFile(1)).toBe(true);
    expect(await host({ streamerImage: 'fork.test/streamer:2' }).hasCurrentComposeFile(1)).toBe(false);
  });

  test('is renewed; one of the PHP script is kept, with its secrets, for its owner only', async () => {
    writeFileSync(composeFile(), 'of the script', { mode: 0o644 });
    await host().renewComposeFile(1);
    expect(readFileSync(`${composeFile()}.php-orig`, 'utf8')).toBe('of the script');
    expect([statSync(`${composeFile()}.php-orig`).mode & 0o777, statSync(composeFile()).mode & 0o777]).toEqual([
      0o600, 0o600,
    ]);
    await host({ streamerImage: 'fork.test/streamer:2' }).renewComposeFile(1);
    expect(readFileSync(composeFile(), 'utf8')).toContain('fork.test/streamer:2');
    expect(readFileSync(`${composeFile()}.php-orig`, 'utf8')).toBe('of the script');
  });
});

describe('pulling without a slot', () => {
  test('takes the images of the configuration, and leaves nothing behind', async () => {
    docker.setBehaviour({ missingImages: [config.streamerImage] });
    const before = readdirSync(base);
    // What a killed pull has left.
    mkdirSync(join(base, '.bbb-pod-live-pull'));
    await host({ streamerImage: 'fork.test/streamer:2' }).pull(null);
    await expect(host().pull(null)).rejects.toMatchObject({ problem: { kind: 'imageMissing' } });
    expect(docker.calls().map(({ argv, cwd }) => [argv, cwd])).toEqual([
      [['pull'], join(base, '.bbb-pod-live-pull')],
      [['pull'], join(base, '.bbb-pod-live-pull')],
    ]);
    expect(readdirSync(base)).toEqual(before);
  });

  test('says when its directory cannot be made', async () => {
    rmSync(base, { recursive: true });
    await expect(host().pull(null)).rejects.toMatchObject({ problem: { kind: 'diskFailed' } });
  });
});
