// Chromium in the meeting, driven over a pipe: opened, told to join, looked at, clicked; and the page that writes into the chat.
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser as PuppeteerBrowser, Page } from 'puppeteer-core';
import { killGroup } from '../../shared/lasting-program.js';
import { chromiumArguments } from '../core/chromium-arguments.js';
import { pageSightOf } from '../core/page-sight.js';
import { cssOf, hidingStyles, PART_NAMES, type PartName } from '../core/selectors.js';
import type { Life, Look, PageSight, StreamerConfig } from '../model.js';
import { lastWordsOf } from './last-words.js';
import { clickOn, dismiss, keepStyles, lookAt } from './page-scripts.js';
import type { Station } from './station.js';

export interface Browser {
  life(): Life;
  pid(): number | undefined;
  open(): void;
  close(): Promise<void>;
  /** Goes there without waiting for it. */
  join(address: string): void;
  look(showChat: boolean): Promise<PageSight>;
  click(part: PartName): Promise<void>;
  /** PNG of the page. */
  picture(): Promise<Uint8Array>;
  /** A page beside the picture, in a session of its own; null when there is no browser. */
  openBeside(address: string): Promise<Page | null>;
}

const LAUNCH_MS = 30_000;
const CALL_MS = 15_000;
const LOOK_MS = 3000;
/** A page that answers nothing for so long is gone; a busy one is not. */
const UNRESPONSIVE_MS = 20_000;
const CLOSE_MS = 2000;

/** Modals of these are no business of whoever closes modals. */
const SPARED: PartName[] = [
  'audioModal',
  'audioModalOptions',
  'listenOnly',
  'helpListenOnly',
  'connecting',
  'meetingEnded',
  'poll',
];
const SPARED_CSS = SPARED.map(cssOf).join(',');

type Settings = Pick<StreamerConfig, 'width' | 'height' | 'locale' | 'chromium' | 'runDirectory' | 'showChat'>;

interface Open {
  browser: PuppeteerBrowser;
  page: Page;
  profile: string;
}

