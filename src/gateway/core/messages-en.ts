// The sentences in English.
import type { Refusal } from '../model.js';

const TELL = 'Please tell the administrator of Pod.';

export const ENGLISH: Record<Refusal, string> = {
  malformed: `The streaming server could not read the request. ${TELL}`,
  incomplete: `The streaming server got only a part of the request. ${TELL}`,
  headTooLarge: `The request is too long for the streaming server. ${TELL}`,
  bodyTooLarge: 'The message is too long.',
  chunked: `The streaming server takes no request in pieces. ${TELL}`,
  tooSlow: `The request took too long to come to the streaming server. ${TELL}`,
  foreign: `This server may not call the streaming server. ${TELL}`,
  wrongToken: `The streaming server does not accept the token of this gateway. ${TELL}`,
  notFound: `There is nothing at this address of the streaming server. ${TELL}`,
  badCall: `The streaming server did not understand the request. ${TELL}`,
  notSetUp: `The streaming server is not set up for webinars yet. ${TELL}`,
  unknownGateway: `The streaming server does not know this gateway. ${TELL}`,
  wrongStream: `The streaming address of this gateway is not the one that the streaming server knows. ${TELL}`,
  anotherLive:
    'Another live is still in progress on the same gateway. Yours is noted and will start as soon as that one is over.',
  noLive: 'There is no live of this meeting at the moment.',
  chatFailed: 'The message could not be passed on to the meeting.',
  diskFailed: `The streaming server could not note the request. Please try again in a minute. ${TELL}`,
  badConfiguration: `The streaming server is not configured properly. ${TELL}`,
  internal: `The streaming server met an unexpected error. ${TELL}`,
};
