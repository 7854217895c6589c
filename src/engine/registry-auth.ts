import type { Login } from './registry-login.js';

/** The header of a login. */
export function basic({ name, password }: Login): string {
  return `Basic ${Buffer.from(`${name}:${password.reveal()}`).toString('base64')}`;
}

/** A password goes nowhere without TLS but to this very machine. */
export function isSafe(url: string): boolean {
  return url.startsWith('https://') || (url.startsWith('http://') && isLoopback(new URL(url).host));
}

/** A host that is this very machine, with or without a port. */
export function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(host);
}
