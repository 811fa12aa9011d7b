// Pod's REST collection of users: whoever is created there has a profile, which Pod itself makes.
import { truncate } from '../../shared/redact.js';
import { describeAnswer, parseBody, parseId, parsePage, refusedFields } from '../../shared/pod-rest.js';
import { isMapping, parseJson } from '../../shared/decoder.js';
import type { CommonConfig } from '../../shared/common-variables.js';
import { HttpError, type Http, type HttpAnswer } from '../../shared/http.js';
import type { PodUser } from '../model.js';
import { MigrationError, type PodUsers } from '../ports.js';

const USERS = '/rest/users/';

/** What Pod can object to about a user. Another 400, of something in between, is no word of Pod on this user. */
const OBJECTS = ['username', 'first_name', 'last_name', 'email', 'is_staff', 'non_field_errors'];

/** A filter with few rows; whether there is such a user does not matter. */
const TRIAL = `${USERS}?username=bbb-pod-live`;

export function createPodUsers(
  { podUrl, podToken }: Pick<CommonConfig, 'podUrl' | 'podToken'>,
  http: Pick<Http, 'get' | 'send'>,
): PodUsers {
  const base = podUrl.replace(/\/+$/, '');
  const headers = { Accept: 'application/json', Authorization: `Token ${podToken}` };
  return {
    check: async (known) => {
      const get = (path: string): Promise<HttpAnswer> =>
        answerOf(`GET ${USERS}`, () => http.get(`${base}${path}`, headers));
      const answer = await get(TRIAL);
      if (answer.status !== 200) throw new MigrationError(`GET ${USERS} ${described(answer, base)}`);
      const body = parseBody(answer);
      const page = 'fault' in body ? body : parsePage(body.value);
      if ('fault' in page)
        throw new MigrationError(`GET ${USERS}: this is not the REST API of Pod (${page.fault}): check POD_URL`);
      if (known !== null) expectUser(known, await get(`${USERS}${known.id}/`), base);
    },
    create: (user) =>
      create(
        user,
        (body) => http.send('POST', `${base}${USERS}`, { ...headers, 'Content-Type': 'application/json' }, body),
        base,
      ),
  };
}

/** Users would be created in one Pod, and looked for in the database of another. */
function expectUser({ id, username }: Pick<PodUser, 'id' | 'username'>, answer: HttpAnswer, base: string): void {
  const body = answer.status === 200 ? parseJson(answer.text) : { fault: '' };
  const found = 'value' in body && isMapping(body.value) ? body.value['username'] : undefined;
  if (found === username) return;
  if (answer.status !== 404 && found === undefined)
    throw new MigrationError(`GET ${USERS}${id}/ ${described(answer, base)}`);
  const there = typeof found === 'string' ? `is ${truncate(found, 100)}` : 'does not exist';
  throw new MigrationError(
    `POD_URL and POD_DB_URL are not of the same Pod: the user with the id ${id} ${there} at the one, and is ${username} in the other`,
  );
}

async function create(
  user: Omit<PodUser, 'id'>,
  post: (body: string) => Promise<HttpAnswer>,
  base: string,
): Promise<{ created: true } | { refused: string }> {
  const { username, firstName, lastName, email } = user;
  const call = `POST ${USERS}`;
  const fields = { username, first_name: firstName, last_name: lastName, email, is_staff: true };
  const answer = await answerOf(call, () => post(JSON.stringify(fields)));
  if (refusedFields(answer).some((field) => OBJECTS.includes(field))) return { refused: refusalIn(answer) };
  if (answer.status !== 201) throw new MigrationError(`${call} ${described(answer, base)}`);
  const body = parseBody(answer);
  const row = 'fault' in body ? body : parseId(body.value);
  if ('fault' in row)
    throw new MigrationError(
      `${call}: it is not known whether the user was created (${row.fault}): the next run looks it up`,
    );
  return { created: true };
}

async function answerOf(call: string, ask: () => Promise<HttpAnswer>): Promise<HttpAnswer> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof HttpError)
      throw new MigrationError(`${call}: ${error.message}: check POD_URL, and that Pod runs`, { cause: error });
    throw error;
  }
}

/** No redirect is followed: a POST would become a GET, or carry the token to who knows where. */
function described(answer: HttpAnswer, base: string): string {
  const words = describeAnswer(answer);
  if (answer.location !== null && URL.canParse(answer.location, base)) {
    const [{ origin }, { origin: ours }] = [new URL(answer.location, base), new URL(base)];
    return origin === ours ? words : `${words}, it should begin with ${origin}`;
  }
  if (answer.status === 404) return `${words}: check POD_URL`;
  return answer.status >= 500 ? `${words}: look at the log of Pod` : words;
}

/** `username: A user with that username already exists.`, in Pod's language. */
function refusalIn(answer: HttpAnswer): string {
  const body = parseJson(answer.text);
  const entries = 'value' in body && isMapping(body.value) ? Object.entries(body.value) : [];
  const worded = entries.map(([field, words]) => `${field}: ${[words].flat().map(wordOf).join(' ')}`);
  return truncate(worded.join('; '), 300);
}

function wordOf(word: unknown): string {
  return typeof word === 'string' ? word : JSON.stringify(word);
}
