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

async function read(text: string): Promise<Parsed<unknown>> {
  const { default: xml2js } = await import('xml2js');
  try {
    // Attributes are read like elements: `<error key="…" message="…"/>`.
    const value: unknown = await xml2js.parseStringPromise(text.trim(), { explicitArray: true, mergeAttrs: true });
    return { value };
  } catch (error) {
    // The parser's own words: what is wrong, and on which line, counted from 0.
    const [, what = 'not well-formed', line = '0'] = /^(.*)\nLine: (\d+)\n/.exec((error as Error).message) ?? [];
    return { fault: `line ${Number(line) + 1}: ${what}` };
  }
}
