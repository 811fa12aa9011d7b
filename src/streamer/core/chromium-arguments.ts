// How Chromium is called: a window that is the whole screen, sound without a click, nothing that asks.

export function chromiumArguments(options: {
  width: number;
  height: number;
  locale: string;
  sandbox: boolean;
}): string[] {
  const { width, height, locale, sandbox } = options;
  return [
    '--kiosk',
    '--window-position=0,0',
    // Chromium takes the last line and column of a screen that it fills for a border.
    `--window-size=${width + 1},${height + 1}`,
    '--force-device-scale-factor=1',
    '--autoplay-policy=no-user-gesture-required',
    '--use-fake-ui-for-media-stream',
    '--deny-permission-prompts',
    '--no-first-run',
    '--no-default-browser-check',
    '--noerrdialogs',
    '--disable-infobars',
    '--disable-notifications',
    '--disable-gpu',
    '--disable-features=Translate,MediaRouter,OptimizationHints',
    '--disable-component-update',
    '--disable-domain-reliability',
    '--disable-crash-reporter',
    '--password-store=basic',
    `--lang=${locale}`,
    // Says nothing in the picture about the switch before it.
    ...(sandbox ? [] : ['--no-sandbox', '--test-type']),
  ];
}
