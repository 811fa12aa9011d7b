// What failed in passing is tried again, after a pause.

export interface RetryOptions<T> {
  /** Before the second try, before the third, and so on: there is one try more than pauses. In milliseconds. */
  pausesMs: readonly number[];
  sleep(ms: number): Promise<void>;
  /** Whether an answer will do; by default each does. The last try's answer is given back in any case. */
  isGood?(answer: T): boolean;
  /** Whether a failure is worth another try; by default each is. */
  mayPass?(error: unknown): boolean;
  /** Whether the failed try has brought something on, so that all pauses are before it again. */
  hasAdvanced?(): boolean;
  /** Called before each pause; not after an answer that will not do. */
  waiting?(error: unknown, pauseMs: number): void;
  /** Nothing is tried again, and no pause begun, after that. */
  ending?: AbortSignal;
}

/** Answers what the last try does; throws what it throws. */
export async function retry<T>(attempt: () => Promise<T>, options: RetryOptions<T>): Promise<T> {
  const { pausesMs, sleep, isGood, mayPass, hasAdvanced, waiting, ending } = options;
  let pauses = 0;
  for (;;) {
    const [tried] = await Promise.allSettled([attempt()]);
    if (tried.status === 'fulfilled' && isGood?.(tried.value) !== false) return tried.value;
    if (hasAdvanced?.() === true) pauses = 0;
    const pauseMs = tried.status === 'rejected' && mayPass?.(tried.reason) === false ? undefined : pausesMs[pauses];
    if (pauseMs === undefined || isOver(ending)) return outcomeOf(tried);
    pauses += 1;
    if (tried.status === 'rejected') waiting?.(tried.reason, pauseMs);
    await sleep(pauseMs);
    if (isOver(ending)) return outcomeOf(tried);
  }
}

function isOver(ending: AbortSignal | undefined): boolean {
  return ending?.aborted === true;
}

function outcomeOf<T>(tried: PromiseSettledResult<T>): T {
  if (tried.status === 'fulfilled') return tried.value;
  throw tried.reason;
}
