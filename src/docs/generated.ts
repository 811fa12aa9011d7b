// Every file of the documentation that is generated, whole or in part. No command loads this.
import { withPart } from '../shared/generated-part.js';
import { markdownTable, type Language } from '../shared/variable-docs.js';
import { environmentExample } from './environment-example.js';
import { manual } from './manual.js';
import { MIGRATION, TICK } from './tables.js';

export interface GeneratedFile {
  path: string;
  /** The file as it is to be, from what it is now. */
  render(present: string): string;
}

export const GENERATED: GeneratedFile[] = [
  { path: '.env.example', render: environmentExample },
  { path: 'man/bbb-pod-live.1', render: manual },
  ...(['en', 'fr'] as const).map((language) => ({
    path: `docs/${language}/configuration.md`,
    render: (present: string) => withTables(present, language),
  })),
];

function withTables(page: string, language: Language): string {
  const one = withPart(page, 'configuration', markdownTable(TICK, language));
  return withPart(one, 'migration', markdownTable(MIGRATION, language));
}
