// What a call of Pod's costs: Pod waits for the answer, and so does whoever has pressed the button.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startQuickWorld } from '../support/quick-compose.js';
import { byTurns, costOf, type Cost, type Run } from './measure.js';
import { bareNode, runOf } from './start-up.js';
import type { Group } from './table.js';

const TOKEN = 'gateway-t0ken';
const CALL = `GET /1/stop?room=01c7a065dc HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer ${TOKEN}\r\n\r\n`;

/** Until the answer is there: what comes after it Pod does not wait for. */
async function untilAnswered({ words, cwd, env }: Run): Promise<Cost> {
  const begun = performance.now();
  const child = spawn(process.execPath, words, { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(CALL);
  const ended = once(child, 'close');
  const [answer] = (await once(child.stdout, 'data')) as [Buffer];
  const wallMs = performance.now() - begun;
  if (!answer.toString().startsWith('HTTP/1.1 200 ')) throw new Error(`the answer is ${answer.toString()}`);
  await ended;
  return { wallMs, cpuMs: NaN, memoryMb: NaN };
}

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
      call: () => untilAnswered(runOf(world, 'gateway')),
    });
    const figure = cost('call').wallMs / cost('bare').wallMs;
    return [{ what: 'a call of Pod’s until its answer, wall time, to bare Node', figure, bound: 3 }];
  } finally {
    await world.stop();
  }
};
