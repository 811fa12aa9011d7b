// The version of a BigBlueButton, as the API's index tells it to everybody; many servers keep it to themselves.

/** From the answer of the API's index; empty when it is not told. Holds nothing but what a version may consist of. */
export function bbbVersionIn(answer: string): string {
  return /<bbbVersion>\s*(?:<!\[CDATA\[)?\s*([\w.+-]{1,40})\s*(?:\]\]>)?\s*<\/bbbVersion>/.exec(answer)?.[1] ?? '';
}

/** Whether it is that version or a later one, pre-releases included; false when it is not known. */
export function isFrom(version: string, [major, minor]: readonly [major: number, minor: number]): boolean {
  const [, majorText, minorText] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (majorText === undefined || minorText === undefined) return false;
  const its = Number(majorText);
  return its > major || (its === major && Number(minorText) >= minor);
}
