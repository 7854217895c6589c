import { expect, it } from 'vitest';
import { portHolder } from '../../../src/engine/failures/port-holder.js';
import { HOST } from '../../support/samples.js';
import { memoryWorld } from '../../support/world.js';

const TAKEN = 'Bind for 127.0.0.1:8080 failed: port is already allocated';
const connection = { program: 'docker', address: null, globals: ['--context', 'x'], foundBy: '' };
// Port 8080 on every address, held by the socket 77 of process 42.
const HELD = {
  '/proc/net/tcp':
    '  sl  local_address rem_address   st\n   0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 77 1\n',
  '/proc/42/comm': 'nginx\n',
  '/proc/42/fd': null,
};

function ask(
  output: string,
  { stdout, files = {} }: { readonly stdout: string; readonly files?: Record<string, string | null> },
) {
  const { world } = memoryWorld({ files, host: HOST });
  const asked: (readonly string[])[] = [];
  const run = ({ file, args }: { readonly file: string; readonly args: readonly string[] }) => {
    asked.push([file, ...args]);
    return Promise.resolve({ exitCode: 0, signal: null, timedOut: false, stdout, stderr: '' });
  };
  return { found: portHolder(output, { ...world, connection, processes: { run } }), asked };
}

it('names the container of the engine that publishes the port', async () => {
  const stdout = 'db\t127.0.0.1:18080->80/tcp\nweb\t127.0.0.1:8080->80/tcp, [::1]:8080->80/tcp\n';
  const { found, asked } = ask(TAKEN, { stdout });
  expect(await found).toBe('container `web`');
  expect(asked).toEqual([
    ['docker', '--context', 'x', 'ps', '--filter', 'status=running', '--format', '{{.Names}}\t{{.Ports}}'],
  ]);
});

it('else the process of this machine', async () => {
  const { world, volume } = memoryWorld({ files: HELD });
  volume.symlinkSync('socket:[77]', '/proc/42/fd/3');
  const run = () => Promise.resolve({ exitCode: 0, signal: null, timedOut: false, stdout: '', stderr: '' });
  expect(await portHolder(TAKEN, { ...world, connection, processes: { run } })).toBe('`nginx` (process 42)');
});

it('asks nothing for another failure', async () => {
  const { found, asked } = ask('Error: x: image not known', { stdout: '' });
  expect([await found, asked]).toEqual([null, []]);
});
