// What a call of Pod's costs: Pod waits for the answer, and so does whoever has pressed the button.
import { startQuickWorld } from '../support/quick-compose.js';
import { byTurns, costOf } from './measure.js';
import { bareNode, runOf } from './start-up.js';
import type { Group } from './table.js';

const TOKEN = 'gateway-t0ken';
const CALL = `GET /1/stop?room=01c7a065dc HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;

export const gatewayAnswer: Group = async ({ rounds }) => {
  const world = await startQuickWorld({
    numberOfLives: 1,
    chatRedis: false,
    env: { GATEWAY_TOKEN: TOKEN, GATEWAY_ALLOW: '127.0.0.1', REMOTE_ADDR: '127.0.0.1' },
  });
  try {
    await costOf(runOf(world, 'run'));
    const cost = await byTurns(rounds, {
      bare: () => costOf(bareNode(world)),
      call: () => costOf({ ...runOf(world, 'gateway'), input: CALL }),
    });
    const [bare, call] = [cost('bare'), cost('call')];
    return [
      { what: 'a call of Pod’s, wall time, to bare Node', figure: call.wallMs / bare.wallMs, bound: 2 },
      { what: 'a call of Pod’s, processor time, to bare Node', figure: call.cpuMs / bare.cpuMs, bound: 2 },
    ];
  } finally {
    await world.stop();
  }
};
