// What a value of the configuration may be, and what is made of it.
import { isIP } from 'node:net';
import { isAbsolute, resolve } from 'node:path';
import type { ChecksumChoice } from './bbb-checksum.js';
import type { Decoder } from './decoder.js';
import { parseExempt, parseProxy, type Proxy } from './proxies.js';
import { hasHost } from './stream-url.js';

/** What the text of a variable is to be. An empty text never comes to a rule. */
export type Rule<T> = Decoder<T, string>;

/** Node's timers and Redis' ports have their limits; a value beyond is a slip of the keyboard. */
const LONGEST_TIMEOUT_S = 86_400;

/** A foreign value (`express:*`) is no fault: it is not `true`. */
export const flag: Rule<boolean> = {
  expected: 'true or false',
  read: (text) => text.toLowerCase() === 'true',
};

/** `True` and `False` too, as in Pod's settings. */
export const yesOrNo: Rule<boolean> = {
  expected: 'true or false',
  read: (text) => (/^(true|false)$/i.test(text) ? text.toLowerCase() === 'true' : undefined),
};

export const text: Rule<string> = { expected: 'a text', read: (value) => value };

/** Separated by commas; in lower case. */
export const words: Rule<string[]> = {
  expected: 'words of letters and digits, separated by commas',
  read(list) {
    const found = list.split(',').map((word) => word.trim().toLowerCase());
    return found.every((word) => /^[a-z0-9]+$/.test(word)) ? found : undefined;
  },
};

/** A JSON list of texts, or texts separated by commas. */
export const wordList: Rule<string[]> = {
  expected: '["one", "another"], or one,another',
  read(list) {
    if (!list.startsWith('['))
      return list
        .split(',')
        .map((word) => word.trim())
        .filter((word) => word !== '');
    try {
      const value = JSON.parse(list) as unknown;
      return Array.isArray(value) && value.every((word) => typeof word === 'string') ? value : undefined;
    } catch {
      return undefined;
    }
  },
};

/** A foreign value (`:/etc/localtime`) is no fault: it means the default. */
export function zone(fallback: string): Rule<string> {
  return {
    expected: 'an IANA time zone',
    read: (text) => (text === fallback || isZone(text) ? text : fallback),
  };
}

