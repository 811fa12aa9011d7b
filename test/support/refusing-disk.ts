// A file system that refuses what CIFS, FUSE, vfat and NFS with root-squash refuse: preloaded into the built program (`--import`).
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { sep } from 'node:path';

/** `REFUSE_BELOW`: the directory; `REFUSE`: `<call> <code>`, comma-separated. */
export interface RefusalSettings {
  REFUSE_BELOW: string;
  REFUSE: string;
}

const below = process.env['REFUSE_BELOW'] ?? '/nowhere';
const codes = new Map((process.env['REFUSE'] ?? '').split(',').map((words) => words.split(' ') as [string, string]));

function isBelow(path: unknown): path is string {
  return typeof path === 'string' && (path === below || path.startsWith(below + sep));
}

/** As Node words it. */
function refusal(call: string, code: string, path: string): Error {
  return Object.assign(new Error(`${code}: refused, ${call} '${path}'`), { code, syscall: call, path });
}

/** Refuses the call for paths there, its first argument or its second. */
function refuse(name: 'chmod' | 'link' | 'utimes', call: string): void {
  const code = codes.get(call);
  if (code === undefined) return;
  const original = fs.promises[name] as (...given: unknown[]) => Promise<void>;
  const refusing = (...given: unknown[]): Promise<void> => {
    const path = given.slice(0, 2).find(isBelow);
    return path === undefined ? original(...given) : Promise.reject(refusal(call, code, path));
  };
  Object.assign(fs.promises, { [name]: refusing });
}

refuse('chmod', 'chmod');
refuse('link', 'link');
refuse('utimes', 'utimes');

const { open } = fs.promises;
fs.promises.open = async (path, ...rest) => {
  const handle = await open(path, ...rest);
  if (!isBelow(path)) return handle;
  const [chmod, fsync] = [codes.get('chmod'), codes.get('fsync')];
  if (chmod !== undefined) handle.chmod = () => Promise.reject(refusal('fchmod', chmod, path));
  if (fsync !== undefined && (await handle.stat()).isDirectory())
    handle.sync = () => Promise.reject(refusal('fsync', fsync, path));
  return handle;
};
syncBuiltinESMExports();
