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
    const asked = request({ socketPath, path, timeout: 2000 }, (response) => {
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
