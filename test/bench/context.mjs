// @ts-check
// Measuring a build context of 100,000 files, beside `find` asking for the same: names and sizes.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('./desk.mjs').Desk} Desk */
/** @typedef {import('./pairs.mjs').Pair} Pair */

const IGNORE = ['.git', '**/node_modules', '**/*.pyc', '*.log', 'dist', '**/__pycache__', '.env*', '!docs/keep'];

/** @returns {readonly Pair[]} */
export function contextPairs(/** @type {Desk} */ desk) {
  const folder = join(desk.folder, 'context');
  // No engine is asked: its address leads nowhere.
  const env = { ...desk.env, DOCKER_HOST: 'unix:///nonexistent/docker.sock' };
  const prepare = () => layOut(folder);
  const podctl = { argv: [...desk.podctl, 'image', 'context', '--engine', 'docker', '--json'], cwd: folder, env };
  const find = { argv: ['find', folder, '-type', 'f', '-printf', '%s %p\\n'] };
  return [
    { name: 'build context of 100,000 files against find', goal: 3, runs: 11, prepare, a: podctl, b: find },
    {
      name: 'peak memory of measuring a context of 100,000 files against a dry-run',
      goal: 1.5,
      runs: 3,
      unit: 'MB',
      prepare,
      a: podctl,
      b: { ...podctl, argv: [...desk.podctl, 'noop', '--engine', 'docker', '--dry-run'], cwd: desk.noopFolder },
    },
  ];
}

function layOut(/** @type {string} */ folder) {
  if (existsSync(folder)) return;
  for (let outer = 0; outer < 100; outer++) {
    for (let inner = 0; inner < 10; inner++) {
      const path = join(folder, `part-${outer}`, `piece-${inner}`);
      mkdirSync(path, { recursive: true });
      for (let file = 0; file < 100; file++) writeFileSync(join(path, `table-${file}.txt`), 'x'.repeat(file));
    }
  }
  writeFileSync(join(folder, 'podctl.toml'), 'name = "n"\nimages.app.context = "{project}"\n[commands.serve]\n');
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\nCOPY . /c\n');
  writeFileSync(join(folder, '.dockerignore'), `${IGNORE.join('\n')}\n`);
}
