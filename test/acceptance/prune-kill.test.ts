import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { identify } from '../../src/cli/project.js';
import { formatProject } from '../../src/core/project.js';
import { realFiles } from '../../src/io/files.js';
import { parseKept } from '../../src/plan/clean/kept.js';
import { uniqueName } from '../engine/real.js';
import { describeOnce } from '../support/engines.js';
import { projectFolder } from '../support/machine.js';
import { done, podctl } from '../support/podctl.js';
import { SOAK } from '../support/soak.js';

const HOOK = fileURLToPath(new URL('../support/kill-hook.mjs', import.meta.url));

describeOnce('a prune that is killed', (engine) => {
  const folder = projectFolder('prune-killed');
  const clear: string[] = [];
  const state = join(folder.path, 'state');
  // Some of the steps here, every one in `npm run soak`: what stands between the steps is the same on both engines.
  const stride = SOAK ? 1 : 14;

  afterAll(async () => {
    await engine.run(['volume', 'rm', '--force', ...clear]);
    folder.clear();
  });

  const make = async (label: string, rows: string): Promise<string> => {
    const name = uniqueName();
    clear.push(name);
    await engine.run(['volume', 'create', '--label', label, '--label', 'more=kept', name]);
    const { stdout } = await engine.run(['volume', 'inspect', '--format', '{{.Mountpoint}}', name]);
    writeFileSync(join(stdout.trim(), 'rows'), rows);
    await engine.run(['create', '--label', label, '--network', 'none', engine.busybox, 'true']);
    return name;
  };

  it('at every step leaves what a second run finishes, and loses nothing; undo brings it back', async () => {
    const label = `podctl.project=${formatProject(await identify(folder.path, realFiles()))}`;
    const options = { cwd: folder.path, env: { ...engine.env, XDG_STATE_HOME: state } };
    const prune = (volume: string, env: Readonly<Record<string, string>> = {}) =>
      podctl(['prune', '--engine', engine.name, '--volumes', volume, '--yes', '--json'], {
        ...options,
        env: { ...options.env, ...env },
      });
    let at = 1;
    for (let ended = false; !ended; at += stride) {
      const volume = await make(label, `rows ${at}`);
      const { code, stderr } = await prune(volume, {
        NODE_OPTIONS: `--import=${HOOK}`,
        PODCTL_TEST_KILL_AT: String(at),
        PODCTL_TEST_KILL_BELOW: state,
        PODCTL_TEST_KILL_PROGRAMS: '1',
      });
      ended = code === 0;
      if (!ended && code !== 137) throw new Error(`at ${at} it ended with ${code}: ${stderr}`);
      if (!ended) await done(prune(volume));

      expect((await engine.run(['volume', 'inspect', volume])).code, `at ${at}`).not.toBe(0);
      const left = await engine.run(['ps', '--all', '--quiet', '--filter', `label=${label}`]);
      expect(left.stdout, `at ${at}`).toBe('');
      const undo = join(state, 'podctl/projects', label.slice('podctl.project='.length), 'undo');
      const [document = '', ...more] = readdirSync(undo).filter((name) => name.endsWith('.json'));
      expect(more, `at ${at}`).toEqual([]);
      const kept = parseKept(readFileSync(join(undo, document), 'utf8'));
      const archive = kept?.things[0]?.at ?? '';
      const { stdout: rows } = spawnSync('tar', ['-xOf', archive, 'podctl-volume/rows'], { encoding: 'utf8' });
      expect(rows, `at ${at}`).toBe(`rows ${at}`);
      expect(
        readdirSync(undo).filter((name) => !name.startsWith('lock') && !name.startsWith(document.replace('.json', ''))),
        `at ${at}`,
      ).toEqual([]);

      if (ended) {
        await done(podctl(['undo', '--engine', engine.name], options));
        const back = await engine.run([
          'volume',
          'inspect',
          '--format',
          '{{.Mountpoint}} {{index .Labels "more"}}',
          volume,
        ]);
        const [mountpoint = '', kept2] = back.stdout.trim().split(' ');
        // oxlint-disable-next-line vitest/no-conditional-expect -- the last round is the one that was not killed
        expect(kept2).toBe('kept');
        // oxlint-disable-next-line vitest/no-conditional-expect -- as above
        expect(readFileSync(join(mountpoint, 'rows'), 'utf8')).toBe(`rows ${at}`);
      }
      rmSync(undo, { recursive: true });
    }
    expect(at).toBeGreaterThan(20);
  }, 900_000);
});
