// One exchange: who calls, what is asked, whether it may be, and what comes of it.
import { DiskError } from '../shared/errors.js';
import { faultOf } from '../shared/files.js';
import { isInNetworks } from '../shared/networks.js';
import { answerOf, type Answer } from './core/answer.js';
import { reasonFor } from './core/messages.js';
import { needsToken, parseCall } from './core/parse-call.js';
import { message } from './message.js';
import type { Call, CallOutcome, GatewayConfig, Refusal, Remark, RequestReading } from './model.js';
import type { GatewayPorts } from './ports.js';
import { isToken } from './shell/token.js';
import { shortened, slotText, start, stop, toggle, type Told } from './wishes.js';

export interface Exchange {
  answer: Answer;
  /** For the log, in order. */
  remarks: Remark[];
  /** This host could not do what was rightly asked. */
  isOwnFault: boolean;
}

const OWN_FAULTS: Refusal[] = ['diskFailed', 'notSetUp', 'internal', 'badConfiguration'];

/** `peer`: the address that calls; null: nobody knows. Throws nothing. */
export async function exchange(
  peer: string | null,
  reading: RequestReading,
  config: GatewayConfig,
  ports: GatewayPorts,
): Promise<Exchange> {
  const remarks: Remark[] = [];
  const tell: Told = (level, text) => remarks.push({ level, text });
  const outcome = await outcomeOf(peer, reading, config, ports, tell);
  const isOwnFault = !outcome.ok && OWN_FAULTS.includes(outcome.refusal);
  return { answer: answerOf(outcome, config.mailLang), remarks, isOwnFault };
}

async function outcomeOf(
  peer: string | null,
  reading: RequestReading,
  config: GatewayConfig,
  ports: GatewayPorts,
  tell: Told,
): Promise<CallOutcome> {
  const from = peer ?? 'nobody knows where';
  const refuse = (refusal: Refusal, about = ''): CallOutcome => {
    tell('WARNING', `${about}refused to ${from}: ${reasonFor(refusal)}`);
    return { ok: false, refusal };
  };
  if (peer === null || !isInNetworks(peer, config.gatewayAllow)) return refuse('foreign');
  if (!reading.ok) return refuse(reading.why);
  const parsed = parseCall(reading.request);
  if (!parsed.ok) return refuse(parsed.refusal);
  const { call } = parsed;
  const about = `${slotText(call.slot)}${call.kind} of room ${shortened(call.room)} `;
  if (needsToken(call) && !isToken(reading.request.authorization, config.gatewayToken))
    return refuse('wrongToken', about);
  try {
    const outcome = await act(call, ports, tell);
    const isTold = outcome.ok || outcome.refusal === 'anotherLive' || outcome.refusal === 'chatFailed';
    return isTold ? outcome : refuse(outcome.refusal, about);
  } catch (error) {
    const refusal = error instanceof DiskError ? 'diskFailed' : 'internal';
    tell('ERROR', `${about}failed: ${faultOf(error)}`);
    return { ok: false, refusal };
  }
}

function act(call: Call, ports: GatewayPorts, tell: Told): Promise<CallOutcome> {
  switch (call.kind) {
    case 'start':
      return start(call, ports, tell);
    case 'stop':
      return stop(call, ports, tell);
    case 'toggle':
      return toggle(call, ports, tell);
    case 'message':
      return message(call, ports, tell);
  }
}
