import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, startChromium } from '../support/chromium.js';
import { type PageServer, startPageServer } from '../support/rac-page.js';
import { addName, addRelease } from '../support/rac-web.js';
import { SOAK } from '../support/soak.js';

// Pictures of what a person sees, for people, where PODCTL_SHOTS names a folder; in long runs always.
const SHOTS = process.env['PODCTL_SHOTS'] ?? (SOAK ? join(tmpdir(), 'podctl-rac-shots') : null);
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 };
const PASSWORD = 'a long enough horse';
const PATIENCE = 60_000;

let browser: Browser;
let server: PageServer;

beforeAll(async () => {
  if (SHOTS !== null) mkdirSync(SHOTS, { recursive: true });
  browser = await startChromium();
  server = await startPageServer();
});

// A window that stays open goes on asking.
const windows: BrowserContext[] = [];
afterEach(async () => {
  await Promise.all(windows.splice(0).map((context) => context.close()));
});

afterAll(async () => {
  await browser.close();
  await server.close();
});

/** A new window at the page; whatever it says in its console, and every refusal of the policy, ends in `problems`. */
async function open(path = '/', options: BrowserContextOptions = {}): Promise<{ page: Page; problems: string[] }> {
  const context = await browser.open({ ...options, baseURL: server.url });
  windows.push(context);
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) problems.push(message.text());
  });
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('dialog', (dialog) => {
    problems.push(`a dialog of the browser: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await page.goto(path);
  await page.locator('main:not([aria-busy]) h1').waitFor();
  expect(await page.locator('main').innerText()).not.toMatch(/\b(null|undefined|NaN|\[object)/);
  return { page, problems };
}

async function shoot(page: Page, name: string): Promise<void> {
  if (SHOTS !== null) await page.screenshot({ path: join(SHOTS, `${name}.png`), fullPage: true });
}

async function signUp(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign up' }).click();
  await page.locator('#sign-in-name').fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.locator('#sign-in-send').click();
  await page.locator('#sign-out').waitFor();
}

function wakesOf(count: number) {
  const tiers = ['holder', 'paused', 'removed'] as const;
  return Array.from({ length: count }, (_, index) => ({
    at: Date.now() - (count - index) * 600_000,
    ms: [62, 9, 190, 71, 11, 1400][index % 6] ?? 60,
    from: tiers[index % 3] ?? 'holder',
    problem: index === count - 3 ? 'it never answered on port 8080' : null,
  }));
}

describe('the page', () => {
  it('shows public names to everybody, and leads a stranger from signing up to a claim', async () => {
    addName(server.store, 'free-app');
    addRelease(server.store, 'free-app', {
      tag: '2',
      warnings: ['`rac.prot` is no label of RAC; did you mean rac.port?'],
    });
    const { page, problems } = await open();
    await page.getByRole('link', { name: 'free-app' }).waitFor();
    await shoot(page, 'list');
    await page.getByRole('link', { name: 'free-app' }).click();
    await page.getByText('Sign in to claim it.').waitFor();
    expect(await page.locator('#warnings').textContent()).toContain('did you mean rac.port?');
    expect(await page.locator('#log').count()).toBe(0);
    await signUp(page, 'cara');
    await page.getByRole('button', { name: 'Claim' }).click();
    await page.getByText('Owned by cara').waitFor();
    expect(await page.locator('#status').textContent()).toBe(
      'It is yours. The image was a stranger’s: it was stopped.',
    );
    expect(server.store.get('SELECT owner FROM name WHERE name = ?', 'free-app')).toMatchObject({ owner: 'cara' });
    expect(problems).toEqual([]);
  });

  it("adopts a stranger's image, rolls back, pins, stops and starts", async () => {
    const { page, problems } = await open('/#/name/free-app');
    await signIn(page, 'cara');
    await page.getByText('A stranger pushed this image before').waitFor();
    await page.getByRole('button', { name: 'Run it anyway' }).click();
    await page.getByText('It runs as yours.').waitFor();
    await page.getByRole('button', { name: /Roll back to release/ }).click();
    await page.getByText(/Release \d+ serves\./).waitFor();
    expect(server.calls.at(-1)).toMatch(/^rollback free-app \d+$/);
    await page.getByRole('button', { name: 'Stay with this release' }).click();
    await page.getByText('pinned', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Take pushes again' }).click();
    await page.getByRole('button', { name: 'Stay with this release' }).waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.getByRole('button', { name: 'Stop', exact: true }).waitFor();
    expect(problems).toEqual([]);
  });

  it('takes variables and never shows their values again', async () => {
    const { page, problems } = await open('/#/name/free-app');
    await signIn(page, 'cara');
    await page.getByLabel('Name', { exact: true }).fill('API_KEY');
    await page.getByLabel('Value', { exact: true }).fill('hunter2 <b>');
    await page.getByRole('button', { name: 'Set' }).click();
    await page.getByText('API_KEY was set.').waitFor();
    expect(server.values).toEqual({ API_KEY: 'hunter2 <b>' });
    await page.reload();
    await page.locator('#variables code').getByText('API_KEY').waitFor();
    expect(await page.content()).not.toContain('hunter2');
    await page.getByRole('button', { name: 'Remove API_KEY' }).click();
    await page.getByText('None is set here.').waitFor();
    expect(problems).toEqual([]);
  });

  it('shows new log lines as they come, wake times, and why a push failed', async () => {
    server.traffic.now = {
      requests: 1204,
      failures: 2,
      openStreams: 3,
      lastRequestAt: Date.now() - 4000,
      wakes: wakesOf(24),
    };
    addRelease(server.store, 'free-app', {
      tag: '3',
      state: 'failed',
      problem: 'it never answered on port 8080\nlistening on 3000\nready',
    });
    const { page, problems } = await open('/#/name/free-app');
    await signIn(page, 'cara');
    server.write({ stream: 'stdout', text: 'listening on \u001b[32m8080\u001b[0m' });
    await page.locator('#log').getByText('listening on 8080').waitFor();
    server.write({ stream: 'stderr', text: 'deprecated: something' });
    await page.locator('#log .stderr').getByText('deprecated').waitFor();
    await page.getByRole('button', { name: 'Hold' }).click();
    server.write({ stream: 'stdout', text: 'while on hold' });
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.locator('#log').getByText('while on hold').waitFor();
    expect(await page.locator('#problem').textContent()).toContain('it never answered on port 8080');
    expect(await page.locator('#problem pre').textContent()).toBe('listening on 3000\nready');
    expect(await page.locator('#plot circle').count()).toBe(24);
    expect(await page.locator('#plot').getAttribute('aria-label')).toMatch(/^24 wakes: median/);
    await shoot(page, 'name');
    expect(problems).toEqual([]);
  });

  it('follows what changes while it is open', async () => {
    const { page } = await open();
    addName(server.store, 'came-later');
    await page.getByRole('link', { name: 'came-later' }).waitFor();
    server.tiers.set('came-later', 'running');
    await page.locator('li', { hasText: 'came-later' }).getByText('running').waitFor();
    server.store.run("UPDATE name SET visibility = 'private', owner = 'cara' WHERE name = 'came-later'");
    await page.getByRole('link', { name: 'came-later' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('link', { name: 'free-app' }).count()).toBe(1);
  });
});

async function signIn(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.locator('#sign-in-name').fill(name);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.locator('#sign-in-send').click();
  await page.locator('#sign-out').waitFor();
  await page.locator('#variables-title').waitFor();
}

const HOSTILE = '<img src=x onerror="window.got=1"><script>window.got=1</script>"\'`${window.got=1}';

describe('what strangers write', () => {
  it('is text: labels, tags, log lines, names, keys', async () => {
    server.store.run(
      "INSERT INTO name (name, label, owner, created_at) VALUES (?, 'hostile', 'cara', 1)",
      'cara/hostile',
    );
    addRelease(server.store, 'cara/hostile', { tag: HOSTILE, warnings: [`${HOSTILE} \u202egpj.exe`] });
    addRelease(server.store, 'cara/hostile', {
      tag: 'x',
      state: 'failed',
      problem: `${HOSTILE}\n${HOSTILE}`,
      warnings: [HOSTILE],
    });
    server.write({ stream: 'stdout', text: `${HOSTILE}\u001b]0;title\u0007\u009b31m` });
    const { page, problems } = await open('/#/name/cara%2Fhostile');
    await signIn(page, 'cara');
    await page.locator('#log').getByText('onerror').first().waitFor();
    await page.getByLabel('Name', { exact: true }).fill(HOSTILE);
    await page.getByLabel('Value', { exact: true }).fill('x');
    await page.getByRole('button', { name: 'Set' }).click();
    await page.locator('#variables').getByText('onerror').waitFor();
    expect(await page.locator('main img, main script, #status img').count()).toBe(0);
    expect(await page.evaluate('window.got')).toBeUndefined();
    expect(await page.locator('#releases').textContent()).toContain('<script>');
    await shoot(page, 'hostile');
    expect(problems).toEqual([]);
  });

  it('no address is a way in', async () => {
    const { page, problems } = await open();
    for (const hash of [
      '#/name/%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E',
      '#/name/javascript%3Aalert(1)',
      '#/name/..%2F..%2Fsession',
      '#/name/%zz',
      '#//evil.example',
      '#javascript:alert(1)',
    ]) {
      // Another address of the same page would not load it anew.
      await page.goto('about:blank');
      await page.goto(`/${hash}`);
      await page.locator('main:not([aria-busy]) h1').waitFor();
      expect([hash, new URL(page.url()).origin]).toEqual([hash, server.url]);
      expect([hash, await page.evaluate('window.got')]).toEqual([hash, undefined]);
      expect([hash, await page.locator('main img').count()]).toEqual([hash, 0]);
    }
    expect(problems.filter((line) => !line.includes('404'))).toEqual([]);
  });

  it('script that gets onto the page all the same is not run, and sends nothing anywhere', async () => {
    const { page, problems } = await open();
    await page.evaluate(`{
      const script = document.createElement('script');
      try {
        script.textContent = 'window.got = 1';
      } catch {
        // Trusted types refuse it here already.
      }
      document.body.append(script);
      document.body.append(Object.assign(document.createElement('img'), { src: 'http://127.0.0.1:9/leak' }));
    }`);
    await expect.poll(() => problems.join('\n'), { timeout: PATIENCE }).toMatch(/Content Security Policy/);
    expect(await page.evaluate('window.got')).toBeUndefined();
    await expect(page.evaluate("fetch('http://127.0.0.1:9/leak')")).rejects.toThrow(
      /Failed to fetch|Content Security Policy/,
    );
    await expect(page.evaluate('document.cookie')).resolves.toBe('');
  });

  it('another page can neither frame it nor change anything through it', async () => {
    const { page } = await open('/#/name/free-app');
    await signIn(page, 'cara');
    const evil = await page.context().newPage();
    await evil.goto(server.url.replace('127.0.0.1', 'localhost'));
    const before = server.calls.length;
    const answers = await evil.evaluate(async (target) => {
      const ask = (init: RequestInit) =>
        fetch(`${target}/api/v1/names/free-app/rollback`, init).then(
          (answer) => answer.status,
          () => 'refused',
        );
      const body = '{"release":1}';
      return Promise.all([
        ask({ method: 'POST', credentials: 'include', mode: 'no-cors', body }),
        ask({ method: 'POST', credentials: 'include', headers: { 'content-type': 'application/json' }, body }),
      ]);
    }, server.url);
    expect(answers).toEqual(['refused', 'refused']);
    expect(server.calls.length).toBe(before);
  });
});

// Texts, because they are the browser's: the types of its objects are not those of Node.
const FOCUSED = "document.activeElement?.id || document.activeElement?.textContent?.trim() || ''";
const NAMELESS = `[...document.querySelectorAll('button, input, a, [tabindex="0"]')]
  .filter((one) => !(one.textContent?.trim() || one.getAttribute('aria-label') || one.labels?.length > 0))
  .map((one) => one.outerHTML)`;

describe('for everybody', () => {
  const views: readonly (readonly [string, BrowserContextOptions])[] = [
    ['phone-dark', { ...PHONE, colorScheme: 'dark' }],
    ['phone', PHONE],
    ['dark', { colorScheme: 'dark' }],
  ];
  it.each(SOAK ? views : views.slice(0, 1))(
    '%s: nothing is wider than the window, and what is pressed is large enough',
    async (name, options) => {
      const { page } = await open('/', options);
      expect(await widerThanWindow(page)).toBe(0);
      await shoot(page, `list-${name}`);
      await page.getByRole('button', { name: 'Sign up' }).click();
      await shoot(page, `sign-up-${name}`);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.goto('/#/name/free-app');
      await signIn(page, 'cara');
      expect(await widerThanWindow(page)).toBe(0);
      const heights = await page
        .getByRole('button')
        .evaluateAll((buttons) => buttons.map((one) => one.getBoundingClientRect().height));
      expect(Math.min(...heights)).toBeGreaterThanOrEqual(40);
      await shoot(page, `name-${name}`);
    },
  );

  it('works by keyboard alone, and one always sees where one is', async () => {
    const { page } = await open();
    const focused = () => page.evaluate<string>(FOCUSED);
    const tabTo = async (wanted: string): Promise<void> => {
      for (let presses = 0; presses < 60; presses += 1) {
        await page.keyboard.press('Tab');
        if ((await focused()) === wanted) return;
      }
      throw new Error(`Tab never came to ${wanted}`);
    };
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('Skip to the content');
    await tabTo('open-sign-in');
    const outline = await page.evaluate<string>('getComputedStyle(document.activeElement).outlineWidth');
    expect(Number.parseFloat(outline)).toBeGreaterThanOrEqual(2);
    await shoot(page, 'keyboard');
    await page.keyboard.press('Enter');
    expect(await focused()).toBe('sign-in-name');
    await page.keyboard.type('cara');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.locator('#sign-out').waitFor();
    await expect.poll(focused, { timeout: PATIENCE }).toBe('sign-out');
    await page.locator('#names').getByText('free-app').waitFor();
    await tabTo('free-app');
    await page.keyboard.press('Enter');
    await expect.poll(focused, { timeout: PATIENCE }).toBe('main');
    await tabTo('stop');
    await page.keyboard.press('Enter');
    await page.getByText('Stopped; its data stay.').waitFor();
    await page.locator('#start').waitFor();
    await tabTo('start');
    await page.keyboard.press('Space');
    await page.getByText('It serves again.').waitFor();
    await tabTo('remove-name');
    await page.keyboard.type('free-ap');
    await page.keyboard.press('Enter');
    await page.getByText('That is not the name, so nothing was removed.').waitFor();
    expect(server.calls.filter((call) => call.startsWith('remove'))).toEqual([]);
  });

  it('every field and button has a name, and every state is told without colour', async () => {
    const { page } = await open('/#/name/free-app');
    await signIn(page, 'cara');
    const nameless = await page.evaluate<string[]>(NAMELESS);
    expect(nameless).toEqual([]);
    expect(await page.locator('html').getAttribute('lang')).toBe('en');
    expect(
      await page.locator('.badge').evaluateAll((all) => all.every((one) => (one.textContent ?? '').trim() !== '')),
    ).toBe(true);
  });
});

function widerThanWindow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}
