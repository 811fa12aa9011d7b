// Users that Pod makes through REST: what it takes, what it refuses with its words, and what is not an answer of Pod's.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MigrationError, type PodUsers } from '../../../src/migrate/ports.js';
import { createPodUsers } from '../../../src/migrate/shell/pod-users.js';
import { createHttp } from '../../../src/shared/http.js';
import { newPod, withDatabase, withEachDatabase, type TestPod } from '../../support/migrate/databases.js';
import { startPodUsers } from '../../support/migrate/pod-users-server.js';
import { startHttpServer, type FaultAnswer, type HttpServer } from '../../world/http-server.js';

const TOKEN = 'a1b2c3d4e5f6';
const MARIE = { username: 'mcurie', firstName: 'Marie', lastName: 'Curie', email: 'm.curie@univ.example' };

let pod: TestPod;
let server: HttpServer;
let users: PodUsers;

async function have(engine: TestPod['engine']): Promise<void> {
  pod = await newPod(engine);
  server = await startPodUsers(pod, { token: TOKEN, otherToken: 'student' });
  users = usersOf(server.url);
}

function usersOf(podUrl: string, podToken = TOKEN): PodUsers {
  return createPodUsers({ podUrl, podToken }, createHttp({ timeoutMs: 1000, pause: () => Promise.resolve() }));
}

async function giveBack(): Promise<void> {
  await server.stop();
  await pod.drop();
}

