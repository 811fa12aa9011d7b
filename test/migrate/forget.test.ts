// --forget with the built program and real databases: what it deletes, what it asks, and what it leaves.
import { expect, test } from '@jest/globals';
import { withEachDatabase, type EngineName } from '../support/migrate/databases.js';
import { recordingXml } from '../support/migrate/recording-xml.js';
import { inMigrationWorld, type MigrationWorld } from '../support/migrate/world.js';
import { onTerminal } from '../support/terminal.js';

const PATIENCE_MS = 120_000;

/** Two recordings that are imported; a row of Pod's own script; and rows of other servers, one of which a wildcard would match. */
function inWorld(engine: EngineName, story: (world: MigrationWorld) => Promise<void>): () => Promise<void> {
  const external = [
    { source_url: '@BBB@playback/presentation/2.3/of-the-original', owner_id: 2, uploaded_to_pod_by_id: 2 },
    { source_url: 'https://other.univ.example/playback/presentation/2.3/x' },
  ];
  const recordings = [1, 2].map((number) => recordingXml({ number }));
  return inMigrationWorld(
    { engine, bbb: { recordings }, pod: { external_recordings: external }, moodles: { default: {} } },
    async (world) => {
      expect(await world.run(['--use-import-video'])).toMatchObject({ exitCode: 0, stderr: '' });
      await story(world);
    },
  );
}

