import { asObject, asText, parseJson } from './json.js';

/** One change of a pull or build. `id`: what it is about (a layer, a step), '' for the whole; `fraction` from 0 to 1. */
export type ProgressEvent = { readonly id: string; readonly text: string; readonly fraction: number | null };

// Shares of a layer's way that docker's words stand for.
const LAYER_STATE: readonly (readonly [words: RegExp, fraction: number])[] = [
  [/^(Pulling fs layer|Waiting|Preparing)/, 0],
  [/^(Downloading|Pushing)/, 0.25],
  [/^(Verifying Checksum|Download complete)/, 0.5],
  [/^Extracting/, 0.75],
  [/^(Pull complete|Already exists|Pushed|Layer already exists|Mounted from)/, 1],
];

/** Read one line that docker or podman prints without a terminal while pulling or building. */
export function parseProgress(line: string): ProgressEvent {
  return (
    pullLayer(line) ??
    podmanBlob(line) ??
    buildStep(line) ??
    buildkit(line) ?? { id: '', text: line.trim(), fraction: null }
  );
}

/** Read one object of the API's progress stream; an `error` in it is the caller's to see first. */
export function parseProgressJson(line: string): ProgressEvent {
  const data = asObject(parseJson(line));
  const text = asText(data['status']) || asText(data['stream']).trim() || asText(data['progress']);
  const detail = asObject(data['progressDetail']);
  const { current, total } = detail;
  const counted = typeof current === 'number' && typeof total === 'number' && total > 0;
  return { id: asText(data['id']), text, fraction: counted ? Math.min(1, current / total) : layerFraction(text) };
}

/** The error that a line of the API's progress stream reports, or null. */
export function progressError(line: string): string | null {
  const data = asObject(parseJson(line));
  return asText(asObject(data['errorDetail'])['message']) || asText(data['error']) || null;
}

// `3f4a…: Pull complete`
function pullLayer(line: string): ProgressEvent | null {
  const match = /^([0-9a-f]{12}): (.+)$/.exec(line.trim());
  if (match === null) return null;
  const text = match[2] ?? '';
  return { id: match[1] ?? '', text, fraction: layerFraction(text) };
}

function layerFraction(text: string): number | null {
  return LAYER_STATE.find(([words]) => words.test(text))?.[1] ?? null;
}

// `Copying blob sha256:3f4a… done`, `Copying blob 3f4a… skipped: already exists`
function podmanBlob(line: string): ProgressEvent | null {
  const match = /^Copying (blob|config) (?:sha256:)?([0-9a-f]{6,64})\s*(.*)$/.exec(line.trim());
  if (match === null) return null;
  const done = /done|skipped|exists/.test(match[3] ?? '');
  return { id: (match[2] ?? '').slice(0, 12), text: line.trim(), fraction: done ? 1 : 0 };
}

// `Step 2/5 : RUN make` of docker's old builder, `STEP 2/5: RUN make` and `[1/2] STEP 2/5: RUN make` of podman.
function buildStep(line: string): ProgressEvent | null {
  const match = /^(?:\[\d+\/\d+\] )?step (\d+)\/(\d+) ?: (.*)$/i.exec(line.trim());
  if (match === null) return null;
  const [, step = '1', steps = '1'] = match;
  return { id: '', text: line.trim(), fraction: (Number(step) - 1) / Number(steps) };
}

// `#7 [2/5] RUN make`, `#7 DONE 0.4s`, `#7 CACHED`, `#7 0.201 compiling`.
function buildkit(line: string): ProgressEvent | null {
  const match = /^#(\d+) (.*)$/.exec(line.trim());
  if (match === null) return null;
  const text = match[2] ?? '';
  const done = /^(DONE|CACHED)\b/.test(text);
  return { id: `#${match[1] ?? ''}`, text, fraction: done ? 1 : null };
}
