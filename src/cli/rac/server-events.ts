import type { Readable } from 'node:stream';
import { asObject, type Json, parseJson } from '../../engine/json.js';

export type ServerEvent = { readonly event: string; readonly data: Json };

/** Events of a stream of server-sent events, each with the JSON object that it carries. */
export async function* serverEvents(body: Readable): AsyncGenerator<ServerEvent> {
  let text = '';
  for await (const chunk of body.setEncoding('utf8')) {
    text += String(chunk);
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map(fieldIn));
      if (fields.has('data'))
        yield { event: fields.get('event') ?? '', data: asObject(parseJson(fields.get('data') ?? '')) };
    }
  }
}

function fieldIn(line: string): [string, string] {
  const at = line.indexOf(':');
  return [line.slice(0, at), line.slice(at + 1).trim()];
}
