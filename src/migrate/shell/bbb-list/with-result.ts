// A generator that returns something, for `for await`, which would throw that away.

export interface WithResult<T, Result> extends AsyncIterable<T> {
  /** What was returned; read to its end, and not before, it has that. */
  result(): Result;
}

export function withResult<T, Result>(generator: AsyncGenerator<T, Result>): WithResult<T, Result> {
  let ended: { result: Result } | null = null;
  return {
    async *[Symbol.asyncIterator]() {
      ended = { result: yield* generator };
    },
    result: () => {
      if (ended === null) throw new Error('it was not read to its end');
      return ended.result;
    },
  };
}
