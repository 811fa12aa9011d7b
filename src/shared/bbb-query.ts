// The query of a call of BigBlueButton's API, written so that what is sent is what was signed.

/**
 * A query whose percent signs nothing on the way has a reason to write otherwise (URLs do so with `'`): the checksum
 * covers what is sent.
 */
export function queryOf(parameters: readonly [string, string][]): string {
  return parameters.map(([name, value]) => `${encodeStrictly(name)}=${encodeStrictly(value)}`).join('&');
}

export function encodeStrictly(text: string): string {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, '\ufffd')).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
