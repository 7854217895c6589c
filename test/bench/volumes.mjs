// @ts-check
// Keeping a named volume of a gigabyte: `prune --volumes`, which archives it, syncs and checks it off before it goes, against tar to a synced file.
import { execFileSync } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** @typedef {import('./desk.mjs').Desk} Desk */
/** @typedef {import('./pairs.mjs').Pair} Pair */

const FILES = 100;
const FILE_BYTES = 10_000_000;

/**
 * Both sides make the volume first, its files as second names of others, which takes no time; both remove it in the end.
 * @param {Desk} desk
 * @param {'docker' | 'podman'} engine
 * @returns {Pair}
 */
export function volumePair(desk, engine) {
  const volume = `podctl-bench-${randomUUID()}`;
  const project = join(desk.folder, `volume-${engine}`);
  /** @type {{ argv: string[], cwd: string, env: Record<string, string> }} */
  const [a, b] = [0, 1].map(() => ({ argv: ['sh', '-ec'], cwd: project, env: desk.env }));
  const clear = () => {
    execFileSync(engine, ['volume', 'rm', '--force', volume], { stdio: 'ignore' });
    if (source !== '') rmSync(source, { recursive: true, force: true });
  };
  let source = '';
  const prepare = () => {
    mkdirSync(project, { recursive: true });
    const create = [engine, 'volume', 'create', '--label', `podctl.project=${labelOf(desk, project, engine)}`, volume];
    const folder = mountpointOf(create);
    source = join(folder, '../../..', volume);
    mkdirSync(source);
    for (let file = 0; file < FILES; file++) writeFileSync(join(source, String(file)), randomBytes(FILE_BYTES));
    execFileSync(engine, ['volume', 'rm', volume], { stdio: 'ignore' });
    const fill = `${create.join(' ')} >/dev/null; cp -al ${source}/. ${folder}/`;
    const podctl = desk.podctl.join(' ');
    a?.argv.push(
      `rm -rf ${desk.env['XDG_STATE_HOME']}/podctl/projects/volume-${engine}-*/undo; ${fill}; ${podctl} prune --engine ${engine} --volumes ${volume} --yes`,
    );
    b?.argv.push(
      `rm -f kept.tar; ${fill}; tar -cf kept.tar -C ${folder} .; sync kept.tar; ${engine} volume rm ${volume}`,
    );
  };
  return {
    name: `keeping a 1 GB volume, ${engine}, against tar to a synced file`,
    goal: 1.2,
    runs: 5,
    a,
    b,
    prepare,
    clear,
  };
}

/** @param {readonly string[]} create */
function mountpointOf(create) {
  const [engine = '', ...args] = create;
  execFileSync(engine, args);
  const volume = args.at(-1) ?? '';
  return execFileSync(engine, ['volume', 'inspect', '--format', '{{.Mountpoint}}', volume], {
    encoding: 'utf8',
  }).trim();
}

/** The label of a project in this folder, as podctl itself prints it. @param {Desk} desk @param {string} project @param {string} engine */
function labelOf(desk, project, engine) {
  writeFileSync(
    join(project, 'podctl.toml'),
    'name = "kept"\nimages.box.name = "localhost/podctl-test/busybox"\nimages.box.tag = "1"\ncommands.noop.args = ["true"]\n',
  );
  const [node = '', bin = ''] = desk.podctl;
  const printed = execFileSync(node, [bin, 'noop', '--engine', engine, '--dry-run'], {
    cwd: project,
    env: { ...process.env, ...desk.env },
    encoding: 'utf8',
  });
  return /podctl\.project=([\w.-]+)/.exec(printed)?.[1] ?? '';
}
