import type { NameView, ReleaseView } from './name-view.js';

/** A name for whoever does not manage it: what an application wrote before it failed is its owner's to read. */
export function publicName(view: NameView): NameView {
  const { current, newest } = view;
  return {
    ...view,
    current: current === null ? null : publicRelease(current),
    newest: newest === null ? null : publicRelease(newest),
  };
}

export function publicRelease(release: ReleaseView): ReleaseView {
  return { ...release, problem: firstLine(release.problem) };
}

/** Of a problem: the reason, without the log lines that follow it. */
export function firstLine(text: string | null): string | null {
  return text === null ? null : (text.split('\n')[0] ?? null);
}