async function urls(world: MigrationWorld): Promise<string[]> {
  const { external } = await world.pod.essence();
  return external
    .map(({ source_url: url }) =>
      url
        .replace(world.bbb.url, '')
        .replace(/.*\//, '')
        .replace(/^a+/, '')
        .replace(/-\d{13}$/, ''),
    )
    .sort();
}

withEachDatabase((engine) => {
  test(
    'deletes the rows that this program has made, and no other; then they can be imported again',
    inWorld(engine, async (world) => {
      expect(await urls(world)).toEqual(['1', '2', 'of-the-original', 'x']);
      const { exitCode, stdout, stderr } = await world.run(['--forget', '--yes']);
      expect([exitCode, stderr]).toEqual([0, '']);
      expect(stdout).toMatch(/3 rows of Pod's video import begin with .*; 2 of them, which the journal knows/);
      expect(stdout).toMatch(/already made a video of 0 of these/);
      expect(stdout).toMatch(/2 rows were deleted/);
      expect(await urls(world)).toEqual(['of-the-original', 'x']);
      expect((await world.run(['--forget', '--yes'])).stdout).toContain('Nothing to forget');
      expect(await world.run(['--use-import-video'])).toMatchObject({ exitCode: 0 });
      expect(await urls(world)).toEqual(['1', '2', 'of-the-original', 'x']);
    }),
    PATIENCE_MS,
  );

  test(
    '--all deletes everything that came from that server, also what users have made a video of, and says so',
    inWorld(engine, async (world) => {
      const { stdout } = await world.run(['--forget', '--all', '--yes']);
      expect(stdout).toMatch(/3 rows .* begin with .*; all of them are to be deleted/);
      expect(stdout).toMatch(/already made a video of 1 of these/);
      expect(await urls(world)).toEqual(['x']);
    }),
    PATIENCE_MS,
  );

  test(
    'rows that were gone before, or have lost their owner, can be imported again as well',
    inWorld(engine, async (world) => {
      await world.pod.query('DELETE FROM import_video_externalrecording WHERE owner_id = 1 AND source_url LIKE ?', [
        `${world.bbb.url}%`,
      ]);
      const gone = await world.run(['--forget', '--yes']);
      expect(gone).toMatchObject({ exitCode: 0, stderr: '' });
      expect(gone.stdout).toContain('No row is left to be deleted; the next import begins anew.');
      expect(await world.run(['--use-import-video'])).toMatchObject({ exitCode: 0 });
      expect(await urls(world)).toEqual(['1', '2', 'of-the-original', 'x']);

      await world.pod.query('UPDATE import_video_externalrecording SET owner_id = NULL WHERE owner_id = 1', []);
      // They stay, and so does what the journal says of them.
      expect((await world.run(['--forget', '--yes'])).stdout).toContain('Nothing to forget');
      expect((await world.run(['--use-import-video'])).stdout).toMatch(/done before +2/);
      expect((await world.run(['--forget', '--all', '--yes'])).stdout).toContain('3 rows were deleted');
      expect(await world.run(['--use-import-video'])).toMatchObject({ exitCode: 0 });
      expect(await urls(world)).toEqual(['1', '2', 'x']);
    }),
    PATIENCE_MS,
  );

  test(
    'a recording that has another address by now is forgotten too, and can be imported again',
    inWorld(engine, async (world) => {
      const video = { type: 'video', url: 'https://rec.univ.example/video/1/' };
      world.bbb.settings.recordings = [recordingXml({ number: 1, formats: [video] }), recordingXml({ number: 2 })];
      expect(await world.run(['--use-import-video', '--use-database-moodle'])).toMatchObject({
        exitCode: 0,
        stdout: expect.stringContaining('was there already'),
      });
      const { stdout } = await world.run(['--forget', '--yes']);
      expect(stdout).toContain('2 rows were deleted');
      expect(stdout).not.toContain('they stay');
      for (const again of [['--use-import-video'], ['--use-import-video', '--use-database-moodle']])
        expect(await world.run(again)).toMatchObject({ exitCode: 0 });
      expect((await world.pod.essence()).external.map(({ source_url: url }) => url)).toContain(video.url);
      expect(await urls(world)).toHaveLength(4);
    }),
    PATIENCE_MS,
  );

  test(
    'what the journal knows of this server under another address is told, and goes too; what it does not know stays',
    inWorld(engine, async (world) => {
      const spelled = { SCRIPT_BBB_SERVER_URL: world.bbb.url.replace('http:', 'https:') };
      const { exitCode, stdout } = await world.run(['--forget', '--yes'], spelled);
      expect(exitCode).toBe(0);
      expect(stdout).toContain(
        `The journal knows 2 rows more of this server, under ${new URL(world.bbb.url).host}: they are to be deleted too.`,
      );
      expect(stdout).toContain('2 rows were deleted.');
      expect(await urls(world)).toEqual(['of-the-original', 'x']);
      expect(await world.run(['--use-import-video'])).toMatchObject({ exitCode: 0 });
      expect(await urls(world)).toEqual(['1', '2', 'of-the-original', 'x']);
    }),
    PATIENCE_MS,
  );

  test.each([
    ['y\n', 2],
    ['yes\n', 2],
    ['n\n', 4],
    ['\n', 4],
    ['', 4],
  ])(
    'asks on a terminal, and the answer %j leaves its rows',
    (answer, left) =>
      inWorld(engine, async (world) => {
        const { child, ended } = world.start(['--forget'], onTerminal('stdin', 'stdout'), 'pipe');
        child.stdin?.end(answer);
        expect(await ended).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Delete 2 rows? [y/N]') });
        expect(await urls(world)).toHaveLength(left);
      })(),
    PATIENCE_MS,
  );

  test(
    'SIGTERM is no answer, and ends it',
    inWorld(engine, async (world) => {
      const { child, ended } = world.start(['--forget'], onTerminal('stdin', 'stdout'), 'pipe');
      child.stdout?.on('data', (chunk: Buffer) => {
        if (chunk.includes('[y/N]')) child.kill('SIGTERM');
      });
      expect(await ended).toMatchObject({ exitCode: 143, stdout: expect.stringContaining('Nothing was deleted.') });
      expect(await urls(world)).toHaveLength(4);
    }),
    PATIENCE_MS,
  );

  test(
    'a dry run counts, and without a terminal nothing is deleted without --yes',
    inWorld(engine, async (world) => {
      const files = world.files();
      expect(await world.run(['--forget', '--dry'])).toMatchObject({
        exitCode: 0,
        stdout: expect.stringMatching(/2 would be deleted/),
      });
      expect(world.files()).toEqual(files);
      expect(await world.run(['--forget'])).toMatchObject({
        exitCode: 2,
        stderr: expect.stringMatching(/no terminal to ask on: add --yes/),
      });
      expect(await urls(world)).toEqual(['1', '2', 'of-the-original', 'x']);
    }),
    PATIENCE_MS,
  );

  test(
    "wildcards in the server's address are plain signs, and its case counts",
    inMigrationWorld(
      {
        engine,
        bbb: { recordings: [] },
        pod: {
          external_recordings: ['http://b_b%/a/x', 'http://bxb%/a/y', 'http://b_bz/a/z', 'http://B_B%/a/big'].map(
            (source_url) => ({ source_url }),
          ),
        },
      },
      async (world) => {
        const settings = { SCRIPT_BBB_SERVER_URL: 'http://127.0.0.1/b_b%/' };
        await world.pod.query(
          "UPDATE import_video_externalrecording SET source_url = REPLACE(source_url, 'http://', 'http://127.0.0.1/')",
          [],
        );
        expect(await world.run(['--forget', '--all', '--yes'], settings)).toMatchObject({
          exitCode: 0,
          stdout: expect.stringMatching(/1 row was deleted/),
        });
        expect(await urls(world)).toEqual(['big', 'y', 'z']);
      },
    ),
    PATIENCE_MS,
  );
});
