import { PodctlError } from '../../src/core/errors.js';
import type { EngineFacts } from '../../src/spec/facts.js';
import type { Mount } from '../../src/spec/spec.js';

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
export const BIND: Mount = {
  key: 'data',
  type: 'bind',
  source: '',
  target: '/data',
  readOnly: false,
  selinux: null,
  propagation: null,
  kind: null,
  create: false,
  optional: false,
  size: null,
  mode: null,
  driver: null,
  options: {},
};

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
