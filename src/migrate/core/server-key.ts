// Which BBB server an address means: it can be written in more than one way.

/** The same for every spelling of a server's address: without the scheme, the host in lower case, no usual port. */
export function serverKey(url: string): string {
  if (!URL.canParse(url)) return url;
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}
