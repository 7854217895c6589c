// The list of names.
import { api } from './api.js';
import { button, el, foreign } from './dom.js';
import { account } from './session.js';
import { ago, exactly, STATES, TIERS } from './words.js';

let text = '';
let mine = false;
let after = [''];

/** Draw the list into `main`; gives what draws its rows anew. */
export async function showList(main, site) {
  const rows = el('ul', { class: 'names', id: 'names' });
  const more = el('div', { class: 'row' });
  const load = async () => {
    const pages = await Promise.all([...after.keys()].map((index) => ask(after[index])));
    const names = pages.flatMap((page) => page.names);
    rows.replaceChildren(...names.map(row));
    if (names.length === 0) rows.replaceChildren(nothing(site));
    const next = pages.at(-1)?.next ?? null;
    more.replaceChildren(...(next === null ? [] : [button('More names', () => loadMore(next), { id: 'more' })]));
  };
  const loadMore = (next) => {
    after.push(next);
    return load();
  };
  main.replaceChildren(el('h1', {}, 'Names'), search(load), rows, more);
  await load();
  return load;
}

function search(load) {
  const again = () => {
    after = [''];
    void load();
  };
  const field = el('input', { id: 'search', type: 'search', value: text, autocapitalize: 'none', spellcheck: 'false' });
  field.addEventListener('input', () => {
    text = field.value;
    again();
  });
  const own = el('input', { id: 'mine', type: 'checkbox', checked: mine });
  own.addEventListener('change', () => {
    mine = own.checked;
    again();
  });
  const onlyMine = account === null ? null : el('label', { class: 'check' }, own, ' only mine');
  return el(
    'form',
    { class: 'row', role: 'search', onsubmit: (event) => event.preventDefault() },
    el('label', { for: 'search' }, 'Find'),
    field,
    onlyMine,
  );
}

function ask(from) {
  const query = new URLSearchParams({ limit: '100' });
  if (from !== '') query.set('after', from);
  if (text !== '') query.set('q', text.trim());
  if (mine && account !== null) query.set('owner', account);
  return api('GET', `/names?${query}`);
}

function row(name) {
  return el(
    'li',
    {},
    el('a', { class: 'name', href: `#/name/${encodeURIComponent(name.name)}` }, foreign(name.name)),
    badges(name),
    el(
      'span',
      { class: 'faint about' },
      name.owner === null ? 'unclaimed' : el('span', {}, 'of ', foreign(name.owner)),
      name.lastPushAt === null
        ? null
        : el(
            'time',
            { datetime: new Date(name.lastPushAt).toISOString(), title: exactly(name.lastPushAt) },
            `, pushed ${ago(name.lastPushAt)}`,
          ),
    ),
  );
}

/** State, tier, and what else is to be known at once. */
export function badges(name) {
  const marks = [el('span', { class: `badge ${name.state}` }, STATES[name.state])];
  if (name.state === 'on') marks.push(el('span', { class: `badge tier-${name.tier}` }, TIERS[name.tier]));
  if (name.visibility === 'private') marks.push(el('span', { class: 'badge' }, 'private'));
  if (name.pinned !== null) marks.push(el('span', { class: 'badge' }, 'pinned'));
  if (name.newest?.problem !== null && name.newest !== null && name.state === 'on') {
    marks.push(el('span', { class: 'badge failed' }, 'last push failed'));
  }
  if ((name.newest?.warnings.length ?? 0) > 0) marks.push(el('span', { class: 'badge warn' }, 'warnings'));
  return el('span', { class: 'badges' }, ...marks);
}

function nothing(site) {
  return el(
    'li',
    { class: 'nothing' },
    text === '' && !mine
      ? el('p', {}, 'No image was pushed yet. Push one, and it runs:')
      : el('p', {}, 'No name fits.'),
    text === '' && !mine ? el('pre', {}, `docker push ${site.registry}/NAME:TAG`) : null,
  );
}
