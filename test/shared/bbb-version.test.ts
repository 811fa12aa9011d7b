// The version of a BigBlueButton, from the API's index.
import { expect, test } from '@jest/globals';
import { bbbVersionIn, isFrom } from '../../src/shared/bbb-version.js';

const index = (inner: string): string =>
  `<response><returncode>SUCCESS</returncode><version>2.0</version>${inner}</response>`;

test.each([
  ['<bbbVersion>2.7.14</bbbVersion>', '2.7.14'],
  ['<bbbVersion>\n  3.0.0-beta.1 </bbbVersion>', '3.0.0-beta.1'],
  ['<bbbVersion><![CDATA[2.4.9]]></bbbVersion>', '2.4.9'],
  ['<bbbVersion/>', ''],
  ['<bbbVersion></bbbVersion>', ''],
  ['', ''],
  // What comes from outside goes into a mail: nothing but a version does.
  ['<bbbVersion>2.7 <b>x</b></bbbVersion>', ''],
  [`<bbbVersion>${'1'.repeat(41)}</bbbVersion>`, ''],
])('the index %s tells "%s"', (inner, version) => {
  expect(bbbVersionIn(index(inner))).toBe(version);
});

test('an HTML page tells none', () => {
  expect(bbbVersionIn('<html><title>404 Not Found</title></html>')).toBe('');
});

test.each([
  ['2.4.9', false],
  ['2.5', true],
  ['2.5.0-alpha.1', true],
  ['v2.6', true],
  ['2.10.1', true],
  ['3.0.4', true],
  ['1.9.9', false],
  ['10.0', true],
  ['', false],
  ['three', false],
])('%s is 2.5 or later: %s', (version, isIt) => {
  expect(isFrom(version, [2, 5])).toBe(isIt);
});
