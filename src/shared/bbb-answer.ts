// What BBB says in an answer: yes, or why not. Whichever library has read the XML, every element is a list of texts and objects.
import { isMapping, type Parsed } from './decoder.js';
import { truncate } from './redact.js';

/** What BBB said. SUCCESS bears elements; FAILED bears its reason. */
export type BbbAnswer =
  { success: true; elements: Record<string, unknown> } | { success: false; messageKey: string; message: string };

const LONGEST_MESSAGE = 200;

/** `value`: a whole answer. */
export function parseAnswer(value: unknown): Parsed<BbbAnswer> {
  const response = isMapping(value) ? own(value, 'response') : undefined;
  if (!isMapping(response)) return { fault: 'the answer has no <response>' };
  const returnCode = textIn(response, 'returncode')?.trim();
  if (returnCode === 'SUCCESS') return { value: { success: true, elements: response } };
  if (returnCode !== 'FAILED') return { fault: 'the answer has no <returncode> that says SUCCESS or FAILED' };
  const { key, message } = reasonIn(response);
  return {
    value: {
      success: false,
      messageKey: truncate(key, LONGEST_MESSAGE, ''),
      message: truncate(message, LONGEST_MESSAGE, ''),
    },
  };
}

/**
 * `<messageKey>` and `<message>`, or, from some calls, `<errors><error key="…" message="…"/></errors>`. Of several errors
 * none is the key: what is done on a key (`notFound`, `checksumError`) needs one that stands alone.
 */
function reasonIn(response: Record<string, unknown>): { key: string; message: string } {
  const [key, message] = [textIn(response, 'messageKey'), textIn(response, 'message')];
  const errors = [own(response, 'errors')]
    .flat()
    .flatMap((list) => (isMapping(list) ? [own(list, 'error')].flat() : []));
  if (key !== undefined || errors.length === 0) return { key: key ?? '', message: message ?? '' };
  const reasons = errors.map((error) =>
    isMapping(error)
      ? { key: textIn(error, 'key')?.trim() ?? '', message: textIn(error, 'message')?.trim() ?? '' }
      : { key: '', message: typeof error === 'string' ? error.trim() : '' },
  );
  const [first] = reasons;
  if (first !== undefined && reasons.length === 1) return first;
  return { key: '', message: reasons.map((reason) => `${reason.key} ${reason.message}`.trim()).join('; ') };
}

export function own(elements: Record<string, unknown>, name: string): unknown {
  return Object.hasOwn(elements, name) ? elements[name] : undefined;
}

/** The text of an element that is there once and holds nothing else. */
export function textIn(elements: Record<string, unknown>, name: string): string | undefined {
  const found = own(elements, name);
  if (!Array.isArray(found) || found.length !== 1) return undefined;
  const first: unknown = found[0];
  return typeof first === 'string' ? first : undefined;
}
