// Loaded with --import by tests: SIGKILLs this process instead of its n-th change of a file below a folder. Nothing is caught, nothing
// is flushed: what is there then is what a kill or a power cut at that step leaves. With PODCTL_TEST_KILL_PROGRAMS the start of a program
// that changes something counts, too. With PODCTL_TEST_COPY_TO it lives, and copies the folder there before each change instead.
import programs from 'node:child_process';
import fs from 'node:fs';
import promises from 'node:fs/promises';

const folder = process.env.PODCTL_TEST_KILL_BELOW ?? '';
const states = process.env.PODCTL_TEST_COPY_TO;
let left = Number(process.env.PODCTL_TEST_KILL_AT ?? (states === undefined ? '0' : 'Infinity'));
let copies = 0;
let copying = false;

function step() {
  // What copies changes files, too.
  if (copying) return;
  if (states !== undefined) {
    copying = true;
    copies += 1;
    copy(`${states}/${copies}`);
    copying = false;
    return;
  }
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
}

/** @param {string} to */
function copy(to) {
  for (let tries = 5; ; tries -= 1) {
    try {
      return fs.cpSync(folder, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    } catch (error) {
      // A change that is under way took a file away.
      if (tries === 0) throw error;
      fs.rmSync(to, { recursive: true, force: true });
    }
  }
}

/** @param {Record<string, unknown>} owner @param {readonly string[]} names @param {(args: readonly unknown[]) => boolean} counts */
function watch(owner, names, counts) {
  for (const name of names) {
    const original = owner[name];
    if (typeof original !== 'function') continue;
    owner[name] = function watched(...args) {
      if (counts(args)) step();
      return original.apply(this, args);
    };
  }
}

const below = (args) => args.some((arg) => typeof arg === 'string' && arg.startsWith(folder));
const ALL = ['rename', 'link', 'rm', 'unlink', 'mkdir', 'writeFile', 'chmod', 'chown', 'copyFile', 'truncate'];
// Where each step is written down by a rename, those alone stand between the steps.
const CHANGES = process.env.PODCTL_TEST_KILL_ONLY?.split(',') ?? ALL;

if (left > 0) {
  watch(promises, CHANGES === ALL ? [...ALL, 'open'] : CHANGES, below);
  watch(
    fs,
    CHANGES.map((name) => `${name}Sync`),
    below,
  );
  if (CHANGES === ALL) {
    const handle = await promises.open('/dev/null');
    watch(Object.getPrototypeOf(handle), ['write', 'writev', 'writeFile', 'sync', 'datasync'], () => true);
    await handle.close();
  }
}

const CHANGING = ['rm', 'create', 'import', 'cp', '--create', '--extract'];
if (left > 0 && process.env.PODCTL_TEST_KILL_PROGRAMS === '1') {
  watch(programs, ['spawn'], ([, args]) => Array.isArray(args) && args.some((word) => CHANGING.includes(word)));
}