function isZone(text: string): boolean {
  if (!/^[A-Za-z][A-Za-z0-9_+/-]*$/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export const directory: Rule<string> = {
  expected: 'the absolute path of a directory',
  read: (text) => (isAbsolute(text) ? resolve(text) : undefined),
};

export const program: Rule<string> = {
  expected: 'the absolute path of a program',
  read: (text) => (isAbsolute(text) ? resolve(text) : undefined),
};

const ADDRESS = /^[^-\s@<>,;:"()[\]\\][^\s@<>,;:"()[\]\\]*@[^\s@<>,;:"()[\]\\]+$/u;

export const mailAddress: Rule<string> = {
  expected: 'one mail address',
  read: (text) => (ADDRESS.test(text) ? text : undefined),
};

export const mailAddresses: Rule<string[]> = {
  expected: 'one or more mail addresses, separated by commas',
  read(text) {
    const addresses = text.split(',').map((address) => address.trim());
    return addresses.every((address) => ADDRESS.test(address)) ? addresses : undefined;
  },
};

export const hostName: Rule<string> = {
  expected: 'a host name or an IP address',
  // In this order: the first question about IPv6 costs a tick in which nothing happens a twentieth of its time.
  read: (text) => (/^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?\.?$/.test(text) || isIP(text) !== 0 ? text : undefined),
};

export const ipAddress: Rule<string> = {
  expected: 'an IP address of this server, or 0.0.0.0 for all',
  read: (text) => (isIP(text.replace(/^\[(.*)\]$/, '$1')) === 0 ? undefined : text),
};

/** `highest` keeps ports, timers and slips of the keyboard within bounds. */
export function wholeNumber(lowest: number, highest = 999_999): Rule<number> {
  const range = highest === 999_999 ? `of ${lowest} or more` : `from ${lowest} to ${highest}`;
  return {
    expected: `a whole number ${range}`,
    read: (text) =>
      /^\d+$/.test(text) && Number(text) >= lowest && Number(text) <= highest ? Number(text) : undefined,
  };
}

/** The same for the container, which gets the text. */
export function wholeNumberText(lowest: number): Rule<string> {
  const { expected, read } = wholeNumber(lowest);
  return { expected, read: (value) => read(value)?.toString() };
}

/** Seconds → milliseconds. */
export function seconds(options: { decimals: boolean }): Rule<number> {
  const shape = options.decimals ? /^\d+(\.\d+)?$/ : /^\d+$/;
  return {
    expected: `${options.decimals ? 'a number' : 'a whole number'} of seconds, greater than 0, at most ${LONGEST_TIMEOUT_S}`,
    read(text) {
      const timeoutMs = shape.test(text) ? Math.round(Number(text) * 1000) : 0;
      return timeoutMs > 0 && timeoutMs <= LONGEST_TIMEOUT_S * 1000 ? timeoutMs : undefined;
    },
  };
}

/** Minutes → milliseconds. */
export const minutes: Rule<number> = {
  expected: 'a whole number of minutes, from 1 to 10080',
  read(text) {
    const count = /^\d{1,5}$/.test(text) ? Number(text) : 0;
    return count >= 1 && count <= 10_080 ? count * 60_000 : undefined;
  },
};

/** Minutes → milliseconds; 0 stays 0. */
export const minutesOrNever: Rule<number> = {
  expected: 'a whole number of minutes, from 0 to 10080',
  read: (text) => (/^0{1,5}$/.test(text) ? 0 : minutes.read(text)),
};

export const resolution: Rule<string> = {
  expected: 'WxH, for instance 1280x720',
  read: (text) => (/^[1-9]\d{1,4}x[1-9]\d{1,4}$/.test(text) ? text : undefined),
};

/** For the container's word-split variables, and for a token that goes into a header. */
export const textWithoutBlanks: Rule<string> = {
  expected: 'text without blanks',
  read: (text) => (/\s/u.test(text) ? undefined : text),
};

function webUrl(text: string): URL | undefined {
  if (!/^https?:\/\/[^\s/]/i.test(text) || /\s/u.test(text)) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url?.username === '' && url.password === '' ? url : undefined;
}

export const bbbUrl: Rule<string> = {
  expected: 'an http(s) URL that ends in /bigbluebutton/api, without blanks',
  read(text) {
    const url = webUrl(text);
    const isApi = url?.pathname.replace(/\/$/, '').endsWith('/bigbluebutton/api') === true;
    return isApi && /\/bigbluebutton\/api\/?$/.test(text) ? text.replace(/\/$/, '') : undefined;
  },
};

/** The root of a BBB server; a final slash is added. */
export const serverUrl: Rule<string> = {
  expected: 'an http(s) URL without /bigbluebutton/api, for instance https://bbb.univ.fr/',
  read: (text) =>
    webUrl(text) !== undefined && !/[?#]|\/bigbluebutton\/api\/?$/.test(text) ? withFinalSlash(text) : undefined,
};

export const podUrl: Rule<string> = {
  expected: 'an http(s) URL, for instance https://pod.univ.fr',
  read: (text) => (webUrl(text) !== undefined && !/[?#]/.test(text) ? text.replace(/\/+$/, '') : undefined),
};

/** What stream keys are added to, as the PHP script did it. */
function withFinalSlash(base: string): string {
  return base.endsWith('/') ? base : `${base}/`;
}

/** Django's URL field has room for 200 characters: some are needed for `bbb-`, a name and `.m3u8`. */
const LONGEST_HLS_BASE = 150;

/** Pod refuses a broadcaster whose URL has another kind of host (django.core.validators.URLValidator). */
export const hlsUrl: Rule<string> = {
  expected: `an http(s) URL of at most ${LONGEST_HLS_BASE} characters, whose host is a name with a dot, an IP address or localhost`,
  read(text) {
    const url = webUrl(text);
    if (url === undefined || text.length > LONGEST_HLS_BASE) return undefined;
    return /^(localhost|.*[^.]\.[^.].*|\[.*\])$/i.test(url.hostname) ? withFinalSlash(text) : undefined;
  },
};

export const streamUrl: Rule<string> = {
  expected:
    'rtmp:// or rtmps:// with a host, and with user:password@host or user@password:host where the server asks for them, without blanks',
  read: (text) => (/^rtmps?:\/\//.test(text) && !/\s/u.test(text) && hasHost(text) ? withFinalSlash(text) : undefined),
};

export const smtpUrl: Rule<string> = {
  expected: 'smtp://host:port or smtps://user:password@host:port, the user and the password URL-encoded',
  read(text) {
    const url = /^smtps?:\/\/[^\s/]\S*$/.test(text) && URL.canParse(text) ? new URL(text) : undefined;
    return url !== undefined && url.hostname !== '' && decoded(url.username) !== null && decoded(url.password) !== null
      ? text
      : undefined;
  },
};

export const proxy: Rule<Proxy> = {
  expected: 'host:port, http://user:password@host:port or https://host:port, the user and the password URL-encoded',
  read: parseProxy,
};

export const hostList: Rule<string[]> = {
  expected: 'host names, addresses or networks, separated by commas',
  read: parseExempt,
};

/** What a part of a URL stands for, or null when its percent signs are not an encoding. */
export function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

export const checksum = choice<ChecksumChoice>(['auto', 'sha1', 'sha256', 'sha384', 'sha512']);

export const databaseType: Rule<'postgresql' | 'mysql' | ''> = {
  expected: 'postgresql or mysql',
  read(text) {
    if (text === 'postgresql' || text === 'mysql') return text;
    return text === 'mariadb' ? 'mysql' : undefined;
  },
};

export const mailLanguage = choice<'fr' | 'en'>(['fr', 'en']);

export function choice<T extends string>(choices: T[]): Rule<T> {
  return {
    expected: choices.length === 2 ? choices.join(' or ') : `one of ${choices.join(', ')}`,
    read: (text) => choices.find((one) => one === text),
  };
}

export const image: Rule<string> = {
  expected: 'the name of a Docker image',
  read: (text) => (/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/.test(text) ? text : undefined),
};

export const command: Rule<string[]> = {
  expected: 'a program and its first arguments, separated by blanks',
  read: (text) => text.split(/\s+/),
};
