// A kill before and after every act of an import: the next run leaves what an undisturbed one would have left, and --forget knows all of it.
import { describe, expect, test } from '@jest/globals';
import { openJournal } from '../../src/migrate/journal.js';
import type { Choice, ExternalRow, JournalEntry, PodUser } from '../../src/migrate/model.js';
import type { MigrationPorts } from '../../src/migrate/ports.js';
import type { MigrationConfig } from '../../src/migrate/settings.js';
import { forget } from '../../src/migrate/ways/forget.js';
import { beginImport } from '../../src/migrate/ways/import-video.js';
import type { Migration } from '../../src/migrate/ways/way.js';
import { choiceOf } from '../support/migrate/choice.js';

const SERVER = 'https://bbb.univ.fr/';
const ADMIN: PodUser = { id: 1, username: 'admin', firstName: 'Ada', lastName: 'Min', email: 'admin@univ.fr' };
const CURIE = { username: 'mcurie', firstName: 'Marie', lastName: 'Curie', email: 'm.curie@univ.fr' };
const HUGO = { username: 'vhugo', firstName: 'Victor', lastName: 'Hugo', email: 'v.hugo@univ.fr' };

class Killed extends Error {}

/** What outlives a kill. */
interface Disk {
  users: PodUser[];
  rows: (ExternalRow & { name: string })[];
  intro: string;
  journal: JournalEntry[];
}

/** A world in memory whose acts are counted; `killAt`: the act, half acts included, at which the process dies. */
function portsOn(disk: Disk, killAt: number): { ports: MigrationPorts; acts(): number } {
  let acts = 0;
  let isDead = false;
  const dies = (): boolean => (isDead ||= (acts += 1) === killAt);
  const act = <T>(work: () => T): Promise<T> => {
    if (dies()) return Promise.reject(new Killed());
    const result = work();
    return dies() ? Promise.reject(new Killed()) : Promise.resolve(result);
  };
  const participants = JSON.stringify(
    [7, 8].map((selectionid) => ({ selectiontype: 'user', selectionid, role: 'moderator' })),
  );
  const ports = {
    pod: {
      user: () => Promise.resolve(ADMIN),
      userNamed: (name: string) => Promise.resolve(disk.users.find(({ username }) => username === name) ?? null),
      meetingOwner: () => Promise.resolve(null),
      ownersOf: (url: string) =>
        Promise.resolve(disk.rows.filter(({ sourceUrl }) => sourceUrl === url).map(({ ownerId }) => ownerId)),
      keepable: (name: string) => Promise.resolve(name),
      addExternalRecordings: (rows: { name: string; sourceUrl: string; ownerId: number }[]) =>
        act(() =>
          disk.rows.push(
            ...rows.map(({ name, sourceUrl, ownerId }, index) => ({
              id: disk.rows.length + index,
              name,
              sourceUrl,
              ownerId,
              isUploaded: false,
            })),
          ),
        ),
      externalRowsBeginningWith: () => Promise.resolve([...disk.rows]),
      externalRowsAt: (addresses: string[]) =>
        Promise.resolve(disk.rows.filter(({ sourceUrl }) => addresses.includes(sourceUrl))),
      removeExternalRows: (ids: number[]) =>
        act(() => {
          disk.rows = disk.rows.filter(({ id }) => !ids.includes(id));
          return ids.length;
        }),
      takeTurn: () => Promise.resolve(true),
    },
    podUsers: {
      create: (user: Omit<PodUser, 'id'>) =>
        act(() => {
          disk.users.push({ ...user, id: disk.users.length + 10 });
          return { created: true };
        }),
    },
    moodles: new Map([
      [
        'default',
        {
          activitiesOf: () => Promise.resolve([{ id: 3, intro: disk.intro, participants }]),
          users: () =>
            Promise.resolve([
              { id: 7, ...CURIE },
              { id: 8, ...HUGO },
            ]),
          appendToIntro: (_id: number, text: string) =>
            act(() => {
              if (!disk.intro.includes(text)) disk.intro += text;
              return true;
            }),
        },
      ],
    ]),
    journal: {
      path: 'journal',
      read: () => Promise.resolve([...disk.journal]),
      append: (entry: JournalEntry) => act(() => disk.journal.push(entry)),
      close: () => Promise.resolve(),
    },
    clock: { now: () => new Date(0), sleep: () => Promise.resolve() },
    screen: { line: () => undefined },
  } as unknown as MigrationPorts;
  return { ports, acts: () => acts };
}

const CONFIG = {
  bbbServerUrl: SERVER,
  adminId: 1,
  podSiteId: 1,
  inform: '<p>Pod</p>',
  ignoredServers: [],
} as unknown as MigrationConfig;
const RECORDING = {
  id: 'r1',
  internalId: 'r1',
  state: 'published',
  published: 'true',
  meetingId: 'm',
  name: 'Cours',
  startMs: 0,
  origin: 'Moodle',
  originServerName: '',
  presentationUrl: '',
  videoUrl: `${SERVER}p/r1`,
};

