// Puts messages into the chat of a meeting by BigBlueButton's API.
import { createBbbCalls } from '../../shared/bbb-call.js';
import { sendChatMessage } from '../../shared/bbb-chat.js';
import { fetchText } from '../../shared/bbb-fetch.js';
import { systemClock } from '../../shared/clock.js';
import { networkOf } from '../../shared/connections.js';
import { createHttp } from '../../shared/http.js';
import type { GatewayConfig } from '../model.js';
import type { GatewayPorts } from '../ports.js';

/** For all that is sent; Pod's page waits meanwhile, and systemd ends what takes longer than ten seconds. */
const TIMEOUT_MS = 4000;

export function createSender(config: GatewayConfig): GatewayPorts['sendChat'] {
  const http = createHttp({
    timeoutMs: config.httpTimeoutMs,
    pause: (ms) => systemClock.sleep(ms),
    network: networkOf(config),
  });
  const begun = systemClock.uptimeMs();
  const calls = createBbbCalls(config, (url) => {
    const leftMs = Math.max(1, Math.ceil(begun + TIMEOUT_MS - systemClock.uptimeMs()));
    return fetchText(http, url, { idleTimeoutMs: Math.min(config.httpTimeoutMs, leftMs), timeoutMs: leftMs });
  });
  return (meetingId, message) => sendChatMessage(calls, { meetingId, message });
}
