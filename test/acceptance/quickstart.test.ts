import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeEngines, type TestEngine } from '../support/engines.js';
import { shareOf } from '../support/soak.js';

const QUICKSTART = fileURLToPath(new URL('../quickstart/quickstart.mjs', import.meta.url));

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string; readonly pid: number };

describeEngines('npm run quickstart', (engine) => {
  it('serves the public releases, shows that the private one is out of reach, and leaves nothing behind', async () => {
    const ended = await quickstart(engine, () => undefined);
    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain('$ podctl server -c config.toml -m public\n');
    expect(ended.stdout).toMatch(new RegExp(`^ {4}${engine.name} run .* -- server -c /config/config\\.toml$`, 'm'));
    expect(ended.stdout).toContain('arguments: server -c /config/config.toml\n    releases:\n    fuji\n    iron\n2');
    expect(ended.stdout).toContain('404  /desi/spectro/redux/daily/spectra.txt');
    expect(ended.stdout).toContain('$ podctl audit -m public');
    expect(await leftovers(engine, ended.pid)).toEqual([]);
  }, 300_000);

  const ends = [
    ['SIGINT', 'exact command'],
    ['SIGTERM', 'It serves this'],
  ] as const;
  it.each(shareOf(engine, ends))(
    '%s when it has written "%s" ends it, and nothing is left behind',
    async (signal, words) => {
      const ended = await quickstart(engine, (stdout) => (stdout.includes(words) ? signal : undefined));
      expect(ended).toMatchObject({ code: 130 });
      expect(ended.stderr).toContain('stopped, and cleaned up');
      expect(await leftovers(engine, ended.pid)).toEqual([]);
    },
    300_000,
  );
});

/** Runs the quickstart on one engine; `react` sees what it has written, and may name a signal to send, once. */
function quickstart(engine: TestEngine, react: (stdout: string) => 'SIGINT' | 'SIGTERM' | undefined): Promise<Ended> {
  const env = { ...process.env, ...engine.env, PODCTL_ENGINE: engine.name };
  const child = spawn(process.execPath, [QUICKSTART, '--built'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr, sent] = ['', '', false];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    const signal = sent ? undefined : react(stdout);
    if (signal !== undefined) sent = child.kill(signal);
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr, pid: child.pid ?? 0 }));
  });
}

async function leftovers(engine: TestEngine, pid: number): Promise<string[]> {
  const name = `podctl-quickstart-${pid}`;
  const images = await engine.run(['images', '--format', '{{.Repository}}']);
  const containers = await engine.run(['ps', '--all', '--format', '{{.Image}}']);
  const folders = readdirSync(tmpdir()).filter((entry) => entry.startsWith(`${name}-`));
  const lines = `${images.stdout}\n${containers.stdout}`.split('\n').filter((line) => line.includes(name));
  return [...lines, ...folders];
}
