import { describe, expect, it } from 'vitest';
import { PodctlError } from '../../src/core/errors.js';
import { dropLease, leaseOf, takeLease } from '../../src/engine/lease.js';
import { DOCKER, disk, HOST, PODMAN } from './fakes.js';

const stat = (started: string): string => `4242 (node) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 ${started} 0`;

function machine(started = '77') {
  return disk({ '/home/ann/x': '', '/proc/4242/stat': stat(started), '/proc/sys/kernel/random/boot_id': 'boot\n' });
}

describe('leases', () => {
  it('none, held, none again', async () => {
    const deps = { connection: DOCKER, host: HOST, files: machine(), isAlive: () => true };
    expect(await leaseOf('web', deps)).toBe('none');
    await takeLease('web', deps);
    expect(await leaseOf('web', deps)).toBe('held');
    expect(await leaseOf('other', deps)).toBe('none');
    await dropLease('web', deps);
    expect(await leaseOf('web', deps)).toBe('none');
  });

  it('abandoned when its podctl is gone', async () => {
    const files = machine();
    await takeLease('web', { connection: DOCKER, host: HOST, files, isAlive: () => true });
    expect(await leaseOf('web', { connection: DOCKER, host: HOST, files, isAlive: () => false })).toBe('abandoned');
  });

  it('abandoned when another process has the number now', async () => {
    const files = machine();
    await takeLease('web', { connection: DOCKER, host: HOST, files, isAlive: () => true });
    await files.writeText('/proc/4242/stat', stat('99'));
    expect(await leaseOf('web', { connection: DOCKER, host: HOST, files, isAlive: () => true })).toBe('abandoned');
  });

  it('a lease that cannot be read is abandoned', async () => {
    const files = machine();
    await files.makeDirectory('/home/ann/.local/state/podctl/leases');
    await files.writeText('/home/ann/.local/state/podctl/leases/docker-web.json', '{"pid":');
    expect(await leaseOf('web', { connection: DOCKER, host: HOST, files, isAlive: () => true })).toBe('abandoned');
  });

  it('a state folder that cannot be written does not stop the run', async () => {
    const files = {
      ...machine(),
      makeDirectory: () => Promise.reject(new PodctlError('IO', 'read-only')),
      removeFile: () => Promise.reject(new PodctlError('IO', 'read-only')),
    };
    const deps = { connection: DOCKER, host: HOST, files, isAlive: () => true };
    await takeLease('web', deps);
    await dropLease('web', deps);
    expect(await leaseOf('web', deps)).toBe('none');
  });

  it('the same name on two engines is two leases', async () => {
    const docker = { connection: DOCKER, host: HOST, files: machine(), isAlive: () => true };
    const podman = { ...docker, connection: PODMAN };
    await takeLease('web', docker);
    await takeLease('web', podman);
    await dropLease('web', docker);
    expect(await leaseOf('web', docker)).toBe('none');
    expect(await leaseOf('web', podman)).toBe('held');
  });
});
