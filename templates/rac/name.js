// One name: how it stands, and what its owner can do.
import { api, pathOf } from './api.js';
import { button, el, foreign, outside, say, visible } from './dom.js';
import { badges } from './list.js';
import { showLogs } from './logs.js';
import { showReleases } from './releases.js';
import { account } from './session.js';
import { showVariables } from './variables.js';
import { showWakes } from './wakes.js';
import { ago, bytes, exactly } from './words.js';

/** Draw a name into `main`. Gives what draws what changes anew, and what ends its live parts. */
export async function showName(main, wanted, goHome) {
  const parts = { top: el('div'), releases: el('section'), wakes: el('section') };
  let may = null;
  const rest = el('div');
  const logs = { close: () => {} };
  const load = async () => {
    const { name } = await api('GET', pathOf(wanted));
    const { releases } = await api('GET', pathOf(wanted, '/releases?limit=50'));
    const change = changer(name, load);
    keepFocus(() => {
      parts.top.replaceChildren(...top(name, change));
      showReleases(parts.releases, { name, releases, change });
      showWakes(parts.wakes, name.traffic);
    });
    if (may === name.may.manage) return;
    may = name.may.manage;
    logs.close();
    rest.replaceChildren();
    if (may) logs.close = owned(rest, name, { change, goHome });
  };
  await load();
  main.replaceChildren(parts.top, parts.releases, parts.wakes, rest);
  document.title = `${visible(wanted)} – RAC`;
  return { again: load, close: () => logs.close() };
}

// What only owners see.
function owned(rest, name, { change, goHome }) {
  const [logs, variables, removal] = [el('section'), el('section'), el('section')];
  rest.replaceChildren(logs, variables, removal);
  const close = showLogs(logs, name);
  showVariables(variables, name, change);
  showRemoval(removal, name, goHome);
  return close;
}

// What is drawn anew keeps the place of whoever uses the keyboard.
function keepFocus(draw) {
  const id = document.activeElement?.id ?? '';
  draw();
  if (id !== '' && document.activeElement?.id !== id) document.getElementById(id)?.focus();
}

/** Gives work for a button: ask, say what was done, draw anew. */
function changer(name, load) {
  const change =
    (method, rest, { body, done }) =>
    async () => {
      await api(method, pathOf(name.name, rest), body);
      say(done);
      await load();
    };
  change.claim = async () => {
    say(claimed(await api('POST', '/claims', { name: name.name })));
    await load();
  };
  return change;
}

function top(name, change) {
  return [
    el('h1', {}, foreign(name.name)),
    badges(name),
    el('p', { class: 'faint' }, ...whose(name)),
    el('p', {}, outside(name.url)),
    problemOf(name),
    warningsOf(name),
    el('div', { class: 'row' }, ...actions(name, change)),
    hintOf(name),
  ].filter((part) => part !== null);
}

function whose(name) {
  const { owner, lastPushAt, expiresAt, disk } = name;
  const words = [
    owner === null ? 'Nobody has claimed it' : el('span', {}, 'Owned by ', foreign(owner, { class: 'strong' })),
  ];
  if (lastPushAt !== null) words.push(el('span', { title: exactly(lastPushAt) }, `, pushed ${ago(lastPushAt)}`));
  if (expiresAt !== null) words.push(`, goes away ${ago(expiresAt)}`);
  if (disk !== null) words.push(`, ${bytes(disk.layer + disk.volumes + disk.logs)} of disk`);
  return words;
}

function problemOf(name) {
  if (name.problem === null) return null;
  const [first, ...lines] = visibleLines(name.problem);
  return el(
    'div',
    { class: 'alert', id: 'problem' },
    el('h2', {}, 'What went wrong'),
    el('p', {}, foreign(first ?? '')),
    lines.length === 0 ? null : el('pre', { tabindex: '0', 'aria-label': 'What it wrote last' }, lines.join('\n')),
  );
}

function visibleLines(text) {
  return text.split('\n').map(visible);
}

function warningsOf({ newest }) {
  const warnings = newest?.warnings ?? [];
  if (warnings.length === 0) return null;
  const lines = warnings.map((warning) => el('li', {}, foreign(warning)));
  return el(
    'div',
    { class: 'alert warn', id: 'warnings' },
    el('h2', {}, 'What RAC cannot follow'),
    el('ul', {}, ...lines),
  );
}

function actions(name, change) {
  const list = [];
  const add = (text, id, work) => list.push(button(text, work, { id }));
  if (name.may.claim) add('Claim', 'claim', change.claim);
  if (!name.may.manage) return list;
  if (name.state === 'held') {
    add('Run it anyway', 'adopt', change('POST', '/start', { body: { adopt: true }, done: 'It runs as yours.' }));
  }
  if (name.state === 'off') add('Start', 'start', change('POST', '/start', { body: {}, done: 'It serves again.' }));
  if (name.state === 'on') add('Stop', 'stop', change('POST', '/stop', { done: 'Stopped; its data stay.' }));
  if (name.pinned === null && name.current !== null) {
    add('Stay with this release', 'pin', change('PUT', '/pin', { body: {}, done: 'Pinned: pushes wait.' }));
  }
  if (name.pinned !== null) {
    add('Take pushes again', 'unpin', change('DELETE', '/pin', { done: 'The newest release takes over.' }));
  }
  return list;
}

function hintOf(name) {
  const { owner, state, may } = name;
  const text =
    may.manage && state === 'held'
      ? 'A stranger pushed this image before the name was claimed. Push one of yours, or look at it and run it.'
      : account === null && owner === null
        ? 'Sign in to claim it.'
        : null;
  return text === null ? null : el('p', { class: 'faint' }, text);
}

function claimed({ image }) {
  const what = {
    held: 'It is yours. The image was a stranger’s: it was stopped.',
    adopted: 'It is yours, and the image goes on running.',
  };
  return what[image] ?? 'It is yours.';
}

function showRemoval(section, name, goHome) {
  const field = el('input', {
    id: 'remove-name',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    required: true,
  });
  const form = el(
    'form',
    {},
    el('label', { for: 'remove-name' }, 'Type the name to remove its containers, images, variables and data'),
    el('div', { class: 'row' }, field, el('button', { type: 'submit', class: 'danger', id: 'remove' }, 'Remove')),
  );
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      if (field.value !== name.name) throw new Error('That is not the name, so nothing was removed.');
      await api('DELETE', pathOf(name.name), { confirm: field.value });
      say(`${name.name} was emptied.`);
      goHome();
    } catch (error) {
      say(error.message, true);
    }
  });
  section.replaceChildren(el('h2', {}, 'Remove'), form);
}
