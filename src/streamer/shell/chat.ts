// The chat of the meeting: viewers' messages go in one after the other, by the API or, before 3.0, by a page that types.
import type { Page } from 'puppeteer-core';
import { controlIn, emptyQueue, LONGEST_TYPED, queued, taken, type ChatQueue } from '../core/chat-lines.js';
import { chatText, LONGEST_SENT, partsOf } from '../../shared/chat-text.js';
import { cssOf } from '../core/selectors.js';
import type { StreamerConfig } from '../model.js';
import type { Bbb } from './bbb.js';
import type { Browser } from './browser.js';
import { listenToChat, type ChatListener } from './chat-redis.js';
import { chatBoxState, clickOn } from './page-scripts.js';

export interface Chat {
  start(): Promise<void>;
  /** The picture is to show the chat. */
  isShown(): boolean;
  waiting(): number;
  /** To be called about once a second; at most one message goes at a time. `createTime`: of the meeting; null: not in it now. */
  turn(meeting: { createTime: string; attendeePassword: string } | null): void;
  stop(): Promise<void>;
}

const BETWEEN_MS = 1000;
const TELL_MS = 10_000;
const BOX_MS = 30_000;

type Tell = (level: 'INFO' | 'WARN', text: string) => void;

export function createChat(config: StreamerConfig, parts: { bbb: Bbb; browser: Browser; tell: Tell }): Chat {
  const { bbb, browser, tell } = parts;
  const writer = createWriter(config, bbb, browser, tell);
  let shown = config.showChat;
  let queue: ChatQueue = emptyQueue;
  let listener: ChatListener | null = null;
  let hasAnnounced = false;
  let isBusy = false;
  let nextMs = 0;
  let toldMs = -TELL_MS;

  const tellRefused = (nowMs: number, isLast: boolean): void => {
    if (queue.refused === 0 || (!isLast && nowMs - toldMs < TELL_MS)) return;
    tell('WARN', `chat: too many messages at once, ${queue.refused} were not taken`);
    queue = { ...queue, refused: 0 };
    toldMs = nowMs;
  };
  return {
    async start() {
      if (!config.enableChat) return;
      listener = await listenToChat({
        host: config.redisHost,
        port: config.redisPort,
        channel: config.redisChannel,
        heed: (message) => (queue = queued(queue, chatText(message))),
        heedControl: (message) => (shown = controlIn(message)?.showChat ?? shown),
        tell,
      });
    },
    isShown: () => shown,
    waiting: () => queue.waiting.length,
    turn(meeting) {
      const nowMs = performance.now();
      tellRefused(nowMs, false);
      if (meeting === null || isBusy || nowMs < nextMs) return;
      if (!hasAnnounced && config.enableChat && config.chatStreamUrl !== '') {
        queue = { ...queue, waiting: [config.chatStreamUrl, ...queue.waiting] };
      }
      hasAnnounced = true;
      const { text, rest } = taken(queue);
      if (text === null) return;
      queue = rest;
      isBusy = true;
      void writer.write(text, meeting).finally(() => {
        isBusy = false;
        nextMs = performance.now() + BETWEEN_MS;
      });
    },
    async stop() {
      tellRefused(performance.now(), true);
      listener?.stop();
      await writer.close();
    },
  };
}

interface Writer {
  /** Never rejects. */
  write(text: string, meeting: { createTime: string; attendeePassword: string }): Promise<void>;
  close(): Promise<void>;
}

function createWriter(config: StreamerConfig, bbb: Bbb, browser: Browser, tell: Tell): Writer {
  let way: 'api' | 'page' = 'api';
  let page: Page | null = null;
  let toldOfLock = false;

  const byApi = async (text: string): Promise<boolean> => {
    for (const part of partsOf(text, LONGEST_SENT)) {
      const outcome = await bbb.sendChat(part);
      if (outcome.kind === 'unsupported') return false;
      if (outcome.kind === 'failed') tell('WARN', `chat: a message was lost: ${outcome.why}`);
      await pause(BETWEEN_MS);
    }
    return true;
  };
  const chatPage = async (meeting: { createTime: string; attendeePassword: string }): Promise<Page> => {
    if (page !== null && !page.isClosed() && page.browser().connected) return page;
    const address = await bbb.joinAddress({
      ...{ fullName: config.chatName, password: meeting.attendeePassword, createTime: meeting.createTime },
      ...{ showChat: true, purpose: 'chat' },
    });
    const opened = await browser.openBeside(address);
    if (opened === null) throw new Error('there is no browser now');
    page = opened;
    return opened;
  };
  const byPage = async (text: string, meeting: { createTime: string; attendeePassword: string }): Promise<void> => {
    const box = cssOf('chatBox');
    const there = await chatPage(meeting);
    await there.waitForSelector(box, { timeout: BOX_MS });
    if ((await there.evaluate(chatBoxState, box)) === 'locked') {
      if (!toldOfLock) tell('WARN', "chat: it is locked by a moderator, viewers' messages are dropped");
      toldOfLock = true;
      return;
    }
    toldOfLock = false;
    for (const part of partsOf(text, LONGEST_TYPED)) {
      await there.focus(box);
      // Put in whole, as a paste is: no character of it is ever a key that the client could take for a command.
      await there.keyboard.sendCharacter(part);
      await there.keyboard.press('Enter');
      if ((await there.evaluate(chatBoxState, box)) === 'filled') await there.evaluate(clickOn, cssOf('sendMessage'));
      await pause(BETWEEN_MS);
    }
  };
  return {
    async write(text, meeting) {
      try {
        if (way === 'api' && (await byApi(text))) return;
        if (way === 'api') tell('INFO', 'chat: this BigBlueButton has no sendChatMessage; a page of its own writes');
        way = 'page';
        await byPage(text, meeting);
      } catch (error) {
        tell('WARN', `chat: a message was lost: ${error instanceof Error ? error.message : String(error)}`);
        await page?.close().catch(() => undefined);
        page = null;
      }
    },
    async close() {
      await page?.close().catch(() => undefined);
      page = null;
    },
  };
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}
