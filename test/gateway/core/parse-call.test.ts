// What is asked in a request: the table of Pod's calls, and everything that is none of them.
import { describe, expect, test } from '@jest/globals';
import { needsToken, parseCall } from '../../../src/gateway/core/parse-call.js';
import type { HttpRequest } from '../../../src/gateway/model.js';

const KEY = 'baddf373331d1bfc830683c20e538fdcb3305a40be0ad9751c5697';
const DOMAIN = `pod.univ.fr/meeting/0001-cours-n-1/${KEY}`;
const START = { room: '01c7a065dc', domain: DOMAIN, rtmpDst: 'rtmp://live.univ.fr/live/slot1' };
const CALLED = { slot: 1, room: '01c7a065dc' };

function get(path: string, parameters: Record<string, string> = {}): HttpRequest {
  const query = new URLSearchParams(parameters).toString();
  return { method: 'GET', target: query === '' ? path : `${path}?${query}`, authorization: '', body: Buffer.alloc(0) };
}

function post(path: string, body: unknown): HttpRequest {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { method: 'POST', target: path, authorization: '', body: Buffer.from(text) };
}

function asked(request: HttpRequest): unknown {
  const parsed = parseCall(request);
  return parsed.ok ? parsed.call : parsed.refusal;
}

describe('a call', () => {
  test('to start names the meeting, the room, the host and the stream', () => {
    const call = {
      ...CALLED,
      kind: 'start',
      meetingId: '0001-cours-n-1',
      podHost: 'pod.univ.fr',
      rtmpDst: START.rtmpDst,
    };
    expect(asked(get('/1/start', START))).toEqual(call);
    expect(asked(get('/start', START))).toEqual({ ...call, slot: null });
    expect(asked(get('/12/start', { ...START, another: 'x' }))).toEqual({ ...call, slot: 12 });
  });

  test.each([
    ['pod.univ.fr:8443', '0001-cours-n-1'],
    ['[2001:db8::1]:8000', '12345-a_b'],
    ['pod.univ.fr', '0001-'],
  ])('to start may name the host %s and the meeting %s', (podHost, meetingId) => {
    const domain = `${podHost}/meeting/${meetingId}/${KEY}`;
    expect(asked(get('/1/start', { ...START, domain }))).toMatchObject({ podHost, meetingId });
  });

  test('to start may stream to an address with a key of any characters', () => {
    const rtmpDst = 'rtmp://live.univ.fr/live/slot2?key=a b&x=é+';
    expect(asked(get('/1/start', { ...START, rtmpDst }))).toMatchObject({ rtmpDst });
  });

  test('to stop, and to toggle the chat, name the room', () => {
    expect(asked(get('/1/stop', { room: START.room }))).toEqual({ ...CALLED, kind: 'stop' });
    expect(asked(get('/stop', { room: START.room }))).toEqual({ ...CALLED, kind: 'stop', slot: null });
    expect(asked(get('/1/chat', { room: START.room, toggle: 'True' }))).toEqual({ ...CALLED, kind: 'toggle' });
  });

  test('with a message names the room in its body', () => {
    const message = { ...CALLED, kind: 'message', text: '(Ève) <b>Bonjour</b> $(id) 😀' };
    expect(asked(post('/1/chat', { room: START.room, msg: message.text }))).toEqual(message);
    expect(asked(post('/chat', { room: START.room, msg: message.text, more: 1 }))).toEqual({ ...message, slot: null });
  });

  test('with a message has no control characters in it, and 2000 characters at most', () => {
    const text = (msg: string): unknown => {
      const call = asked(post('/1/chat', { room: START.room, msg }));
      return typeof call === 'object' && call !== null && 'text' in call ? call.text : call;
    };
    expect(text(' a\r\nb\tc\u0000d\u001b[0m\u2028e ')).toBe('a  b c d [0m e');
    expect(text('x'.repeat(3000))).toBe('x'.repeat(2000));
    expect(text(`${'x'.repeat(1999)}😀`)).toBe('x'.repeat(1999));
    expect(text(`${'x'.repeat(1999)} y`)).toBe('x'.repeat(1999));
    expect(text(' \n ')).toBe('badCall');
  });

  test('needs the token, unless it is a viewer’s message', () => {
    expect(needsToken({ ...CALLED, kind: 'stop' })).toBe(true);
    expect(needsToken({ ...CALLED, kind: 'message', text: 'x' })).toBe(false);
  });
});

