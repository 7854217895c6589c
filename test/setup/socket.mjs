// @ts-check
import { request } from 'node:http';

/**
 * Asks an engine's API over its unix socket; undefined when nobody answers with 200 in time.
 * @param {string} socketPath
 * @param {string} path
 * @returns {Promise<string | undefined>}
 */
export function askSocket(socketPath, path) {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path, timeout: 10_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve(response.statusCode === 200 ? text : undefined));
      response.on('error', () => resolve(undefined));
    });
    asked.on('timeout', () => asked.destroy());
    asked.on('error', () => resolve(undefined));
    asked.end();
  });
}

/**
 * Whether an engine answers. podman's `/version` asks dpkg about each of its programs, which costs it seconds each time; this costs nothing.
 * @param {string} socketPath
 * @returns {Promise<boolean>}
 */
export async function pings(socketPath) {
  return (await askSocket(socketPath, '/_ping')) !== undefined;
}

/**
 * The version of the engine behind a socket, or undefined.
 * @param {string} socketPath
 * @returns {Promise<string | undefined>}
 */
export async function versionBehind(socketPath) {
  const text = await askSocket(socketPath, '/version');
  if (text === undefined) return undefined;
  try {
    const version = JSON.parse(text).Version;
    return typeof version === 'string' ? version : undefined;
  } catch {
    return undefined;
  }
}
