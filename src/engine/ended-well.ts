import { PodctlError } from '../core/errors.js';
import { escapeControl } from '../core/text.js';
import type { Api } from './api.js';
import { framedText } from './demux.js';
import { asObject } from './json.js';

/** Judge the answer to a container's `wait`. Throws CANNOT_CREATE with the container's last words unless it ended with 0. */
export async function checkEnded(answer: unknown, path: string, api: Api): Promise<void> {
  const code = typeof answer === 'number' ? answer : asObject(answer)['StatusCode'];
  if (code === 0) return;
  const at = path.replace(/\/wait.*$/, '');
  const words = await lastWords(at, api);
  const name = decodeURIComponent(at.split('/').at(-1) ?? '');
  throw new PodctlError('CANNOT_CREATE', `container \`${name}\` ended with ${String(code)}${words}`, {
    hint: 'nothing was started after it; read what it says',
  });
}

async function lastWords(at: string, api: Api): Promise<string> {
  let text: string;
  try {
    text = (await framedText(await api.stream({ method: 'GET', path: `${at}/logs?stdout=1&stderr=1&tail=5` }))).trim();
  } catch {
    return '';
  }
  return text === '' ? '' : `: ${escapeControl(text.split('\n').at(-1) ?? '')}`;
}