describe('there is no such call', () => {
  test.each([
    get('/'),
    get('/1'),
    get('/1/elsewhere'),
    get('/1/start/', START),
    get('//1/start', START),
    get('/0/start', START),
    get('/01/start', START),
    get('/123456/start', START),
    get('/-1/start', START),
    get('/1/../1/start', START),
    get('/%31/start', START),
    get('/1/START', START),
    get('http://gateway/1/start', START),
    { ...get('/1/start', START), method: 'POST' },
    { ...get('/1/stop', START), method: 'HEAD' },
    { ...get('/1/chat', { room: START.room, toggle: 'True' }), method: 'DELETE' },
  ])('as $method $target', (request) => {
    expect(asked(request)).toBe('notFound');
  });
});

describe('a call is not understood', () => {
  test.each<[string, Record<string, string>]>([
    ['/1/start', {}],
    ['/1/start', { room: START.room, domain: DOMAIN }],
    ['/1/start', { room: START.room, rtmpDst: START.rtmpDst }],
    ['/1/start', { ...START, room: '' }],
    ['/1/start', { ...START, room: '01c7a065d' }],
    ['/1/start', { ...START, room: '01C7A065DC' }],
    ['/1/start', { ...START, room: '../../etc/' }],
    ['/1/start', { ...START, room: `${START.room}\n` }],
    ['/1/start', { ...START, rtmpDst: '' }],
    ['/1/start', { ...START, rtmpDst: `rtmp://${'x'.repeat(1000)}` }],
    ['/1/start', { ...START, domain: '' }],
    ['/1/start', { ...START, domain: `https://${DOMAIN}` }],
    ['/1/start', { ...START, domain: `${DOMAIN}/` }],
    ['/1/start', { ...START, domain: `${DOMAIN}\n` }],
    ['/1/start', { ...START, domain: `pod univ.fr/meeting/0001-x/${KEY}` }],
    ['/1/start', { ...START, domain: `pod.univ.fr/meeting/x/${KEY}` }],
    ['/1/start', { ...START, domain: `pod.univ.fr/meeting/0001-École/${KEY}` }],
    ['/1/start', { ...START, domain: `pod.univ.fr/meeting/0001-${'x'.repeat(1000)}/${KEY}` }],
    ['/1/start', { ...START, domain: `pod.univ.fr/meeting/0001-x/${KEY.slice(1)}` }],
    ['/1/stop', {}],
    ['/1/stop', { room: 'x' }],
    ['/1/chat', { room: START.room }],
    ['/1/chat', { toggle: 'True' }],
  ])('%s with %j', (path, parameters) => {
    expect(asked(get(path, parameters))).toBe('badCall');
  });

  test('when a parameter is there twice', () => {
    expect(asked({ ...get(''), target: `/1/stop?room=${START.room}&room=aaaaaaaaaa` })).toBe('badCall');
    expect(asked({ ...get(''), target: `/1/stop?room=${START.room}?room=aaaaaaaaaa` })).toBe('badCall');
  });

  test.each([
    '',
    '{',
    '[]',
    '"x"',
    { room: START.room },
    { msg: 'x' },
    { room: 'x', msg: 'x' },
    { room: [START.room], msg: 'x' },
    { room: START.room, msg: { text: 'x' } },
    { room: START.room, msg: '' },
  ])('with the body %j', (body) => {
    expect(asked(post('/1/chat', body))).toBe('badCall');
  });
});