/** What is said of a failure; never the token. */
async function failure(act: Promise<unknown>): Promise<string> {
  const error: unknown = await act.then(
    (answer) => new Error(`no failure: ${JSON.stringify(answer)}`),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(MigrationError);
  expect((error as Error).message).not.toContain(TOKEN);
  return (error as Error).message;
}

withEachDatabase((engine) => {
  beforeEach(() => have(engine));
  afterEach(giveBack);

  test('a user is created as staff and active, with the profile and the site that Pod gives', async () => {
    expect(await users.create(MARIE)).toEqual({ created: true });
    const { users: rows, owners } = await pod.essence();
    expect(rows.at(-1)).toEqual({
      username: 'mcurie',
      first_name: 'Marie',
      last_name: 'Curie',
      email: 'm.curie@univ.example',
      is_staff: true,
      is_active: true,
      is_superuser: false,
    });
    expect(owners.at(-1)).toEqual({
      username: 'mcurie',
      auth_type: 'local',
      affiliation: 'student',
      commentaire: '',
      userpicture_id: null,
      establishment: 'Etab_1',
      accepts_notifications: null,
      sites: [1],
    });
    expect(server.requests.map(({ method, path, headers }) => [method, path, headers['authorization']])).toEqual([
      ['POST', '/rest/users/', `Token ${TOKEN}`],
    ]);
  });

  test('names may be missing, and hold any sign', async () => {
    expect(
      await users.create({ username: 'a.b+c-d_e@univ.example', firstName: '', lastName: `O’Hugo "d'" 🎓`, email: '' }),
    ).toEqual({ created: true });
    expect((await pod.essence()).users.at(-1)).toMatchObject({
      username: 'a.b+c-d_e@univ.example',
      first_name: '',
      last_name: `O’Hugo "d'" 🎓`,
      email: '',
    });
  });

  test('a name that is taken is refused, as this database compares names', async () => {
    expect(await users.create({ ...MARIE, username: 'pnom' })).toEqual({
      refused: 'username: Un utilisateur avec ce nom existe déjà.',
    });
    const other = await users.create({ ...MARIE, username: 'PNom' });
    expect(other).toEqual(
      engine === 'mysql' ? { refused: 'username: Un utilisateur avec ce nom existe déjà.' } : { created: true },
    );
  });
});

withEachDatabase((engine) => {
  beforeEach(() => have(engine));
  afterEach(giveBack);

  test('the stand-in lists twelve a page, newest first, and filters as the database compares', async () => {
    for (let count = 1; count <= 11; count += 1)
      expect(await users.create({ ...MARIE, username: `user${count}` })).toEqual({ created: true });
    const list = async (
      path: string,
    ): Promise<{ count: number; next: string | null; results: { id: number; username: string }[] }> =>
      (
        await fetch(path.startsWith('http') ? path : `${server.url}${path}`, {
          headers: { Authorization: `Token ${TOKEN}` },
        })
      ).json() as never;
    const first = await list('/rest/users/');
    expect([first.count, first.results.length, first.results[0]?.username]).toEqual([14, 12, 'user11']);
    expect((await list(first.next ?? '')).results.map(({ id }) => id)).toEqual([2, 1]);
    expect((await list('/rest/users/?username=PNOM')).count).toBe(engine === 'mysql' ? 1 : 0);
    expect((await list('/rest/users/?email=pnom@univ.example&id=2')).count).toBe(1);
    expect((await list('/rest/users/?id=99')).results).toEqual([]);
  });
});

withDatabase('postgresql', () => {
  beforeEach(() => have('postgresql'));
  afterEach(giveBack);

  test('what Pod does not take is refused with its words, on one line, and nobody is created', async () => {
    expect(await users.create({ ...MARIE, username: "l'élève" })).toEqual({
      refused: expect.stringMatching(/^username: Saisissez un nom d’utilisateur valide\. .*_ ?»\.$/),
    });
    expect(await users.create({ ...MARIE, email: 'marie' })).toEqual({
      refused: 'email: Saisissez une adresse e-mail valide.',
    });
    expect(await users.create({ ...MARIE, username: '' })).toEqual({
      refused: 'username: Ce champ ne peut être vide.',
    });
    const long = await users.create({
      username: 'x'.repeat(151),
      firstName: 'x'.repeat(151),
      lastName: '',
      email: 'nobody',
    });
    expect(long).toEqual({
      refused: expect.stringMatching(/^username: Assurez-vous .*150.*; first_name: Assurez-vous .*; email: Saisissez/),
    });
    expect((await pod.essence()).users).toHaveLength(3);
  });

  test('a long refusal is cut, a queer one is still one line', async () => {
    server.fault({
      answer: {
        kind: 'answer',
        status: 400,
        body: JSON.stringify({ username: ['a\nb', { code: 1 }], extra: 'x'.repeat(1000) }),
      },
    });
    const answer = (await users.create(MARIE)) as { refused: string };
    expect(answer.refused).toMatch(/^username: a b \{"code":1\}; extra: x+…$/);
    expect(answer.refused).toHaveLength(300);
  });

  test.each<[string, FaultAnswer, RegExp]>([
    [
      'a wrong token',
      { kind: 'answer', status: 401, body: '{"detail":"Token non valide."}' },
      /answers 401 in JSON \(Token non valide\.\): check POD_TOKEN$/,
    ],
    [
      'a user without rights',
      { kind: 'answer', status: 403, body: '{"detail":"Non."}' },
      /answers 403 .*needs staff rights in Pod$/,
    ],
    [
      'an unknown path',
      { kind: 'answer', status: 404, body: '<html>', contentType: 'text/html' },
      /answers 404 with an HTML page: check POD_URL$/,
    ],
    [
      'a failing Pod',
      { kind: 'answer', status: 500, body: '<!doctype html><html>', contentType: 'text/html' },
      /answers 500 with an HTML page: look at the log of Pod$/,
    ],
    [
      'a proxy without Pod',
      { kind: 'answer', status: 502, body: '', contentType: 'text/html' },
      /answers 502 with an empty body: look at the log of Pod$/,
    ],
    [
      'a 400 in HTML',
      { kind: 'answer', status: 400, body: '<html>', contentType: 'text/html' },
      /answers 400 with an HTML page$/,
    ],
    [
      'a 400 of something in between',
      { kind: 'answer', status: 400, body: '{"error":"blocked"}' },
      /answers 400 in JSON/,
    ],
    [
      'a page in the place of the row',
      { kind: 'answer', status: 201, body: '<html>', contentType: 'text/html' },
      /it is not known whether the user was created/,
    ],
    ['another row', { kind: 'answer', status: 201, body: '{}' }, /it is not known whether the user was created/],
    [
      'a 200, as of a list',
      { kind: 'answer', status: 200, body: '{"count":0,"next":null,"results":[]}' },
      /answers 200/,
    ],
    ['a cut answer', { kind: 'cut' }, /the connection was cut|the answer was cut/],
    ['a cut connection', { kind: 'reset' }, /the connection was cut/],
    ['silence', { kind: 'hang' }, /no whole answer within 1 s/],
  ])('%s is no word on the user', async (_what, answer, words) => {
    server.fault({ answer });
    const message = await failure(users.create(MARIE));
    expect(message).toMatch(/^POST \/rest\/users\/ ?:? /);
    expect(message).toMatch(words);
    expect(server.requests).toHaveLength(1);
  });

  test('no redirect is followed: the address that it names is told', async () => {
    const target = await startHttpServer(() => ({ status: 201, headers: {}, body: '{"id":9}' }));
    server.fault({
      answer: { kind: 'answer', status: 301, body: '', headers: { Location: `${target.url}/rest/users/` } },
    });
    expect(await failure(users.create(MARIE))).toBe(
      `POST /rest/users/ answers a redirect (301) to ${target.url}/rest/users/: check POD_URL, it should begin with ${target.url}`,
    );
    expect(await failure(users.check(null))).toContain(`it should begin with ${target.url}`);
    server.clearFaults();
    server.fault({ answer: { kind: 'answer', status: 302, body: '', headers: { Location: '/accounts/login/' } } });
    expect(await failure(users.create(MARIE))).toMatch(
      /answers a redirect \(302\) to \/accounts\/login\/: check POD_URL$/,
    );
    expect(target.requests).toEqual([]);
    await target.stop();
  });

  describe('the check', () => {
    test('passes with a good address and token, whether it ends in a slash or not, and creates nobody', async () => {
      await users.check(null);
      await usersOf(`${server.url}/`).check(null);
      expect(server.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
      expect((await pod.essence()).users).toHaveLength(3);
    });

    test('tells another Pod than that of the database, whose user has another name, or is not there', async () => {
      await users.check({ id: 1, username: 'podadmin' });
      expect(await failure(users.check({ id: 1, username: 'root' }))).toBe(
        'POD_URL and POD_DB_URL are not of the same Pod: the user with the id 1 is podadmin at the one, and is root in the other',
      );
      expect(await failure(users.check({ id: 99, username: 'root' }))).toMatch(
        /not of the same Pod: the user with the id 99 does not exist at the one/,
      );
    });

    test('tells a wrong token from one without rights', async () => {
      expect(await failure(usersOf(server.url, 'wrong').check(null))).toMatch(
        /^GET \/rest\/users\/ answers 401 in JSON .*: check POD_TOKEN$/,
      );
      expect(await failure(usersOf(server.url, 'student').check(null))).toMatch(
        /^GET \/rest\/users\/ answers 403 in JSON .*: the user of POD_TOKEN needs staff rights in Pod$/,
      );
    });

    test('tells an address that is not that of Pod', async () => {
      expect(await failure(usersOf(`${server.url}/pod`).check(null))).toMatch(
        /^GET \/rest\/users\/ answers 404 with an HTML page: check POD_URL$/,
      );
      server.fault({
        answer: {
          kind: 'answer',
          status: 200,
          body: '<html><title>Welcome to nginx</title>',
          contentType: 'text/html',
        },
      });
      expect(await failure(users.check(null))).toMatch(
        /this is not the REST API of Pod \(.*an HTML page.*\): check POD_URL$/,
      );
      server.clearFaults();
      server.fault({ answer: { kind: 'answer', status: 200, body: '{"hello":"world"}' } });
      expect(await failure(users.check(null))).toMatch(/this is not the REST API of Pod .*: check POD_URL$/);
    });

    test('tells that nobody answers', async () => {
      await server.stop();
      expect(await failure(users.check(null))).toMatch(
        /^GET \/rest\/users\/: connection refused \(127\.0\.0\.1:\d+\): check POD_URL, and that Pod runs$/,
      );
    });

    test('is patient with a Pod that stumbles', async () => {
      server.fault({ times: 2, answer: { kind: 'answer', status: 503, body: '' } });
      await users.check(null);
    });
  });
});
