// Acts on many things side by side, some of them at a time: where most of the time goes into waiting for processes.

/** The results stand in the order of the items. The first failure ends it. */
export async function inParallel<From, To>(
  items: From[],
  atOnce: number,
  act: (item: From) => Promise<To>,
): Promise<To[]> {
  const results: To[] = [];
  const rest = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of rest) results[index] = await act(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
