import { readPattern } from './ignore-pattern.js';

/** A COPY or ADD of a Containerfile that takes from the context. */
export type CopyLine = {
  readonly line: number;
  readonly text: string;
  readonly sources: readonly string[];
  /** Number or name of the stage that it stands in. */
  readonly stage: string;
  /** It stands in the stage that becomes the image, or in one which that stage is built on. */
  readonly inImage: boolean;
};

type Instruction = { readonly word: string; readonly rest: string; readonly line: number };
type Stage = { readonly name: string | null; readonly from: string };

/** COPY and ADD lines that read the context; those with `--from` read another image. */
export function copyLines(containerfile: string, target: string | null): readonly CopyLine[] {
  const stages: Stage[] = [];
  const lines: (Omit<CopyLine, 'inImage'> & { readonly index: number })[] = [];
  for (const { word, rest, line } of instructionsOf(containerfile)) {
    if (word === 'FROM') stages.push(stageOf(rest));
    if (word !== 'COPY' && word !== 'ADD') continue;
    const sources = sourcesOf(rest);
    const index = stages.length - 1;
    const stage = stages[index]?.name ?? String(index);
    if (sources.length > 0) lines.push({ line, text: `${word} ${rest}`, sources, stage, index });
  }
  const kept = stagesOfImage(stages, target);
  return lines.map(({ index, ...line }) => ({ ...line, inImage: kept.has(index) }));
}

/** Images that a Containerfile names itself: not the ones that come in by arguments, nor its own stages. */
export function fromRefs(containerfile: string): readonly string[] {
  const refs: string[] = [];
  const names = new Set(['scratch']);
  for (const { word, rest } of instructionsOf(containerfile)) {
    if (word !== 'FROM') continue;
    const { from, name } = stageOf(rest);
    if (!names.has(from.toLowerCase()) && !from.includes('$') && from !== '') refs.push(from);
    if (name !== null) names.add(name.toLowerCase());
  }
  return [...new Set(refs)];
}

/** Images that COPY lines take files from: not stages, which have names or numbers. */
export function copiedImages(containerfile: string): readonly string[] {
  const refs: string[] = [];
  const stages = new Set<string>();
  for (const { word, rest } of instructionsOf(containerfile)) {
    const name = word === 'FROM' ? stageOf(rest).name : null;
    if (name !== null) stages.add(name.toLowerCase());
    const from = word === 'COPY' ? /^(?:--\S+\s+)*?--from=(\S+)/.exec(rest)?.[1] : undefined;
    if (from !== undefined && !/^\d+$|\$/.test(from) && !stages.has(from.toLowerCase())) refs.push(from);
  }
  return [...new Set(refs)];
}

/** True when the line takes this file of the context. A source with a variable in it is not followed. */
export function copies({ sources }: Pick<CopyLine, 'sources'>, path: string): boolean {
  const plain = path.replace(/\/$/, '');
  return sources.some((source) => {
    const pattern = readPattern(source.replace(/^!/, '\\!'), 0);
    if (pattern === null || pattern.kind === 'bad') return false;
    return pattern.text === '.' || pattern.text === '/' || upward(plain).some((one) => pattern.matches(one));
  });
}

// The path, and every folder that it stands in.
function upward(path: string): readonly string[] {
  return path.split('/').map((_, index, parts) => parts.slice(0, index + 1).join('/'));
}

function instructionsOf(text: string): readonly Instruction[] {
  const found: Instruction[] = [];
  let heredoc: string | null = null;
  for (const { whole, line } of logicalLines(text)) {
    if (heredoc !== null) {
      if (whole === heredoc) heredoc = null;
      continue;
    }
    const [, word = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(whole) ?? [];
    found.push({ word: word.toUpperCase(), rest, line });
    if (/^(?:RUN|COPY|ADD)$/i.test(word)) heredoc = /<<-?["']?(\w+)["']?/.exec(rest)?.[1] ?? null;
  }
  return found;
}

// Lines with their continuations; comments and empty lines are left out, also inside a continued line.
function* logicalLines(text: string): Generator<{ readonly whole: string; readonly line: number }> {
  const directives = /^(?:\s*#.*\n)*/.exec(text)?.[0] ?? '';
  const escape = /^\s*#\s*escape\s*=\s*`/im.test(directives) ? '`' : '\\';
  let parts: string[] = [];
  let begun = 0;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (parts.length === 0) begun = index + 1;
    const goesOn = line.endsWith(escape);
    parts.push(goesOn ? line.slice(0, -1).trim() : line);
    if (goesOn) continue;
    yield { whole: parts.filter((part) => part !== '').join(' '), line: begun };
    parts = [];
  }
}

function stageOf(rest: string): Stage {
  const words = rest.split(/\s+/).filter((word) => !word.startsWith('--'));
  const named = words[1]?.toUpperCase() === 'AS' ? (words[2] ?? null) : null;
  return { from: words[0] ?? '', name: named };
}

function stagesOfImage(stages: readonly Stage[], target: string | null): ReadonlySet<number> {
  const find = (name: string, before: number) =>
    stages.findLastIndex((one, index) => index < before && one.name?.toLowerCase() === name.toLowerCase());
  const wanted = target === null ? -1 : find(target, stages.length);
  const kept = new Set<number>();
  for (
    let index = wanted === -1 ? stages.length - 1 : wanted;
    index >= 0;
    index = find(stages[index]?.from ?? '', index)
  ) {
    kept.add(index);
  }
  return kept;
}

function sourcesOf(rest: string): readonly string[] {
  const flags = /^(?:--\S+\s+)*/.exec(rest)?.[0] ?? '';
  if (/--from=/.test(flags)) return [];
  const words = wordsOf(rest.slice(flags.length).trim());
  return words.slice(0, -1).filter((word) => !/^<<|\$|^[a-z+]+:\/\/|^git@/.test(word));
}

function wordsOf(text: string): readonly string[] {
  if (!text.startsWith('[')) return text.split(/\s+/);
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return text.split(/\s+/);
  }
}
