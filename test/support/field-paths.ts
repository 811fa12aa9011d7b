// The fields of a JSON value, as its documentation names them: `slots[].live.page`.

/** Every field in it but the objects and lists that only hold others; one that is null or an empty list counts. */
export function fieldPaths(value: unknown, path = ''): string[] {
  if (Array.isArray(value)) {
    if (value.length === 0) return [path];
    return [...new Set(value.flatMap((one) => fieldPaths(one, `${path}[]`)))];
  }
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, one]) => fieldPaths(one, path === '' ? key : `${path}.${key}`));
}

/** The fields in the first column of the table of a page. */
export function documentedPaths(page: string): string[] {
  const rows = page.split('\n').filter((line) => /^\| `[a-z]/.test(line));
  return rows.flatMap((row) => (row.split(' | ')[0] ?? '').match(/`[^`]+`/g) ?? []).map((path) => path.slice(1, -1));
}
