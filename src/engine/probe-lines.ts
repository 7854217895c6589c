import type { IncomingMessage } from 'node:http';
import { type Target, targetOf } from './probe.js';

/** Lines of an answer that has no end, until the signal aborts. */
export type Lines = (address: string, path: string, signal: AbortSignal) => AsyncIterable<string>;

/** GET an answer that comes in lines, for instance an engine's events. Ends without an error when the engine or the signal ends it. */
export const probeLines: Lines = async function* lines(address, path, signal) {
  let rest = '';
  try {
    for await (const chunk of await answer(targetOf(address), path, signal)) {
      const whole = `${rest}${String(chunk)}`.split('\n');
      rest = whole.pop() ?? '';
      yield* whole;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
};

async function answer(target: Target, path: string, signal: AbortSignal): Promise<IncomingMessage> {
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const call = request({ ...target, path, method: 'GET', agent: false, signal }, (response) => {
      if (response.statusCode === 200) resolve(response.setEncoding('utf8'));
      else reject(new Error(`status ${response.statusCode}`));
    });
    call.once('error', reject);
    call.end();
  });
}
