// The XML of an answer of BBB about one meeting, read by xml2js. Lists, of meetings or recordings, are read by saxes: docs/decisions.md says why.
import type { Parsed } from './decoder.js';

/**
 * One document from the beginning of the text to its end, as `bbb-answer.ts` takes it. xml2js reads the first of two documents
 * and says nothing of the second: that there is none is looked at here. A document type, which could name entities, is a fault.
 */
export async function readSmallXml(text: string): Promise<Parsed<unknown>> {
  const xml = await read(text);
  const isOne = text.match(/<\/response\s*>/g)?.length === 1 && /<\/response\s*>\s*$/.test(text);
  return 'fault' in xml || (isOne && !/<!doctype/i.test(text))
    ? xml
    : { fault: 'it is not one <response> from its beginning to its end' };
}

/** It calls back before it returns, or never: a text without a root has neither an end nor a fault. */
async function read(text: string): Promise<Parsed<unknown>> {
  const { default: xml2js } = await import('xml2js');
  let xml: Parsed<unknown> = { fault: 'it has no beginning or no end' };
  try {
    // Attributes are read like elements: `<error key="…" message="…"/>`.
    xml2js.parseString(text.trim(), { explicitArray: true, mergeAttrs: true }, (error, value: unknown) => {
      xml = error === null ? { value } : { fault: sentenceOf(error) };
    });
  } catch (error) {
    return { fault: sentenceOf(error as Error) };
  }
  return xml;
}

/** The parser's own words: what is wrong, and on which line, counted from 0. */
function sentenceOf({ message }: Error): string {
  const [, what = 'not well-formed', line = '0'] = /^(.*)\nLine: (\d+)\n/.exec(message) ?? [];
  return `line ${Number(line) + 1}: ${what}`;
}
