// Variables of a name: values go in and are never shown again.
import { api, pathOf } from './api.js';
import { button, el, foreign, say, wordsOf } from './dom.js';
import { ago, exactly } from './words.js';

export function showVariables(section, name) {
  const list = el('ul', { id: 'variables', class: 'variables' });
  const load = async () => {
    const { variables } = await api('GET', pathOf(name.name, '/variables'));
    list.replaceChildren(...variables.map((variable) => row(variable, { name, load })));
    if (variables.length === 0) list.replaceChildren(el('li', { class: 'faint' }, 'None is set here.'));
  };
  section.setAttribute('aria-labelledby', 'variables-title');
  section.replaceChildren(
    el('h2', { id: 'variables-title' }, 'Environment'),
    el(
      'p',
      { class: 'faint' },
      'Values are kept encrypted and are not shown again. A change starts the application anew.',
    ),
    list,
    form(name, load),
  );
  load().catch((error) => say(wordsOf(error), true));
}

function row({ key, setAt, setBy }, { name, load }) {
  const remove = async () => {
    await api('PATCH', pathOf(name.name, '/variables'), { unset: [key] });
    say(`${key} was removed.`);
    await load();
    document.getElementById('variable-key').focus();
  };
  return el(
    'li',
    {},
    el('code', {}, foreign(key)),
    el('span', { class: 'faint', title: exactly(setAt) }, ' set ', ago(setAt), ' by ', foreign(setBy)),
    button('Remove', remove, { 'aria-label': `Remove ${key}` }),
  );
}

function form(name, load) {
  const key = el('input', {
    id: 'variable-key',
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    required: true,
  });
  const value = el('input', { id: 'variable-value', type: 'password', autocomplete: 'off', spellcheck: 'false' });
  const made = el(
    'form',
    { class: 'row' },
    el('span', { class: 'field' }, el('label', { for: 'variable-key' }, 'Name'), key),
    el('span', { class: 'field' }, el('label', { for: 'variable-value' }, 'Value'), value),
    el('button', { type: 'submit', id: 'variable-set' }, 'Set'),
  );
  made.addEventListener('submit', async (event) => {
    event.preventDefault();
    try {
      await api('PATCH', pathOf(name.name, '/variables'), { set: Object.fromEntries([[key.value, value.value]]) });
      say(`${key.value} was set.`);
      made.reset();
      await load();
      key.focus();
    } catch (error) {
      say(wordsOf(error), true);
    }
  });
  return made;
}
