// Ten servers with ten slots and two hundred requests, simulated: how long a request waits for its container, and what a tick asks Pod.
import { simulate } from '../tick/simulation.js';
import { median } from './measure.js';
import type { Group } from './table.js';

const REQUESTS = 200;

export const manyServers: Group = async ({ rounds }) => {
  const runs: { median: number; worst: number; callsPerTick: number }[] = [];
  for (let seed = 1; seed <= rounds; seed += 1) {
    const { waitsS, ticks, podCalls, faults } = await simulate({
      seed,
      servers: 10,
      slots: 10,
      requests: REQUESTS,
      offsets: true,
      skewMs: 0,
      slowUpMs: 20_000,
      crashes: 0,
      losses: 0,
      latency: 'usual',
      ownPlaylists: false,
      names: 1000,
    });
    if (faults.length > 0 || waitsS.length !== REQUESTS) throw new Error(`seed ${seed}: ${faults.join('; ')}`);
    runs.push({ median: median(waitsS), worst: Math.max(...waitsS), callsPerTick: podCalls / ticks });
  }
  const of = (key: 'median' | 'worst' | 'callsPerTick'): number => median(runs.map((run) => run[key]));
  return [
    {
      what: '10 servers, 200 requests: from a request to its container, median, in minutes',
      figure: of('median') / 60,
      bound: 2,
    },
    { what: '10 servers, 200 requests: the worst, in minutes', figure: of('worst') / 60, bound: 10 },
    { what: '10 servers, 200 requests: calls to Pod of a tick', figure: of('callsPerTick'), bound: null, decimals: 1 },
  ];
};
