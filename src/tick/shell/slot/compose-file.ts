// The text of a slot's `docker-compose.yml`: rendered from the template, and judged when it is read back.
import { isMapping } from '../../../shared/decoder.js';
import { composeVariables, ownVariables, sampleVariables } from './compose-variables.js';
import { controlChannel, redisChannel, redisPort, webinarChatHost } from '../../../shared/slot-chat.js';
import type { Config, SlotRecord } from '../../model.js';
import { streamerName } from './slot-paths.js';
import { renderTemplate } from '../templates.js';

/** How a file of ours begins; the original's, and anybody else's, begin otherwise. */
const MARK = '# Written by bbb-pod-live';

/**
 * What one client, and all of them, may cost. A message is a line of chat: a megabyte is plenty. Without limits one client
 * that never ends a message, or never reads its answers, takes all memory; a client that says nothing gives its place up.
 * What these settings do not bound (a command of many words that is never ended) is bounded by `CHAT_MEMORY_BYTES`.
 * Source: the comments in redis.conf; all are known to Redis 6.2 and later.
 */
const LIMITS = [
  ['--maxclients', '100'],
  ['--maxmemory', '64mb'],
  ['--proto-max-bulk-len', '1mb'],
  // A message of a megabyte, and what stands around it.
  ['--client-query-buffer-limit', '2mb'],
  ['--client-output-buffer-limit', 'normal', '1mb', '512kb', '10'],
  ['--client-output-buffer-limit', 'pubsub', '1mb', '512kb', '10'],
  ['--timeout', '300'],
  ['--tcp-keepalive', '60'],
].flat();

/**
 * The kernel gives the chat's Redis no more memory than this. It is the one limit of memory that docker-compose 1.29 and
 * Compose v2 both obey in a file of version 3.3: 1.29 refuses `mem_limit` there, and ignores `deploy`.
 */
const CHAT_MEMORY_BYTES = 256 * 1024 * 1024;

/**
 * Redis lets its one user publish to and listen on the slot's channel (and the one on which the package's own streamer is
 * told to show the chat or to hide it), and nothing else. Each word is an argument of
 * its own. Access lists with channels exist since Redis 6.2.
 */
function redisCommand(slot: number, streamer: Streamer): string[] {
  const network = ['--protected-mode', 'no', '--save', ''];
  const channels = [redisChannel(slot), ...(streamer === 'own' ? [controlChannel(redisChannel(slot))] : [])];
  const user = [
    '--user',
    'default',
    'on',
    'nopass',
    'resetkeys',
    'resetchannels',
    ...channels.map((name) => `&${name}`),
  ];
  const subscriptions = ['+subscribe', '+psubscribe', '+unsubscribe', '+punsubscribe'];
  const commands = ['-@all', '+ping', '+publish', ...subscriptions, '+pubsub|numpat', '+pubsub|numsub'];
  return [...network, ...LIMITS, ...user, ...commands];
}

/** The recording is closed, and everything put away, within 8 s of SIGTERM. */
const GRACE_PERIOD = '20s';

function lines(variables: Record<string, string>): string[] {
  return Object.entries(variables).map(([name, value]) => `${name}=${value}`);
}

/** `ADDRESS:PORT:6379`, an IPv6 address in brackets. */
function portMapping(address: string, port: number): string {
  const bare = address.replace(/^\[(.*)\]$/, '$1');
  return `${bare.includes(':') ? `[${bare}]` : bare}:${port}:6379`;
}

/**
 * A text for the inside of a double-quoted YAML scalar, such that the program that reads the file gets the text itself.
 * `$` is doubled for Compose's interpolation. What YAML 1.1 or 1.2 takes for a line break, or may not stand there
 * unescaped, is escaped, like everything that cannot be seen. Half a surrogate pair, which is no text, becomes U+FFFD.
 */
