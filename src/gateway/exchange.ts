// One exchange: who calls, what is asked, whether it may be, and what comes of it.
import { DiskError } from '../shared/errors.js';
import { faultOf } from '../shared/files.js';
import { isInNetworks } from '../shared/networks.js';
import { answerOf, type Answer } from './core/answer.js';
import { reasonFor } from './core/messages.js';
import { needsToken, parseCall } from './core/parse-call.js';
import { message } from './message.js';
import type { Call, CallOutcome, GatewayConfig, Refusal, Remark, RequestReading } from './model.js';
import type { GatewayPorts, Turn } from './ports.js';
import { isToken } from './shell/token.js';
import { shortened, slotText, start, stop, toggle } from './wishes.js';

export interface Exchange {
  answer: Answer;
  /** What is done once the answer is out; answers all that is for the log, in order. Throws nothing. */
  finish(): Promise<Remark[]>;
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
  const left: (() => Promise<void>)[] = [];
  const turn: Turn = {
    ports,
    tell: (level, text) => remarks.push({ level, text }),
    afterwards: (work) => left.push(work),
  };
  const outcome = await outcomeOf(peer, reading, config, turn);
  const isOwnFault = !outcome.ok && OWN_FAULTS.includes(outcome.refusal);
  const finish = async (): Promise<Remark[]> => {
    for (const work of left) await work();
    return remarks;
  };
  return { answer: answerOf(outcome, config.mailLang), isOwnFault, finish };
}

async function outcomeOf(
  peer: string | null,
  reading: RequestReading,
  config: GatewayConfig,
  turn: Turn,
): Promise<CallOutcome> {
  const { tell } = turn;
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
    const outcome = await act(call, turn);
    const isTold = outcome.ok || outcome.refusal === 'anotherLive' || outcome.refusal === 'chatFailed';
    return isTold ? outcome : refuse(outcome.refusal, about);
  } catch (error) {
    const refusal = error instanceof DiskError ? 'diskFailed' : 'internal';
    tell('ERROR', `${about}failed: ${faultOf(error)}`);
    return { ok: false, refusal };
  }
}

function act(call: Call, turn: Turn): Promise<CallOutcome> {
  switch (call.kind) {
    case 'start':
      return start(call, turn);
    case 'stop':
      return stop(call, turn);
    case 'toggle':
      return toggle(call, turn);
    case 'message':
      return message(call, turn);
  }
}
