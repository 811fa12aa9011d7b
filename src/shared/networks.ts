// Networks as `10.0.0.0/8` or `2001:db8::/32`, and whether an address is in one of them.
import { BlockList, isIP } from 'node:net';

/** An address, or an address with the length of its network's prefix. */
export function isNetwork(text: string): boolean {
  return parsed(text) !== null;
}

/** An IPv4 address that is written as an IPv6 one (`::ffff:192.0.2.1`) is the IPv4 one. What is no address is in none. */
export function isInNetworks(address: string, networks: readonly string[]): boolean {
  const list = new BlockList();
  for (const network of networks) {
    const found = parsed(network);
    if (found !== null) list.addSubnet(found.address, found.prefix, found.family);
  }
  // `fe80::1%eth0`: which of this host's interfaces it came through.
  const plain = address.replace(/%.*$/, '');
  const version = isIP(plain);
  return version !== 0 && list.check(plain, version === 6 ? 'ipv6' : 'ipv4');
}

interface Network {
  address: string;
  prefix: number;
  family: 'ipv4' | 'ipv6';
}

function parsed(text: string): Network | null {
  const [, address = '', bits] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const version = isIP(address);
  const longest = version === 6 ? 128 : 32;
  const prefix = bits === undefined ? longest : Number(bits);
  if (version === 0 || address.includes('%') || prefix > longest) return null;
  return { address, prefix, family: version === 6 ? 'ipv6' : 'ipv4' };
}
