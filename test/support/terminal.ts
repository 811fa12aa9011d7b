// Terminals for a program whose output goes into pipes.

/** Variables that make the built program take these of its streams for a terminal. */
export function onTerminal(...streams: ('stdin' | 'stdout' | 'stderr')[]): { NODE_OPTIONS: string } {
  const lines = streams.map((stream) => `Object.defineProperty(process.${stream}, 'isTTY', { value: true });`);
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(lines.join(''))}` };
}
