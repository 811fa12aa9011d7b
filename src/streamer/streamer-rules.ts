// What the values of the streamer's own variables may be.
import { Buffer } from 'node:buffer';
import { directory, type Rule } from '../shared/config-rules.js';

/** `…/bigbluebutton`, `…/bigbluebutton/api`, each with or without a final slash. */
export const bbbAddress: Rule<string> = {
  expected: 'an http(s) URL that ends in /bigbluebutton/api or /bigbluebutton',
  read(text) {
    const bare = text.replace(/\/+$/, '');
    if (!/^https?:\/\/[^\s/]/i.test(bare) || !URL.canParse(bare) || /[?#\s]/.test(bare)) return undefined;
    const base = bare.replace(/\/api$/, '');
    return base.endsWith('/bigbluebutton') ? `${base}/api` : undefined;
  },
};

/** The image that this one replaces takes any text for true, `false` too; that was a trap. */
export const setUnlessOff: Rule<boolean> = {
  expected: 'true or false',
  read: (text) => !/^(?:false|0|no|off)$/i.test(text),
};

export const streamAddress: Rule<string> = {
  expected: 'a whole rtmp:// or rtmps:// address, stream key included',
  read: (text) => (/^rtmps?:\/\/[^\s/]+\/\S+$/.test(text) ? text : undefined),
};

/** yuv420p knows even sizes only. */
export const evenResolution: Rule<{ width: number; height: number }> = {
  expected: 'WxH, for instance 1280x720, from 160x120 to 7680x4320',
  read(text) {
    const found = /^(\d{3,4})x(\d{3,4})$/.exec(text);
    if (found === null) return undefined;
    const [width, height] = [Number(found[1]), Number(found[2])];
    if (width < 160 || height < 120 || width > 7680 || height > 4320) return undefined;
    return { width: width - (width % 2), height: height - (height % 2) };
  },
};

/** `/w-XXXXXX/org.chromium.Chromium.XXXXXX/SingletonSocket` goes below it, and a socket's path has 107 bytes at most: past that Chromium ends at once, without a word. */
const RUN_DIRECTORY_BYTES = 50;

export const runDirectory: Rule<string> = {
  expected: `${directory.expected}, of at most ${RUN_DIRECTORY_BYTES} bytes (the browser's socket lies below it)`,
  read(text) {
    const path = directory.read(text);
    return path === undefined || Buffer.byteLength(path) > RUN_DIRECTORY_BYTES ? undefined : path;
  },
};