export function escapeForCompose(text: string): string {
  return text
    .replace(/[\ud800-\udfff]/gu, '\ufffd')
    .replace(/\$/g, '$$$$')
    .replace(/[\\"]/g, '\\$&')
    .replace(/[^ \p{L}\p{M}\p{N}\p{P}\p{S}]/gu, (character) => {
      const hex = (character.codePointAt(0) ?? 0).toString(16);
      return hex.length > 4 ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`;
    });
}

/**
 * The package's own streamer needs no right but to run, has variables of its own, and closes its recording when it is
 * told to stop; any other image gets what the PHP script gave the one that it was made for.
 */
export type Streamer = 'own' | 'other';

/**
 * The whole file for slot N, with the live of `record`, or with samples and no secret. The chat's Redis is published
 * for a live with chat only.
 */
export async function composeFileText(
  slot: number,
  config: Config,
  record: SlotRecord | null,
  streamer: Streamer = 'other',
): Promise<string> {
  const withChat = record?.enableChat === true;
  const values = {
    mark: `${MARK}, which will overwrite it: changes made here are lost.`,
    redisImage: config.redisImage,
    redisCommand: redisCommand(slot, streamer),
    chatMemoryBytes: CHAT_MEMORY_BYTES,
    chatPort: withChat ? portMapping(chatAddress(record, config), redisPort(slot)) : '',
    streamerImage: config.streamerImage,
    containerName: streamerName(slot),
    own: streamer === 'own' ? { variables: lines(ownVariables(config)), gracePeriod: GRACE_PERIOD } : '',
    variables: record === null ? sampleVariables(config, slot) : composeVariables(record, config, slot),
  };
  return renderTemplate('docker-compose.yml', values, escapeForCompose);
}

function chatAddress(record: SlotRecord | null, { redisBindAddress }: Config): string {
  return record?.webinar === undefined ? redisBindAddress : webinarChatHost(redisBindAddress);
}

/** Whether this program wrote that compose file. */
export function isOurs(text: string): boolean {
  return text.startsWith(MARK);
}

/** A service of which Compose can make something: an image, networks that exist, an environment of `KEY=value`. */
function isUsable(service: unknown, networks: Record<string, unknown>): boolean {
  if (!isMapping(service) || typeof service['image'] !== 'string') return false;
  const used: unknown = service['networks'] ?? [];
  const environment: unknown = service['environment'] ?? [];
  const names = isMapping(used) ? Object.keys(used) : used;
  return (
    Array.isArray(names) &&
    names.every((name) => typeof name === 'string' && Object.hasOwn(networks, name)) &&
    (isMapping(environment) || (Array.isArray(environment) && environment.every((entry) => typeof entry === 'string')))
  );
}

/** What the YAML of a compose file holds; undefined when it is none. */
async function parsed(text: string): Promise<unknown> {
  // The module's one export; named ones do not outlast bundling.
  const { default: yaml } = await import('yaml');
  try {
    return yaml.parse(text, { logLevel: 'error', version: '1.1' }) as unknown;
  } catch (error) {
    // An alias without its anchor, or aliases of aliases without end, is the parser's ReferenceError.
    if (error instanceof yaml.YAMLParseError || (error instanceof ReferenceError && /alias/i.test(error.message)))
      return undefined;
    throw error;
  }
}

/** The meeting of which the streamer in that file is told; null when it is not said, or the file is damaged. */
export async function meetingIdIn(text: string): Promise<string | null> {
  const content = await parsed(text);
  const services = isMapping(content) ? content['services'] : undefined;
  const streamer = isMapping(services) ? services['bbb-streamer'] : undefined;
  const environment = isMapping(streamer) ? streamer['environment'] : undefined;
  const [, given] = entriesOf(environment).find(([name]) => name === 'BBB_MEETING_ID') ?? [];
  return given === undefined ? null : given.replaceAll('$$', '$');
}

/** An environment as a mapping, or as a list of `NAME=value`. */
function entriesOf(environment: unknown): [name: string, value: string][] {
  if (isMapping(environment)) return Object.entries(environment).map(([name, value]) => [name, String(value)]);
  const lines = Array.isArray(environment) ? environment.filter((line) => typeof line === 'string') : [];
  return lines.map((line) => [line.replace(/=.*$/s, ''), line.replace(/^[^=]*=?/, '')]);
}

/**
 * Whether `docker-compose down` can work with that file: it parses, and has the two services and the networks that they
 * use. A file that was cut short fails here even where it is still YAML.
 */
export async function isIntact(text: string): Promise<boolean> {
  const content = await parsed(text);
  if (!isMapping(content)) return false;
  const { services, networks } = content;
  if (!isMapping(services) || !isMapping(networks)) return false;
  return isUsable(services['bbb-streamer'], networks) && isUsable(services['redis'], networks);
}