async function courseOn(ports: MigrationPorts, choice: Choice): Promise<Migration> {
  return { ports, config: CONFIG, choice, journal: await openJournal(ports.journal, SERVER, ports.clock) };
}

async function runImport(ports: MigrationPorts, retryOwners = false): Promise<void> {
  const work = await beginImport(await courseOn(ports, choiceOf('import-video', { useMoodle: true, retryOwners })));
  await work.migrate({ number: 1, recording: RECORDING as never });
}

async function runForget(ports: MigrationPorts): Promise<string> {
  return forget(await courseOn(ports, choiceOf('forget', { yes: true })));
}

function newDisk(): Disk {
  return { users: [], rows: [], intro: 'Bienvenue', journal: [] };
}

/** How many acts, half acts included, an undisturbed run has. */
async function actsOf(disk: Disk, run: (ports: MigrationPorts) => Promise<unknown>): Promise<number> {
  const { ports, acts } = portsOn(disk, -1);
  await run(ports);
  return acts();
}

function essence({ users, rows, intro }: Disk): object {
  return {
    users: users.map(({ username }) => username).sort(),
    rows: rows.map(({ ownerId, sourceUrl }) => `${String(ownerId)} ${sourceUrl}`).sort(),
    intro,
  };
}

describe('an import that is killed', () => {
  test('at any act, once or twice, ends as an undisturbed one', async () => {
    const whole = newDisk();
    const acts = await actsOf(whole, runImport);
    // Two users, begun, the rows, the word in Moodle, done: each before and after.
    expect(acts).toBe(12);
    expect(essence(whole)).toEqual({
      users: ['mcurie', 'vhugo'],
      rows: [`10 ${SERVER}p/r1`, `11 ${SERVER}p/r1`],
      intro: 'Bienvenue<p>Pod</p>',
    });
    for (let first = 1; first <= acts; first += 1) {
      for (let second = 0; second <= acts; second += 1) {
        const disk = newDisk();
        await expect(runImport(portsOn(disk, first).ports)).rejects.toThrow(Killed);
        if (second > 0) await runImport(portsOn(disk, second).ports).catch(() => undefined);
        await runImport(portsOn(disk, -1).ports);
        expect([first, second, essence(disk)]).toEqual([first, second, essence(whole)]);
        expect(await actsOf(disk, runImport)).toBe(0);
        expect(await runForget(portsOn(disk, -1).ports)).toBe('2 rows were deleted.');
      }
    }
  });

  test('while it passes a recording from the administrator to its owners is ended by the next run, told to or not', async () => {
    const retry = (ports: MigrationPorts): Promise<void> => runImport(ports, true);
    const whole = ownerless();
    const acts = await actsOf(whole, retry);
    expect(essence(whole)).toMatchObject({ rows: [`10 ${SERVER}p/r1`, `11 ${SERVER}p/r1`] });
    for (let killAt = 1; killAt <= acts; killAt += 1) {
      for (const next of [retry, runImport]) {
        const disk = ownerless();
        await expect(retry(portsOn(disk, killAt).ports)).rejects.toThrow(Killed);
        // Who was killed before the intent was noted has begun nothing but users.
        const isBegun = disk.journal.length > 1;
        await next(portsOn(disk, -1).ports);
        if (next === retry || isBegun) expect([killAt, essence(disk)]).toEqual([killAt, essence(whole)]);
        else expect(disk.rows).toEqual(ownerless().rows);
      }
    }
  });

  test('and a --forget that is killed at any act is finished by the next, or by an import', async () => {
    const acts = await actsOf(await imported(), runForget);
    for (let killAt = 1; killAt <= acts; killAt += 1) {
      const forgotten = await imported();
      await expect(runForget(portsOn(forgotten, killAt).ports)).rejects.toThrow(Killed);
      await runForget(portsOn(forgotten, -1).ports);
      expect([killAt, forgotten.rows]).toEqual([killAt, []]);

      const importedAgain = await imported();
      await runForget(portsOn(importedAgain, killAt).ports).catch(() => undefined);
      await runImport(portsOn(importedAgain, -1).ports);
      expect([killAt, importedAgain.rows.length]).toEqual([killAt, 2]);
    }
  });
});

/** The administrator has the recording, since no owner was found then. */
function ownerless(): Disk {
  const sourceUrl = `${SERVER}p/r1`;
  return {
    ...newDisk(),
    rows: [{ id: 0, name: 'Cours', sourceUrl, ownerId: ADMIN.id, isUploaded: false }],
    journal: [
      {
        at: '2026-01-01T00:00:00.000Z',
        server: SERVER,
        way: 'import-video+moodle',
        recording: 'r1',
        step: 'done',
        sourceUrl,
        owners: [ADMIN.id],
        informed: true,
        toAdministrator: 'not in Moodle',
      },
    ],
  };
}

async function imported(): Promise<Disk> {
  const disk = newDisk();
  await runImport(portsOn(disk, -1).ports);
  return disk;
}
