// Signed calls of BigBlueButton's API, and their XML answers.
import { algorithmsToTry, signedAddress, type ChecksumAlgorithm, type ChecksumChoice } from './bbb-checksum.js';
import { isMapping } from './decoder.js';

/** `elements`: as xml2js makes them, each a list of texts and objects. `unreadable`: no whole answer of BigBlueButton came. */
export type CallAnswer =
  | { kind: 'success'; elements: Record<string, unknown> }
  | { kind: 'failed'; messageKey: string; message: string }
  | { kind: 'unreadable'; why: string; status: number | null };

export interface BbbCalls {
  /** `query` is already encoded. With `auto`, the next algorithm is tried while BigBlueButton answers `checksumError`. */
  ask(call: string, query: string): Promise<CallAnswer>;
  /** A signed address, for a browser. A secret. */
  address(call: string, query: string): Promise<string>;
}

/** What came of one GET; `fault`: nothing whole did. */
export type Fetched = { status: number; contentType: string; text: string } | { fault: string };

export function createBbbCalls(
  settings: { bbbUrl: string; bbbSecret: string; bbbChecksum: ChecksumChoice },
  fetchText: (url: string) => Promise<Fetched>,
): BbbCalls {
  let accepted: ChecksumAlgorithm | null = null;
  const askOnce = async (call: string, query: string, algorithm: ChecksumAlgorithm): Promise<CallAnswer> =>
    readAnswer(await fetchText(await signedAddress(call, query, algorithm, settings)));
  return {
    async ask(call, query) {
      let answer: CallAnswer = { kind: 'unreadable', why: 'nothing was asked', status: null };
      for (const algorithm of algorithmsToTry(settings.bbbChecksum, accepted)) {
        answer = await askOnce(call, query, algorithm);
        if (answer.kind === 'unreadable') return answer;
        if (answer.kind === 'failed' && answer.messageKey === 'checksumError') continue;
        accepted = algorithm;
        return answer;
      }
      return answer;
    },
    address: (call, query) => {
      const [algorithm = 'sha1'] = algorithmsToTry(settings.bbbChecksum, accepted);
      return signedAddress(call, query, algorithm, settings);
    },
  };
}

async function readAnswer(fetched: Fetched): Promise<CallAnswer> {
  if ('fault' in fetched) return { kind: 'unreadable', why: fetched.fault, status: null };
  const { status, text } = fetched;
  const response = await responseIn(text);
  const unreadable = (why: string): CallAnswer => ({ kind: 'unreadable', why, status });
  if (response === null) return unreadable(`it answers ${status} with something that is not BigBlueButton's XML`);
  const returnCode = textIn(response, 'returncode')?.trim();
  if (returnCode === 'FAILED') {
    const [messageKey, message] = [textIn(response, 'messageKey') ?? '', textIn(response, 'message') ?? ''];
    return { kind: 'failed', messageKey: short(messageKey), message: short(message) };
  }
  if (returnCode !== 'SUCCESS') return unreadable(`it answers ${status} without SUCCESS or FAILED`);
  return status >= 200 && status < 300 ? { kind: 'success', elements: response } : unreadable(`it answers ${status}`);
}

/** xml2js expands no entity of a DOCTYPE, and stops at the root's end: that nothing follows is looked at here. */
async function responseIn(text: string): Promise<Record<string, unknown> | null> {
  if (!/<\/response\s*>\s*$/.test(text)) return null;
  const { default: xml2js } = await import('xml2js');
  try {
    const value: unknown = await xml2js.parseStringPromise(text, { explicitArray: true, ignoreAttrs: true });
    const response = isMapping(value) ? value['response'] : null;
    return isMapping(response) ? response : null;
  } catch {
    return null;
  }
}

/** The text of an element that is there once and holds nothing else. */
export function textIn(elements: Record<string, unknown>, name: string): string | undefined {
  const found = Object.hasOwn(elements, name) ? elements[name] : undefined;
  if (!Array.isArray(found) || found.length !== 1) return undefined;
  const first: unknown = found[0];
  return typeof first === 'string' ? first : undefined;
}

function short(text: string): string {
  return text
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, 200)
    .replace(/\p{Cs}$/u, '');
}
