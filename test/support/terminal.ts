// Terminals for a program whose output goes into pipes.

/** Variables that make the built program take these of its streams for a terminal. */
export function onTerminal(...streams: ('stdin' | 'stdout' | 'stderr')[]): { NODE_OPTIONS: string } {
  const descriptors = streams.map((stream) => ['stdin', 'stdout', 'stderr'].indexOf(stream));
  const lines = [
    "import tty from 'node:tty'; import { syncBuiltinESMExports } from 'node:module';",
    `const { isatty } = tty; tty.isatty = (fd) => ${JSON.stringify(descriptors)}.includes(fd) || isatty(fd); syncBuiltinESMExports();`,
    ...streams.map((stream) => `Object.defineProperty(process.${stream}, 'isTTY', { value: true });`),
  ];
  return { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(lines.join(''))}` };
}
