// The units of systemd: ticks in the crontab's place, and the gateway that Pod calls.
import { join } from 'node:path';
import { renderTemplate } from './templates.js';

/** What the units name. Paths are absolute. */
export interface UnitPlaces {
  /** A name, or a number where it has none. */
  user: string;
  /** Where the configuration is. */
  workingDirectory: string;
  node: string;
  program: string;
  /** Named on the command line; null: `.env` in the working directory. */
  configPath: string | null;
  baseDirectory: string;
  logDirectory: string;
  /** Who calls the gateway; empty: there are no webinars. */
  gatewayAllow: string[];
}

export interface Unit {
  name: string;
  text: string;
}

const TICKS = ['bbb-pod-live-tick@.service', 'bbb-pod-live-tick@.timer'];

const GATEWAY = [
  'bbb-pod-live-gateway.socket',
  'bbb-pod-live-gateway@.service',
  'bbb-pod-live-wanted@.path',
  'bbb-pod-live-wanted@.service',
];

/** The port that webinars.md names, and Pod is told. */
const PORT = 8100;

/** For one of Pod's web servers; behind a proxy on this host all calls have one address. */
const CALLS_AT_ONCE = { direct: 8, proxied: 16 };

/** Throws an `Error` when the templates are missing from this installation. */
export async function systemdUnits(places: UnitPlaces): Promise<Unit[]> {
  const names = places.gatewayAllow.length === 0 ? TICKS : [...TICKS, ...GATEWAY];
  const values = valuesOf(places);
  return Promise.all(
    names.map(async (name) => ({ name, text: await renderTemplate(`systemd/${name}`, values, (text) => text) })),
  );
}

function valuesOf(places: UnitPlaces): Record<string, string | number> {
  const { baseDirectory, configPath, gatewayAllow, logDirectory, node, program } = places;
  const isProxied = gatewayAllow.every((network) => /^(127\.|::1$)/.test(network));
  return {
    user: places.user,
    workingDirectory: plain(places.workingDirectory),
    command: `${argument(node)} ${argument(program)}`,
    options: configPath === null ? '' : ` --config ${argument(configPath)}`,
    signDirectory: plain(join(baseDirectory, 'wanted')),
    // A dash: it may be missing yet.
    writable: [baseDirectory, logDirectory].map((path) => word(`-${path}`)).join(' '),
    listen: isProxied ? `127.0.0.1:${PORT}` : PORT,
    perSource: isProxied ? CALLS_AT_ONCE.proxied : CALLS_AT_ONCE.direct,
    allow: gatewayAllow.join(' '),
  };
}

/** A value that is a whole line: a percent sign would begin a specifier (systemd.unit(5)). */
function plain(text: string): string {
  return text.replace(/%/g, '%%');
}

/** One of several values in a line: in quotes where it needs them. */
function word(text: string): string {
  const escaped = plain(text).replace(/["\\]/g, '\\$&');
  return /^[\w./:@%+,=-]*$/.test(text) ? escaped : `"${escaped}"`;
}

/** A word of a command, where a dollar would name a variable (systemd.service(5)). */
function argument(text: string): string {
  return word(text).replace(/\$/g, '$$$$');
}
