import { parseDocument } from 'yaml';
import { PodctlError } from '../../core/errors.js';
import type { ComposeModel } from './model.js';
import { isPlainTable } from './plain.js';
import { type ModelPlaces, readModel } from './read-model.js';

/** What a provider's `config` printed, as JSON or as YAML. */
export function readConfigOutput(text: string, places: ModelPlaces): ComposeModel {
  const data = text.trimStart().startsWith('{') ? parseJson(text) : parseYaml(text);
  if (isPlainTable(data)) return readModel(data, places);
  throw new PodctlError('UNAVAILABLE', 'the compose provider printed no stack that podctl can read', {
    hint: 'see what its own `config` prints',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function parseYaml(text: string): unknown {
  const document = parseDocument(text, { merge: true, logLevel: 'silent' });
  return document.errors.length > 0 ? null : document.toJS();
}
