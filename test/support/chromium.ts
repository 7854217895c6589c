import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, type BrowserContextOptions, chromium } from 'playwright-core';
import { chromiumPath } from '../setup/chromium.mjs';

// Nothing of Google's is looked up at the start: without these a closed network is asked many times.
const QUIET = [
  ...([
    '--no-sandbox',
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
  ] as const),
  ...(['--disable-component-update', '--disable-sync'] as const),
];

export type Browser = {
  /** A window of its own: no cookie of another one. */
  readonly open: (options?: BrowserContextOptions) => Promise<BrowserContext>;
  readonly close: () => Promise<void>;
};

/** A real headless Chromium, the one that the set-up installed. */
export async function startChromium(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === null) throw new Error('no chromium: the set-up of the tests installs it');
  const folder = mkdtempSync(join(tmpdir(), 'podctl-chromium-'));
  const browser = await chromium.launch({
    executablePath,
    args: [...QUIET, `--crash-dumps-dir=${folder}`],
    timeout: 120_000,
  });
  return {
    open: (options) => browser.newContext(options),
    close: async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
