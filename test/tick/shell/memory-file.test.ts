import { mkdir, readdir, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { emptyMemory } from '../../../src/tick/report/memory.js';
import { createMemoryFile } from '../../../src/tick/shell/memory-file.js';
import { temporaryDirectory } from '../../support/temporary.js';

describe('the memory file', () => {
  test('is empty when it is missing, and gives back what was written, for its owner only', async () => {
    const directory = temporaryDirectory();
    const file = createMemoryFile(directory);
    expect(await file.read()).toEqual({ ok: true, value: emptyMemory() });
    const memory = { ...emptyMemory(), sightings: { '4': '2024-05-01T08:00:00.000Z' } };
    await file.write(memory);
    expect(await file.read()).toEqual({ ok: true, value: memory });
    expect((await stat(join(directory, 'memory.json'))).mode & 0o777).toBe(0o600);
  });

  test('is unreadable when it is damaged, or no file', async () => {
    const directory = temporaryDirectory();
    await writeFile(join(directory, 'memory.json'), '{"version":1');
    const damaged = await createMemoryFile(directory).read();
    expect(damaged).toMatchObject({ ok: false, problem: { kind: 'memoryUnreadable' } });
    await mkdir(join(directory, 'other', 'memory.json'), { recursive: true });
    const other = await createMemoryFile(join(directory, 'other')).read();
    expect(other).toMatchObject({ ok: false, problem: { kind: 'memoryUnreadable' } });
  });

  test('goes to a stand-in while it cannot be written, so that a full disk is not told once a minute, and comes back', async () => {
    const [base, temporary] = [join(temporaryDirectory(), 'base'), temporaryDirectory()];
    const file = createMemoryFile(base, temporary);
    const memory = { ...emptyMemory(), sightings: { '7': '2024-05-01T08:00:00.000Z' } };
    await file.write(memory);
    expect(await createMemoryFile(base, temporary).read()).toEqual({ ok: true, value: memory });
    expect(await createMemoryFile(`${base}2`, temporary).read()).toEqual({ ok: true, value: emptyMemory() });
    await mkdir(base);
    await file.write(emptyMemory());
    expect(await readdir(temporary)).toEqual([]);
    expect(await readdir(base)).toEqual(['memory.json']);
  });

  test('does not read a stand-in that is a link', async () => {
    const [base, temporary] = [join(temporaryDirectory(), 'base'), temporaryDirectory()];
    const file = createMemoryFile(base, temporary);
    await file.write({ ...emptyMemory(), sightings: { '1': '2024-05-01T08:00:00.000Z' } });
    const [name = ''] = await readdir(temporary);
    await rename(join(temporary, name), join(temporary, 'elsewhere'));
    await symlink(join(temporary, 'elsewhere'), join(temporary, name));
    expect(await file.read()).toEqual({ ok: true, value: emptyMemory() });
  });

  test('that can be written nowhere is a failure of the disk', async () => {
    const none = join(temporaryDirectory(), 'none');
    const file = createMemoryFile(none, none);
    await expect(file.write(emptyMemory())).rejects.toMatchObject({ problem: { kind: 'diskFailed' } });
  });
});
