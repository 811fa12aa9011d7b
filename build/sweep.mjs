// Takes away what the compiler once made of sources that are gone: their tests would run for ever.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';

for (const folder of ['src', 'test']) {
  const made = join('.build', folder);
  if (!existsSync(made)) continue;
  for (const path of readdirSync(made, { recursive: true })) {
    const source = join(folder, path.replace(/\.js(\.map)?$/, '.ts'));
    if (source.endsWith('.ts') && !existsSync(source)) rmSync(join(made, path));
  }
}
