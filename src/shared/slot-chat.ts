// Where the chat of a slot's live is: the port of its Redis on this host, and its channels.

/** Redis ports begin above this: slot N is published on 6378 + N. */
const REDIS_PORT_BASE = 6378;

/** The port of this host on which slot N's chat Redis is published. */
export function redisPort(slot: number): number {
  return REDIS_PORT_BASE + slot;
}

/** The channel of slot N's chat. */
export function redisChannel(slot: number): string {
  return `chat${slot}`;
}

/** The channel on which the package's own streamer is told what its picture is to show, beside the one of the chat. */
export function controlChannel(channel: string): string {
  return `${channel}:control`;
}

/** What is said there. */
export function controlMessage(showChat: boolean): string {
  return JSON.stringify({ showChat });
}

/**
 * Of a webinar: nobody but this host has business there, as Pod gives its viewers' messages to the gateway. `bindAddress`:
 * REDIS_BIND_ADDRESS, which counts only when it is one of this host alone.
 */
export function webinarChatHost(bindAddress: string): string {
  return /^127(\.\d{1,3}){3}$/.test(bindAddress) ? bindAddress : '127.0.0.1';
}
