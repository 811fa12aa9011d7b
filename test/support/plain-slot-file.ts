// A slot file without times and without ids that Pod gives out, for comparing worlds.

export function isSlotFile(path: string): boolean {
  return path.endsWith('/live.json');
}

const TIMES = new Set(['askedAt', 'reservedAt', 'claimedAt', 'endedAt', 'upAt', 'onAirAt', 'chatHeardAt']);

/** Broadcasters by their names; a time only as whether there is one. */
export function plainSlotFile(
  content: string,
  nameOf: (broadcasterId: number | null) => string | null,
): Record<string, unknown> {
  const record = JSON.parse(content) as Record<string, unknown>;
  const { takesBroadcasterId: _takes, broadcasterId, ...rest } = record;
  const plain = Object.entries(rest).map(([key, value]) => [key, TIMES.has(key) ? value !== null : value]);
  return {
    ...(Object.fromEntries(plain) as Record<string, unknown>),
    broadcaster: nameOf(broadcasterId as number | null),
  };
}
