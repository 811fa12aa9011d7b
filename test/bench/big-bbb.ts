// What BBB's list costs a tick behind a server with very many meetings, beside the mere download of it.
import { execFileSync } from 'node:child_process';
import { readBigList } from '../support/big-bbb.js';
import { median } from './measure.js';
import type { Group } from './table.js';

export const bigBbb: Group = async ({ rounds }) => {
  execFileSync(process.execPath, ['esbuild.config.mjs', 'sources']);
  const { downloadMs, readMs, megabytes, answerMegabytes } = await readBigList(
    { meetings: 2000, attendees: 50 },
    rounds,
  );
  return [
    {
      what: `BBB’s list of ${answerMegabytes.toFixed(0)} MB (2,000 meetings of 50), processor time to download alone`,
      figure: median(readMs) / median(downloadMs),
      bound: 3,
    },
    {
      what: 'the most memory that this takes, to the list’s own length',
      figure: megabytes / answerMegabytes,
      bound: 12,
    },
  ];
};
