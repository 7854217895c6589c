// The page's beginning: who is signed in, which view the address names, and what changes while it is open.
import { api, listen } from './api.js';
import { el, say, wordsOf } from './dom.js';
import { showList } from './list.js';
import { showName } from './name.js';
import { openSession } from './session.js';

const main = document.getElementById('main');
const NO_VIEW = { again: async () => {}, close: () => {} };
let view = NO_VIEW;
let site = { registry: '' };
let turn = 0;
let stopListening = () => {};

/** The name in `#/name/NAME`; null: the list. */
function wantedName() {
  const match = /^#\/name\/(.+)$/.exec(location.hash);
  if (match === null) return null;
  try {
    return decodeURIComponent(match[1]);
  } catch {
    return match[1];
  }
}

async function show() {
  turn += 1;
  const mine = turn;
  view.close();
  view = NO_VIEW;
  main.setAttribute('aria-busy', 'true');
  try {
    const drawn = await draw();
    // Somebody went on while this one was drawn.
    if (mine === turn) view = drawn;
    else drawn.close();
  } catch (error) {
    if (mine === turn)
      main.replaceChildren(
        el('h1', {}, 'Not found'),
        el('p', {}, wordsOf(error)),
        el('a', { href: '#/' }, 'All names'),
      );
  } finally {
    if (mine === turn) main.removeAttribute('aria-busy');
  }
}

async function draw() {
  const name = wantedName();
  if (name !== null) return showName(main, name, () => location.assign('#/'));
  document.title = 'RAC';
  return { again: await showList(main, site), close: () => {} };
}

function watch() {
  stopListening();
  stopListening = listen('/changes', {
    names: ({ names, gone }) => {
      const name = wantedName();
      if (name !== null && !gone && !names.includes(name)) return;
      view.again().catch((error) => say(wordsOf(error), true));
    },
  });
}

// What may be seen hangs on who is signed in.
function sessionChanged() {
  watch();
  void show();
}

window.addEventListener('hashchange', async () => {
  say('');
  await show();
  // Readers of the screen begin at the new view.
  main.focus();
});

try {
  site = await api('GET', '/site');
  await openSession(sessionChanged);
  await show();
  watch();
} catch (error) {
  say(wordsOf(error), true);
}
