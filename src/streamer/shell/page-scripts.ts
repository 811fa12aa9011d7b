// What runs inside the client's page: a look at it, a click, a style sheet. Sent as text, so each function stands alone.

interface PageElement {
  click(): void;
  contains(other: PageElement): boolean;
  matches(selector: string): boolean;
  querySelector(selector: string): PageElement | null;
  outerHTML: string;
  innerText?: string;
  paused?: boolean;
  currentTime?: number;
  value?: string;
  disabled?: boolean;
}

interface StyleSheet {
  replaceSync(text: string): void;
}

// What of a page is used here; the program itself has no page.
declare const document: {
  adoptedStyleSheets: StyleSheet[];
  documentElement: PageElement | null;
  contentType: string;
  querySelector(selector: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
};
declare const location: { href: string };
declare const CSSStyleSheet: new () => StyleSheet;
declare const globalThis: { liveStyles?: { sheet: StyleSheet; text: string } };

export interface RawLook {
  url: string;
  hasApp: boolean;
  parts: string[];
  isPlaying: boolean;
  text: string;
}

/** A sheet of this kind is no element and no request: no content policy of a site forbids it. */
export function keepStyles(text: string): void {
  const kept = (globalThis.liveStyles ??= { sheet: new CSSStyleSheet(), text: '' });
  if (kept.text !== text) kept.sheet.replaceSync(text);
  kept.text = text;
  if (!document.adoptedStyleSheets.includes(kept.sheet)) {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, kept.sheet];
  }
}

/** A part of `modals` counts only when it neither is nor holds one of `spared`. */
export function lookAt(
  selectors: Record<string, string>,
  modals: { name: string; spared: string },
  remoteAudio: string,
): RawLook {
  const isThere = ([name, selector]: [string, string]): boolean =>
    name === modals.name
      ? [...document.querySelectorAll(selector)].some(
          (modal) => !modal.matches(modals.spared) && modal.querySelector(modals.spared) === null,
        )
      : document.querySelector(selector) !== null;
  const there = Object.entries(selectors).filter(isThere);
  const audio = document.querySelector(remoteAudio);
  const hasApp = document.querySelector('#app') !== null;
  const root = document.documentElement;
  const isXml = document.contentType.includes('xml') && !document.contentType.includes('xhtml');
  const words = isXml ? root?.outerHTML : root?.innerText;
  return {
    url: location.href,
    hasApp,
    parts: there.map(([name]) => name),
    isPlaying: audio !== null && audio.paused === false && (audio.currentTime ?? 0) > 0,
    text: hasApp ? '' : (words ?? '').trim().slice(0, 2000),
  };
}

export function clickOn(selector: string): boolean {
  const found = document.querySelector(selector);
  found?.click();
  return found !== null;
}

/** Closes the modals that neither are nor hold one of `spared`: by their closing button, or else by their first one. */
export function dismiss(modals: string, spared: string, closing: string): number {
  let count = 0;
  for (const modal of document.querySelectorAll(modals)) {
    if (modal.matches(spared) || modal.querySelector(spared) !== null) continue;
    const button = modal.querySelector(closing) ?? modal.querySelector('button');
    button?.click();
    if (button !== null) count += 1;
  }
  return count;
}

/** `locked`: the moderator forbids it. */
export function chatBoxState(selector: string): 'absent' | 'locked' | 'empty' | 'filled' {
  const box = document.querySelector(selector);
  if (box === null) return 'absent';
  if (box.disabled === true) return 'locked';
  return (box.value ?? '') === '' ? 'empty' : 'filled';
}
