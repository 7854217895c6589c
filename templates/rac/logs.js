// The log of a name, live.
import { listen, pathOf } from './api.js';
import { button, el, visible } from './dom.js';

const MOST = 1000;

/** Draw the log; gives what ends it. */
export function showLogs(section, name) {
  const lines = el('pre', {
    id: 'log',
    class: 'log',
    tabindex: '0',
    role: 'log',
    'aria-label': `Log of ${name.name}`,
    'aria-live': 'off',
  });
  const state = el('span', { class: 'faint', id: 'log-state', 'aria-live': 'polite' });
  let close = null;
  const add = (text, kind) => {
    // Whoever has scrolled up reads, and is not moved.
    const atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 40;
    lines.append(el('span', { class: kind }, `${visible(text)}\n`));
    while (lines.childElementCount > MOST) lines.firstElementChild.remove();
    if (atEnd) lines.scrollTop = lines.scrollHeight;
  };
  const start = () => {
    lines.replaceChildren();
    state.textContent = 'live';
    close = listen(pathOf(name.name, '/logs?follow=1&lines=200'), {
      line: ({ stream, text }) => add(text, stream),
      asleep: () => add('— it sleeps; what it writes after the next request comes here —', 'note'),
      problem: ({ message }) => add(message, 'stderr'),
      // The browser comes back by itself and gets the last lines once more.
      lost: (forGood) => {
        lines.replaceChildren();
        state.textContent = forGood ? 'ended' : 'connection lost, trying again';
      },
      open: () => {
        state.textContent = 'live';
      },
    });
    toggle.textContent = 'Hold';
  };
  const stop = () => {
    close?.();
    close = null;
    state.textContent = 'on hold';
    toggle.textContent = 'Go on';
  };
  const toggle = button('Hold', () => (close === null ? start() : stop()), { id: 'log-toggle' });
  section.setAttribute('aria-labelledby', 'log-title');
  section.replaceChildren(el('div', { class: 'row' }, el('h2', { id: 'log-title' }, 'Log'), toggle, state), lines);
  start();
  return () => close?.();
}
