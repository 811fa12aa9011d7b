// The gateway's configuration: what it needs, and what of it is secret.
import { describe, expect, test } from '@jest/globals';
import { readGatewayConfig } from '../../src/gateway/config.js';
import { TICK } from '../../src/docs/tables.js';
import { GATEWAY_VARIABLES } from '../../src/gateway/config-table.js';

const ENOUGH = {
  BBB_URL: 'https://bbb.univ.fr/bigbluebutton/api',
  BBB_SECRET: 's3cret-s3cret',
  GATEWAY_TOKEN: 't0ken-t0ken',
  GATEWAY_ALLOW: '192.0.2.1',
};

describe('the configuration of the gateway', () => {
  test('needs little, and knows its secrets', () => {
    const reading = readGatewayConfig({ ...ENOUGH, HTTPS_PROXY: 'http://me:pw-pw-pw-pw@proxy:1' }, '/srv/bbb-pod-live');
    expect(reading).toMatchObject({
      ok: true,
      config: {
        baseDirectory: '/srv/bbb-pod-live',
        logDirectory: '/srv/bbb-pod-live/logs',
        mailLang: 'fr',
        secrets: ['s3cret-s3cret', 't0ken-t0ken', 'me:pw-pw-pw-pw', 'pw-pw-pw-pw'],
      },
    });
  });

  test('that is not usable is told whole, and in which language to tell the caller', () => {
    const faults = ['BBB_URL', 'BBB_SECRET', 'GATEWAY_TOKEN', 'GATEWAY_ALLOW'].map((name) =>
      expect.stringMatching(new RegExp(`^${name} is missing: expected `)),
    );
    expect(readGatewayConfig({}, '/srv')).toEqual({ ok: false, faults, mailLang: 'fr' });
    expect(readGatewayConfig({ MAIL_LANG: 'en' }, '/srv')).toMatchObject({ ok: false, mailLang: 'en' });
  });

  test('has no variable of its own: all stand in the table of a tick', () => {
    const names = TICK.variables.map(({ name }) => name);
    for (const { name } of Object.values(GATEWAY_VARIABLES)) expect(names).toContain(name);
  });
});
