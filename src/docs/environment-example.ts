// `.env.example`: every variable of every program, with its explanation, default and an example.
import { exampleLines } from '../shared/variable-docs.js';
import { MIGRATION, TICK } from './tables.js';

const HEAD = `# Configuration of bbb-pod-live. Copy this file to .env in the directory in which bbb-pod-live runs, and fill in what is
# required; chmod 600 .env, as it holds secrets. Lines that are left empty mean the default. Real environment variables win.
# A value that holds # or a blank goes between quotes: NAME='value'. Nothing is expanded: $ is a plain character.
#
# Which BBB do you have? The default image that films the meetings (STREAMER_IMAGE) knows no BBB from 2.5 on.`;

const MIGRATION_HEAD = `
# What follows is for bbb-pod-live migrate-recordings alone, which also reads POD_URL, POD_TOKEN, TZ, BBB_CHECKSUM and
# HTTP_TIMEOUT_S above, the proxies and NODE_EXTRA_CA_CERTS; "Required" means: by the ways that are named. A tick does not look at it.`;

export function environmentExample(): string {
  const lines = [HEAD, ...exampleLines(TICK), MIGRATION_HEAD, ...exampleLines(MIGRATION, 'migrate-recordings: ')];
  return `${lines.join('\n')}\n`;
}
