// The gateway's types: what Pod asks, what is answered, and what happened.
import type { CommonConfig } from '../shared/common-variables.js';
import type { GatewaySettings } from '../shared/gateway-variables.js';
import type { InstallationConfig } from '../shared/installation-variables.js';

export interface GatewayConfig
  extends
    InstallationConfig,
    GatewaySettings,
    Pick<CommonConfig, 'bbbChecksum' | 'httpTimeoutMs' | 'httpProxy' | 'httpsProxy' | 'noProxy' | 'extraAuthorities'> {
  /** What must stand in no log and no answer. */
  secrets: string[];
}

/** One whole request. */
export interface HttpRequest {
  method: string;
  /** As it was sent: path and query. */
  target: string;
  /** Of the header `Authorization`; empty: there is none. */
  authorization: string;
  body: Buffer;
}

/** Why there is no whole request. */
export type RequestFault = 'malformed' | 'incomplete' | 'headTooLarge' | 'bodyTooLarge' | 'chunked' | 'tooSlow';

export type RequestReading = { ok: true; request: HttpRequest } | { ok: false; why: RequestFault };

/** What Pod asks. `slot`: from the path; null: one address for all slots (Pod 3.6 to 3.8.1). */
export type Call =
  | { kind: 'start'; slot: number | null; room: string; meetingId: string; podHost: string; rtmpDst: string }
  | { kind: 'stop'; slot: number | null; room: string }
  | { kind: 'toggle'; slot: number | null; room: string }
  | { kind: 'message'; slot: number | null; room: string; text: string };

/** Why a call is refused, or cannot be done. Each has its sentence in every language. */
export type Refusal =
  | RequestFault
  | 'foreign' // the address may not call
  | 'wrongToken'
  | 'notFound' // no such path or method
  | 'badCall' // room, domain or message are not as Pod sends them
  | 'notSetUp' // `init` has not noted the gateways
  | 'unknownGateway'
  | 'wrongStream' // the RTMP address is not the gateway's
  | 'anotherLive' // noted, but it has to wait
  | 'noLive' // nothing of that room is wanted, or in progress
  | 'chatFailed' // neither BigBlueButton nor the streamer took the message
  | 'diskFailed'
  | 'badConfiguration'
  | 'internal';

/** What came of a call: done, or why not. */
export type CallOutcome = { ok: true } | { ok: false; refusal: Refusal };

/** A line for the log. */
export interface Remark {
  level: 'INFO' | 'WARNING' | 'ERROR';
  text: string;
}
