// A container's output in the log directory: what was kept of it stays when the container is made anew.
import { PortError } from '../../errors.js';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { errorCode, faultOf, makeDirectory, atomicWrite } from '../../../shared/files.js';

/** Stands before output that does not go on where the last one ended. Compose begins each line with a name, so no output has it. */
const NEXT_CONTAINER = '--- container started again ---\n';

/** Of a longer file the end is kept. */
const LIMIT_CHARACTERS = 16 * 1024 * 1024;

/** So much of the end of what was kept is looked up in an output that has lost its beginning. */
const SEAM_CHARACTERS = 4096;

/** Without colours, titles, cursor movements and other control characters; a progress that was written over itself becomes lines. */
export function plainText(output: string): string {
  return stripVTControlCharacters(output)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '');
}

/** Puts a container's output, free of secrets, into `<log directory>/<name>.log`. Throws `logUnwritable`. */
export async function keepOutput(logDirectory: string, name: string, output: string): Promise<void> {
  const path = join(logDirectory, `${name}.log`);
  try {
    await makeDirectory(logDirectory);
    await atomicWrite(path, lastLines(joined(await contentOf(path), output)), 0o640);
  } catch (error) {
    throw new PortError('logUnwritable', `cannot write ${path}: ${faultOf(error)}`, { cause: error });
  }
}

async function contentOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return '';
    throw error;
  }
}

/** What was kept with what is new in `output`, which is all or the last part of what one container has said so far. */
function joined(former: string, output: string): string {
  if (former === '') return output;
  const lastHeading = former.lastIndexOf(`\n${NEXT_CONTAINER}`);
  const said = lastHeading < 0 ? former : former.slice(lastHeading + 1 + NEXT_CONTAINER.length);
  if (output.startsWith(said)) return former + output.slice(said.length);
  const seam = said.slice(-SEAM_CHARACTERS);
  const at = output.indexOf(seam);
  if (at >= 0) return former + output.slice(at + seam.length);
  return `${former}${former.endsWith('\n') ? '' : '\n'}${NEXT_CONTAINER}${output}`;
}

function lastLines(text: string): string {
  if (text.length <= LIMIT_CHARACTERS) return text;
  const end = text.slice(-LIMIT_CHARACTERS);
  return end.slice(end.indexOf('\n') + 1);
}
