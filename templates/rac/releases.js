// Releases of a name.
import { button, el, foreign } from './dom.js';
import { ago, bytes, exactly, shortDigest } from './words.js';

export function showReleases(section, { name, releases, change }) {
  section.setAttribute('aria-labelledby', 'releases-title');
  const heads = ['Release', 'Tag', 'Digest', 'Pushed', 'By', 'State', ...(name.may.manage ? ['Actions'] : [])];
  const table = el(
    'table',
    { id: 'releases' },
    el('thead', {}, el('tr', {}, ...heads.map((head) => el('th', { scope: 'col' }, head)))),
    el('tbody', {}, ...releases.map((release) => row(release, { name, change }))),
  );
  const nothing = el('p', { class: 'faint' }, 'No image was pushed yet.');
  section.replaceChildren(el('h2', { id: 'releases-title' }, 'Releases'), releases.length === 0 ? nothing : table);
}

function row(release, { name, change }) {
  const { id, tag, digest, createdAt, actor, state, sizeBytes } = release;
  const isCurrent = name.current?.id === id;
  const cell = (head, ...children) => el('td', { 'data-head': head }, ...children);
  return el(
    'tr',
    { class: isCurrent ? 'current' : '' },
    el('th', { scope: 'row', 'data-head': 'Release' }, String(id)),
    cell('Tag', foreign(tag)),
    cell(
      'Digest',
      el('code', { title: digest }, shortDigest(digest)),
      sizeBytes === null ? null : ` ${bytes(sizeBytes)}`,
    ),
    cell(
      'Pushed',
      el('time', { datetime: new Date(createdAt).toISOString(), title: exactly(createdAt) }, ago(createdAt)),
    ),
    cell('By', actor === null ? 'a stranger' : foreign(actor)),
    cell('State', el('span', { class: `badge release-${state}` }, isCurrent ? 'serving' : state)),
    name.may.manage ? cell('Actions', ...actions(release, { isCurrent, change })) : null,
  );
}

const CAN_COME_BACK = ['ready', 'superseded'];

function actions({ id, state }, { isCurrent, change }) {
  if (isCurrent || !CAN_COME_BACK.includes(state)) return [];
  const back = change('POST', '/rollback', { body: { release: id }, done: `Release ${id} serves.` });
  return [button('Roll back to it', back, { id: `rollback-${id}`, 'aria-label': `Roll back to release ${id}` })];
}
