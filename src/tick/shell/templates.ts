// The folder `templates/`: renders its Handlebars templates, each value escaped for the language of the file.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file's path: in the nearest `templates/` above this file, which may be bundled or compiled elsewhere. */
export function templatePath(name: string): string {
  let directory = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const path = join(directory, 'templates', name);
    if (existsSync(path)) return path;
    const parent = dirname(directory);
    if (parent === directory) throw new Error(`the file templates/${name} is missing from this installation`);
    directory = parent;
  }
}

/** The same value with every text in it escaped. */
function escapeTexts(value: unknown, escape: (text: string) => string): unknown {
  if (typeof value === 'string') return escape(value);
  if (Array.isArray(value)) return value.map((entry) => escapeTexts(entry, escape));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, escapeTexts(entry, escape)]));
}

type Template = (values: unknown) => string;

/** Read and compiled once for a process, however many slots ask for it at once. */
const compiled = new Map<string, Promise<Template>>();

async function compile(name: string): Promise<Template> {
  const { default: handlebars } = await import('handlebars');
  return handlebars.compile(await readFile(templatePath(`${name}.hbs`), 'utf8'), { noEscape: true, strict: true });
}

/**
 * Renders `templates/<name>.hbs`. Every text among `values`, at any depth, goes through `escape` first; the template
 * engine escapes nothing of its own. A value that the template names and that is not there is an error.
 */
export async function renderTemplate(
  name: string,
  values: Record<string, unknown>,
  escape: (text: string) => string,
): Promise<string> {
  const compiling = compiled.get(name) ?? compile(name);
  compiled.set(name, compiling);
  try {
    return (await compiling)(escapeTexts(values, escape));
  } catch (error) {
    compiled.delete(name);
    throw error;
  }
}
