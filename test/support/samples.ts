import { PodctlError } from '../../src/core/errors.js';
import { Secret } from '../../src/core/secret.js';
import type { Host } from '../../src/io/host.js';
import type { EngineFacts } from '../../src/spec/facts.js';
import { BLANK_MOUNT } from '../../src/spec/mount-words.js';
import type { SecretFile } from '../../src/spec/secrets.js';
import type { Mount } from '../../src/spec/spec.js';

/** A Linux user without any variable set. */
export const HOST: Host = {
  platform: 'linux',
  env: {},
  cwd: '/home/ann/sky',
  home: '/home/ann',
  tmp: '/tmp',
  uid: 1000,
  gid: 1000,
  arch: 'x64',
  pid: 4242,
};

/** Rootful docker of today. */
export const DOCKER: EngineFacts = {
  name: 'docker',
  version: '28.2.2',
  apiVersion: '1.50',
  rootless: false,
  selinux: false,
  vm: false,
  arch: 'amd64',
  cgroup: 2,
  usernsRemap: false,
  emulates: [],
  assumed: false,
};

/** A bind with nothing set but its target. */
export const BIND: Mount = { ...BLANK_MOUNT, key: 'data', type: 'bind', target: '/data' };

/** A secret file with what a test does not care about filled in. */
export function secretFile(changes: Partial<SecretFile> = {}): SecretFile {
  const value = new Secret('s3cret');
  const [name, source] = ['TOKEN', '/home/ann/.local/state/podctl/secrets/d@c@1@TOKEN'];
  return { by: 'file', name, source, target: '/run/secrets/TOKEN', value, mode: 0o600, selinux: null, ...changes };
}

/** The PodctlError that some work throws. */
export function errorOf(work: () => unknown): PodctlError {
  try {
    work();
  } catch (error) {
    if (error instanceof PodctlError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
