import { PodctlError } from '../../core/errors.js';
import { formatBytes } from '../../core/size.js';
import { escapeControl } from '../../core/text.js';
import type { Sized } from '../../plan/context-measure.js';
import {
  type ContextFinding,
  type ContextReport,
  countOf,
  mendOf,
  strictProblems,
  summaryOf,
} from '../../plan/context-report.js';
import type { Context } from '../context.js';
import { formatTable } from '../ui/table.js';

const MOST = 5;

/** Throws PodctlError('REFUSED') when a context that has to be clean holds a secret. */
export function refuseSecrets(reports: readonly ContextReport[], strict: (image: string) => boolean): void {
  const problems = reports.filter(({ images }) => images.some(strict)).flatMap(strictProblems);
  const [first] = problems;
  if (first === undefined) return;
  const headline = problems.length === 1 ? first.message : `build contexts hold ${problems.length} secrets`;
  throw new PodctlError('REFUSED', headline, { hint: problems.length === 1 ? first.hint : undefined, problems });
}

/** The short word on contexts before a build: sizes, and what should not be in them. */
export function tellContexts(reports: readonly ContextReport[], { output }: Context): void {
  for (const report of reports) {
    const minor = report.notes.filter((note) => !note.minor).map(({ text }) => `note: ${text}`);
    for (const line of [summaryOf(report), ...shortWarnings(report), ...minor]) output.note(escapeControl(line));
  }
}

/** The whole report on one context. */
export function formatContext(report: ContextReport): string {
  const { folder, ignoreFile, measure, notes, findings } = report;
  const parts = [
    `${summaryOf(report)}, ${countOf(measure.folders, 'folder')}, ${countOf(measure.links, 'link')}`,
    `folder: ${folder}`,
    `ignore file: ${ignoreFile ?? 'none'}`,
    ...findings.map((finding) => warning(finding, ignoreFile)),
    ...notes.map(({ text }) => `note: ${text}`),
  ].map((line) => `${escapeControl(line)}\n`);
  const entries = formatTable(['LARGEST ENTRIES', ''], sizes(measure.entries));
  return `${parts.join('')}\n${entries}\n${formatTable(['LARGEST FILES', ''], sizes(measure.largest))}`;
}

function sizes(rows: readonly Sized[]): readonly (readonly string[])[] {
  return rows.map(({ path, bytes }) => [formatBytes(bytes), path]);
}

/** The whole report as JSON. Sizes are in bytes. */
export function contextJson(report: ContextReport): Readonly<Record<string, unknown>> {
  const { images, folder, builder, ignoreFile, measure, findings, notes } = report;
  return {
    images,
    folder,
    builder,
    ignoreFile,
    files: measure.files,
    folders: measure.folders,
    links: measure.links,
    bytes: measure.bytes,
    git: measure.git,
    entries: measure.entries,
    largest: measure.largest,
    secrets: findings.filter(({ kind }) => kind === 'secret').map(withoutKind),
    data: findings.filter(({ kind }) => kind === 'data').map(withoutKind),
    specials: measure.specials,
    unreadable: measure.unreadable,
    notes: notes.map(({ text }) => text),
  };
}

function withoutKind({ kind: _kind, ...rest }: ContextFinding): Omit<ContextFinding, 'kind'> {
  return rest;
}

// Every secret is told, and the largest of the rest.
function shortWarnings({ findings, ignoreFile, images }: ContextReport): readonly string[] {
  const secrets = findings.filter(({ kind }) => kind === 'secret');
  const data = findings.filter(({ kind }) => kind === 'data');
  const shown = [...secrets, ...data.slice(0, MOST)];
  const left = findings.length - shown.length;
  const more = left === 0 ? [] : [`warning: ${left} more; podctl image context ${images[0] ?? ''} lists them`];
  return [...shown.map((finding) => warning(finding, ignoreFile)), ...more];
}

function warning({ kind, path, what, files, bytes, copiedBy, add }: ContextFinding, ignoreFile: string | null): string {
  const copy = copiedBy.find(({ inImage }) => inImage) ?? copiedBy[0];
  const amount = files === 1 ? formatBytes(bytes) : `${countOf(files, 'file')}, ${formatBytes(bytes)}`;
  const about = kind === 'secret' ? what : `${what}, ${amount}`;
  const where =
    copy === undefined
      ? 'is sent to the builder'
      : `goes into ${copy.inImage ? 'the image' : 'a stage of the build'} by \`${copy.text}\` (${copy.at})`;
  const strength = kind === 'secret' && copy?.inImage === true ? 'WARNING' : 'warning';
  return `${strength}: \`${path}\` (${about}) ${where}; ${mendOf(add, ignoreFile)}`;
}
