import { escapeControl } from '../../core/text.js';

// Colours, cursor movements and titles: what terminals obey and readers of a log do not miss.
// oxlint-disable-next-line no-control-regex -- control characters are exactly what this looks for
const SEQUENCES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\^_])/g;
const LONGEST = 16_384;

/** A line as an application wrote it, made harmless for pages and terminals. */
export function plainLog(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
  return escapeControl(short.replace(/\r$/, '').replace(SEQUENCES, ''), { newlines: true });
}
