// @ts-check
import { chmodSync, copyFileSync, cpSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ask, tryAsk } from '../setup/clients.mjs';
import { run } from '../setup/command.mjs';
import { staticBusybox } from '../setup/images.mjs';
import { SetupError, say } from '../setup/say.mjs';

/** A stand-in for the DESI server: one page that lists the releases it sees, and below /desi what it was given. */
const SHELL_SERVER = `#!/bin/sh
mkdir -p /www
ln -s /desi /www/desi
{ echo "arguments: $*"; echo "releases:"; ls /desi/spectro/redux; } > /www/index.html
exec httpd -f -p 5000 -h /www
`;

const NODE_SERVER = `import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { normalize } from 'node:path';
const lines = ['arguments: ' + process.argv.slice(2).join(' '), 'releases:', ...readdirSync('/desi/spectro/redux')];
createServer((request, response) => {
  const path = normalize(decodeURIComponent(new URL(request.url, 'http://here').pathname));
  try {
    response.end(path === '/' ? lines.join('\\n') + '\\n' : readFileSync(path.startsWith('/desi/') ? path : '/none'));
  } catch {
    response.writeHead(404).end();
  }
}).listen(5000, '0.0.0.0');
process.on('SIGTERM', () => process.exit(143));
`;

const APPLETS = ['sh', 'mkdir', 'ln', 'ls', 'echo', 'httpd'];

/**
 * Makes the stand-in image from what is on the machine: a static busybox, else the node that runs this with its libraries.
 * @param {import('../setup/clients.mjs').Client} client
 * @param {{ readonly name: string, readonly folder: string }} options
 */
export async function makeImage(client, { name, folder }) {
  if (process.platform !== 'linux') return buildFromPulled(client, { name, folder });
  const root = join(folder, 'image');
  mkdirSync(join(root, 'bin'), { recursive: true });
  mkdirSync(join(root, 'tmp'), { recursive: true });
  const entrypoint = (await busyboxRoot(root)) ?? (await nodeRoot(root));
  const tar = join(folder, 'image.tar');
  await run(['tar', '--create', '--file', tar, '--directory', root, '.'], client.options);
  await ask(client, ['import', '--change', `ENTRYPOINT ${JSON.stringify(entrypoint)}`, tar, name]);
}

/**
 * @param {string} root
 * @returns {Promise<string[] | undefined>} undefined where no static busybox can be had
 */
async function busyboxRoot(root) {
  try {
    copyFileSync(await staticBusybox(), join(root, 'bin', 'busybox'));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return undefined;
  }
  say('image: busybox and a small web server');
  for (const name of APPLETS) symlinkSync('busybox', join(root, 'bin', name));
  writeFileSync(join(root, 'serve'), SHELL_SERVER);
  chmodSync(join(root, 'serve'), 0o755);
  // The form that the DESI image has: such an image loses its first argument, unless podctl passes the `--` it needs.
  return ['/bin/sh', '-c', '/serve $@'];
}

/** @param {string} root */
async function nodeRoot(root) {
  say('image: this machine’s node with its libraries, and a small web server');
  const listed = await run(['ldd', process.execPath]);
  const libraries = [...listed.matchAll(/(\/\S+) \(0x/g)].map((match) => match[1] ?? '');
  for (const library of libraries) {
    mkdirSync(join(root, dirname(library)), { recursive: true });
    cpSync(realpathSync(library), join(root, library));
  }
  copyFileSync(process.execPath, join(root, 'bin', 'node'));
  chmodSync(join(root, 'bin', 'node'), 0o755);
  writeFileSync(join(root, 'serve.mjs'), NODE_SERVER);
  return ['/bin/node', '/serve.mjs'];
}

/**
 * On macOS and Windows the engine runs in a Linux machine of its own, where this machine's programs do not run.
 * @param {import('../setup/clients.mjs').Client} client
 * @param {{ readonly name: string, readonly folder: string }} options
 */
async function buildFromPulled(client, { name, folder }) {
  const base = 'docker.io/library/busybox:stable';
  const pulled = await tryAsk(client, ['pull', base], { timeout: 300_000 });
  if (pulled.code !== 0) throw new SetupError(`\`${base}\` cannot be pulled:\n${pulled.stderr}`, 'check the network');
  const context = join(folder, 'image');
  mkdirSync(context);
  writeFileSync(join(context, 'serve'), SHELL_SERVER);
  const lines = [`FROM ${base}`, 'COPY serve /serve', 'RUN chmod 755 /serve', 'ENTRYPOINT /serve $@'];
  writeFileSync(join(context, 'Dockerfile'), `${lines.join('\n')}\n`);
  await ask(client, ['build', '--tag', name, context]);
}
