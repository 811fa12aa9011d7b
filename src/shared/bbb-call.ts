// Signed calls of BigBlueButton's API, and their XML answers.
import { parseAnswer } from './bbb-answer.js';
import { algorithmsToTry, signedAddress, type ChecksumAlgorithm, type ChecksumChoice } from './bbb-checksum.js';
import { readSmallXml } from './bbb-small-xml.js';

/** `elements`: each a list of texts and objects. `unreadable`: no whole answer of BigBlueButton came. */
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
  const unreadable = (why: string): CallAnswer => ({ kind: 'unreadable', why: `it answers ${status}${why}`, status });
  const xml = await readSmallXml(text);
  if ('fault' in xml) return unreadable(` with something that is not BigBlueButton's XML (${xml.fault})`);
  const answer = parseAnswer(xml.value);
  if ('fault' in answer) return unreadable(`: ${answer.fault}`);
  const { value } = answer;
  if (!value.success) return { kind: 'failed', messageKey: value.messageKey, message: value.message };
  return status >= 200 && status < 300 ? { kind: 'success', elements: value.elements } : unreadable('');
}

/** A FAILED in words, with what to do where that is known. */
export function refusal(call: string, answer: Extract<CallAnswer, { kind: 'failed' }>): string {
  const advice = answer.messageKey === 'checksumError' ? ': check BBB_SECRET and BBB_CHECKSUM' : '';
  const said = [answer.messageKey, answer.message].filter((part) => part !== '').join(', ');
  return `BigBlueButton refuses ${call} (${said})${advice}`;
}
