// A question on the terminal, answered with yes or no.

/** False when there is nobody to ask: then the question is not to be put. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY;
}

/** Ctrl-C, Ctrl-D and `ending` are no answer, which is no. */
export async function ask(question: string, ending: AbortSignal): Promise<boolean> {
  const { createInterface } = await import('node:readline/promises');
  const dialogue = createInterface({ input: process.stdin, output: process.stdout });
  const leaving = new AbortController();
  const signal = AbortSignal.any([leaving.signal, ending]);
  for (const event of ['SIGINT', 'close']) {
    dialogue.on(event, () => {
      leaving.abort();
    });
  }
  try {
    return /^(y|yes)$/i.test((await dialogue.question(`${question} [y/N] `, { signal })).trim());
  } catch (error) {
    if (signal.aborted) return false;
    throw error;
  } finally {
    dialogue.close();
  }
}