export function createBrowser(settings: Settings, station: Station, log: (line: string) => void): Browser {
  let life: Life = 'none';
  let open: Open | null = null;
  let profile: string | null = null;
  let launching: Promise<void> | null = null;
  let isCrashed = false;
  let isAway = false;
  let silentSinceMs: number | null = null;
  let closing = new AbortController();
  let sandbox = process.getuid?.() !== 0;

  const launch = async (): Promise<void> => {
    const { default: puppeteer } = await import('puppeteer-core');
    profile = mkdtempSync(join(settings.runDirectory, 'w-'));
    const environment = { ...station.environment(), TMPDIR: profile, ...proxies() };
    const start = (): Promise<PuppeteerBrowser> =>
      puppeteer.launch({
        executablePath: settings.chromium,
        headless: false,
        pipe: true,
        defaultViewport: null,
        timeout: LAUNCH_MS,
        protocolTimeout: CALL_MS,
        ...{ handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false },
        userDataDir: join(profile ?? '', 'profile'),
        env: environment,
        ignoreDefaultArgs: ['--enable-automation', '--disable-dev-shm-usage'],
        args: chromiumArguments({ ...settings, sandbox }),
      });
    const browser = await start().catch((error: unknown) => {
      if (!sandbox) throw error;
      log("Chromium's own sandbox does not start in this container; it runs without");
      sandbox = false;
      return start();
    });
    const [page = await browser.newPage()] = await browser.pages();
    page.on('error', () => (isCrashed = true));
    page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined));
    await page.evaluateOnNewDocument(keepStyles, hidingStyles(settings.showChat));
    open = { browser, page, profile };
    life = 'up';
    browser.on('disconnected', () => {
      if (open?.browser === browser) life = 'dead';
    });
    if (!browser.connected) life = 'dead';
  };

  /** With a profile of its own: the other one may be locked. */
  const wordsOfChromium = (): Promise<string> => {
    const home = join(profile ?? settings.runDirectory, 'again');
    const words = [...chromiumArguments({ ...settings, sandbox }), `--user-data-dir=${home}`, 'about:blank'];
    return lastWordsOf([settings.chromium, ...words], { ...station.environment(), ...proxies() }, closing.signal);
  };

  return {
    life: () => life,
    pid: () => open?.browser.process()?.pid,
    open() {
      life = 'starting';
      isCrashed = false;
      isAway = false;
      silentSinceMs = null;
      closing = new AbortController();
      launching = launch().catch(async (error: unknown) => {
        const words = await wordsOfChromium();
        const said = words === '' ? '' : `; it says: ${words}`;
        log(`Chromium did not start: ${error instanceof Error ? error.message : String(error)}${said}`);
        life = 'dead';
      });
    },
    async close() {
      closing.abort();
      await Promise.race([launching, pause(CLOSE_MS)]);
      const was = open;
      open = null;
      if (was !== null) {
        const process = was.browser.process();
        await Promise.race([was.browser.close().catch(() => undefined), pause(CLOSE_MS)]);
        process?.kill('SIGKILL');
        killGroup(process?.pid);
      }
      if (profile !== null) rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      profile = null;
      life = 'none';
    },
    join(address) {
      isAway = true;
      isCrashed = false;
      silentSinceMs = null;
      const page = open?.page;
      // However the journey ends, the looks at the page tell.
      void page
        ?.goto(address, { waitUntil: 'domcontentloaded', timeout: 60_000 })
        .catch(() => undefined)
        .then(() => (isAway = false));
    },
    async look(showChat) {
      if (open === null) return { kind: 'blank' };
      if (isCrashed) return { kind: 'gone' };
      const { page } = open;
      const look = await bounded(lookNow(page, showChat), LOOK_MS);
      if (look !== 'silent' && look !== null) {
        silentSinceMs = null;
        return pageSightOf(look);
      }
      if (isAway) return { kind: 'blank' };
      const nowMs = performance.now();
      silentSinceMs ??= nowMs;
      return nowMs - silentSinceMs > UNRESPONSIVE_MS ? { kind: 'gone' } : { kind: 'busy' };
    },
    async click(part) {
      const page = open?.page;
      if (page === undefined) return;
      const act = async (): Promise<void> => {
        if (part !== 'anyModal') await page.evaluate(clickOn, cssOf(part));
        else await page.evaluate(dismiss, cssOf('anyModal'), SPARED_CSS, cssOf('closeModal'));
      };
      await bounded(
        act().catch(() => undefined),
        LOOK_MS,
      );
    },
    picture: async () => (open === null ? new Uint8Array() : open.page.screenshot({ type: 'png' })),
    openBeside: async (address) => (open === null ? null : openBeside(open.browser, address, settings)),
  };
}

/** Null while the page is on its way from one document to the next. */
async function lookNow(page: Page, showChat: boolean): Promise<Look | null> {
  try {
    await page.evaluate(keepStyles, hidingStyles(showChat));
    const selectors = Object.fromEntries(PART_NAMES.map((name) => [name, cssOf(name)]));
    const raw = await page.evaluate(lookAt, selectors, { name: 'anyModal', spared: SPARED_CSS }, cssOf('remoteAudio'));
    return { ...raw, parts: raw.parts as PartName[] };
  } catch {
    return null;
  }
}

/** Its window lies beside the screen. */
async function openBeside(browser: PuppeteerBrowser, address: string, { width }: Settings): Promise<Page> {
  const context = await browser.createBrowserContext();
  const page = await context.newPage({
    type: 'window',
    windowBounds: { left: width + 100, top: 0, width: 1280, height: 720 },
  });
  await page.goto(address, { waitUntil: 'domcontentloaded', timeout: CALL_MS });
  return page;
}

function proxies(): Record<string, string> {
  const names = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
  return Object.fromEntries(
    names.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  );
}

async function pause(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms));
}

/** What is not there in time is `silent`. */
async function bounded<T>(work: Promise<T>, ms: number): Promise<T | 'silent'> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<'silent'>((resolve) => {
    timer = setTimeout(() => {
      resolve('silent');
    }, ms);
  });
  try {
    return await Promise.race([work, silence]);
  } finally {
    clearTimeout(timer);
  }
}
