import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { describe, expect, test } from '@jest/globals';
import { faultOfCertificates, furtherAuthorities } from '../../src/shared/authorities.js';
import { createAuthority } from '../support/certificates.js';
import { temporaryDirectory } from '../support/temporary.js';

describe('further authorities', () => {
  test("are those of the system and of one's own file that Node does not bring along, each once", async () => {
    const [one, other] = [createAuthority(), createAuthority()];
    const [first, second] = [readFileSync(one.path, 'utf8').trim(), readFileSync(other.path, 'utf8').trim()];
    const bundle = join(temporaryDirectory(), 'bundle.pem');
    writeFileSync(bundle, [...rootCertificates, '# one of ours', first.replace(/\n/g, '\r\n'), second].join('\n'));
    expect(await furtherAuthorities(one.path, ['/nowhere/bundle.pem', bundle])).toEqual({
      certificates: [first, second],
      fault: null,
    });
    expect(await furtherAuthorities('', [])).toEqual({ certificates: [], fault: null });
  });

  test.each([
    ['is not there', null, /gone\.pem cannot be read: ENOENT/],
    ['holds none', 'nothing', /gone\.pem holds no certificate in PEM/],
    [
      'is damaged',
      '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
      /gone\.pem holds a damaged certificate/,
    ],
  ])('a file that %s adds nothing, which is said', async (_case, content, expected) => {
    const path = join(temporaryDirectory(), 'gone.pem');
    if (content !== null) writeFileSync(path, content);
    expect(await faultOfCertificates(path)).toMatch(expected);
    expect((await furtherAuthorities(path, [])).fault).toMatch(expected);
  });

  test('a good file has no fault', async () => {
    const path = join(temporaryDirectory(), 'ca.pem');
    copyFileSync(createAuthority().path, path);
    expect(await faultOfCertificates(path)).toBeNull();
  });
});
