// The audit of the table of selectors finds what is there, and misses what has gone.
import { expect, test } from '@jest/globals';
import { auditOf } from './selector-audit.js';

test('a part is there under any of its names; a name within another does not count', () => {
  const source = `exports.audioModal = '[data-test="audioModal"]'; const x = 'listenOnlyBtnOld'; id: '#message-input'`;
  const of = (part: string) => auditOf(source).find((one) => one.part === part);
  expect(of('audioModal')).toEqual({ part: 'audioModal', found: ['audioModal'], missing: [] });
  expect(of('listenOnly')).toEqual({ part: 'listenOnly', found: [], missing: ['listenOnlyBtn'] });
  expect(of('chatBox')?.found).toEqual(['message-input']);
});
