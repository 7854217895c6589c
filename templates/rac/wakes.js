// How long the name took to wake up, as a plot and as words.
import { el, foreign, svg } from './dom.js';
import { ago, exactly, milliseconds, TIERS } from './words.js';

const [WIDTH, HEIGHT] = [600, 160];
const EDGE = { left: 56, right: 8, top: 10, bottom: 22 };

export function showWakes(section, { requests, failures, openStreams, lastRequestAt, wakes }) {
  section.setAttribute('aria-labelledby', 'wakes-title');
  const counts = [`${requests} requests`, `${openStreams} open now`, `${failures} failed`];
  if (lastRequestAt !== null) counts.push(`the last ${ago(lastRequestAt)}`);
  section.replaceChildren(
    el('h2', { id: 'wakes-title' }, 'Requests and wake times'),
    el('p', { id: 'requests' }, counts.join(', ')),
    wakes.length === 0 ? el('p', { class: 'faint' }, 'It was not asleep yet when somebody asked.') : plot(wakes),
  );
}

function plot(wakes) {
  const times = wakes.map(({ ms }) => ms);
  const last = wakes.at(-1);
  const words = `${wakes.length} wakes: median ${milliseconds(median(times))}, slowest ${milliseconds(Math.max(...times))}, last ${milliseconds(last.ms)} ${ago(last.at)}.`;
  const failed = wakes.filter(({ problem }) => problem !== null);
  return el(
    'figure',
    {},
    picture(wakes, words),
    el(
      'figcaption',
      {},
      words,
      ...Object.keys(TIERS)
        .filter((tier) => wakes.some(({ from }) => from === tier))
        .map(legend),
    ),
    failed.length === 0
      ? null
      : el('p', {}, `${failed.length} of them failed; the last said: `, foreign(failed.at(-1).problem)),
  );
}

function legend(tier) {
  return el('span', { class: `legend from-${tier}` }, tier === 'holder' ? 'asleep' : tier);
}

// A logarithmic scale: 9 ms and 5 s are both there to be seen.
function picture(wakes, words) {
  const low = 10 ** Math.floor(Math.log10(Math.max(1, Math.min(...wakes.map(({ ms }) => ms)))));
  const high = 10 ** Math.ceil(Math.log10(Math.max(low * 10, ...wakes.map(({ ms }) => ms))));
  const y = (ms) => {
    const part = Math.log10(Math.max(ms, low) / low) / Math.log10(high / low);
    return HEIGHT - EDGE.bottom - part * (HEIGHT - EDGE.top - EDGE.bottom);
  };
  const x = (index) => EDGE.left + ((index + 0.5) * (WIDTH - EDGE.left - EDGE.right)) / wakes.length;
  const lines = [];
  for (let ms = low; ms <= high; ms *= 10) {
    lines.push(
      svg('line', { class: 'grid', x1: EDGE.left, x2: WIDTH - EDGE.right, y1: y(ms), y2: y(ms) }),
      svg('text', { x: EDGE.left - 6, y: y(ms) + 4, 'text-anchor': 'end' }, tick(ms)),
    );
  }
  const dots = wakes.map(({ ms, from, at, problem }, index) =>
    svg(
      'circle',
      { class: `from-${from}${problem === null ? '' : ' went-wrong'}`, cx: x(index), cy: y(ms), r: 4 },
      svg('title', {}, `${milliseconds(ms)}, from ${from}, ${exactly(at)}`),
    ),
  );
  const axis = [
    svg('text', { x: EDGE.left, y: HEIGHT - 4 }, ago(wakes[0].at)),
    svg(
      'text',
      { x: WIDTH - EDGE.right, y: HEIGHT - 4, 'text-anchor': 'end' },
      wakes.length === 1 ? '' : ago(wakes.at(-1).at),
    ),
  ];
  const box = { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', 'aria-label': words, class: 'plot', id: 'plot' };
  return svg('svg', box, ...lines, ...dots, ...axis);
}

function tick(ms) {
  return ms < 1000 ? `${ms} ms` : `${ms / 1000} s`;
}

function median(numbers) {
  const sorted = numbers.toSorted((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}
