// `gateways.json` in the base directory: which of Pod's live gateways each slot is. `init` writes it, the gateway reads it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  checked,
  decodeObject,
  listOf,
  nonEmptyText,
  objectOf,
  oneOf,
  parseJson,
  type Fields,
  type Parsed,
} from './decoder.js';
import { DiskError } from './errors.js';
import { atomicWrite, errorCode, faultOf } from './files.js';

/** A `LiveGateway` of Pod's, and the slot that serves it. */
export interface SlotGateway {
  slot: number;
  /** Of Pod's row. */
  id: number;
  /** Where Pod asks to stream to: what each call to start must name. A secret. */
  rtmpStreamUrl: string;
}

interface GatewaysFile {
  version: 1;
  gateways: SlotGateway[];
}

const fromOne = checked<number>('an integer from 1 on', (value) => Number.isSafeInteger(value) && Number(value) >= 1);

const gateway = objectOf<SlotGateway>('a gateway', { slot: fromOne, id: fromOne, rtmpStreamUrl: nonEmptyText });

const FILE: Fields<GatewaysFile> = { version: oneOf([1]), gateways: listOf('a list of gateways', gateway) };

const MODE = 0o600;

export function gatewaysPath(baseDirectory: string): string {
  return join(baseDirectory, 'gateways.json');
}

/** The gateways in the file's text, or what is wrong with it. */
export function parseGateways(content: string): Parsed<SlotGateway[]> {
  const json = parseJson(content);
  if ('fault' in json) return json;
  const file = decodeObject(json.value, FILE);
  return 'fault' in file ? file : { value: file.value.gateways };
}

/** Null: there is none, `init` has not been run for webinars. Throws `DiskError` when it cannot be read or understood. */
export async function readGateways(baseDirectory: string): Promise<SlotGateway[] | null> {
  const path = gatewaysPath(baseDirectory);
  let content: string;
  try {
    content = await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw new DiskError(`cannot read ${path}: ${faultOf(error)}`, { certain: true, cause: error });
  }
  const parsed = parseGateways(content);
  if ('value' in parsed) return parsed.value;
  throw new DiskError(`cannot understand ${path}: ${parsed.fault}; repeat 'bbb-pod-live init'`, { certain: true });
}

/** Throws `DiskError`. */
export async function writeGateways(baseDirectory: string, gateways: SlotGateway[]): Promise<void> {
  const path = gatewaysPath(baseDirectory);
  const file: GatewaysFile = { version: 1, gateways };
  try {
    await atomicWrite(path, `${JSON.stringify(file, null, 2)}\n`, MODE);
  } catch (error) {
    throw new DiskError(`cannot write ${path}: ${faultOf(error)}`, { cause: error });
  }
}
