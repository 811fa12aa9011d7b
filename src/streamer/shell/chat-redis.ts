// Listens to the viewers' messages on Redis, and to what is asked about the picture, for as long as it takes.
import { controlChannel } from '../../shared/slot-chat.js';

export interface ChatListener {
  stop(): void;
}

export interface ChatListenerOptions {
  host: string;
  port: number;
  /** A pattern, as Redis understands it. */
  channel: string;
  heed(message: string): void;
  /** What came on the channel of the same name with `:control` added. */
  heedControl(message: string): void;
  /** Once a change. */
  tell(level: 'INFO' | 'WARN', text: string): void;
}

const LONGEST_PAUSE_MS = 5000;

export async function listenToChat(options: ChatListenerOptions): Promise<ChatListener> {
  const { Redis } = await import('ioredis');
  let isThere = false;
  const redis = new Redis({
    host: options.host,
    port: options.port,
    // Its clients may do one thing only on that Redis: subscribe.
    protocol: 2,
    enableReadyCheck: false,
    disableClientInfo: true,
    maxRetriesPerRequest: null,
    autoResubscribe: false,
    retryStrategy: (attempt) => Math.min(500 * attempt, LONGEST_PAUSE_MS),
  });
  const lost = (): void => {
    if (isThere) options.tell('WARN', "chat: Redis is away; viewers' messages wait there for nobody");
    isThere = false;
  };
  redis.on('error', () => undefined);
  redis.on('close', lost);
  redis.on('ready', () => {
    redis.psubscribe(options.channel).then(
      () => {
        if (!isThere) options.tell('INFO', `chat: listening on ${options.channel}`);
        isThere = true;
      },
      (error: unknown) => {
        options.tell(
          'WARN',
          `chat: Redis refuses to listen: ${error instanceof Error ? error.message : String(error)}`,
        );
      },
    );
    // The chat's Redis may allow the one channel only.
    redis.psubscribe(controlChannel(options.channel)).catch(() => undefined);
  });
  redis.on('pmessage', (_pattern: string, channel: string, message: string) => {
    if (channel.endsWith(controlChannel(''))) options.heedControl(message);
    else options.heed(message);
  });
  return {
    stop: () => {
      redis.disconnect();
    },
  };
}
