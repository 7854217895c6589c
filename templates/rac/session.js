// Signing in, up and out.
import { api, keepToken } from './api.js';
import { button, el, foreign, say, wordsOf } from './dom.js';

const dialog = document.getElementById('sign-in');
const form = document.getElementById('sign-in-form');
const problem = document.getElementById('sign-in-problem');

/** Who is signed in; null: nobody. */
export let account = null;
let wantsNew = false;
let whenChanged = () => {};

/** Find out who is signed in, and tell `changed` whenever that changes. */
export async function openSession(changed) {
  whenChanged = changed;
  form.addEventListener('submit', send);
  document.getElementById('sign-in-cancel').addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => form.reset());
  enter(await api('GET', '/session'));
}

function enter(session) {
  account = session.account;
  keepToken(session.csrf);
  show();
}

function show() {
  const nav = document.getElementById('account');
  if (account === null) {
    nav.replaceChildren(
      button('Sign in', () => ask(false), { id: 'open-sign-in' }),
      button('Sign up', () => ask(true), { id: 'open-sign-up' }),
    );
  } else {
    nav.replaceChildren(
      el('span', { id: 'who' }, 'Signed in as ', foreign(account, { class: 'strong' })),
      button('Sign out', leave, { id: 'sign-out' }),
    );
  }
}

function ask(isNew) {
  wantsNew = isNew;
  const title = isNew ? 'Sign up' : 'Sign in';
  document.getElementById('sign-in-title').textContent = title;
  document.getElementById('sign-in-send').textContent = title;
  document.getElementById('sign-in-hint').hidden = !isNew;
  document.getElementById('sign-in-password').autocomplete = isNew ? 'new-password' : 'current-password';
  problem.hidden = true;
  dialog.showModal();
}

async function send(event) {
  event.preventDefault();
  const { name, password } = Object.fromEntries(new FormData(form));
  try {
    enter(await api('POST', wantsNew ? '/session/signup' : '/session', { name, password }));
  } catch (error) {
    problem.textContent = wordsOf(error);
    problem.hidden = false;
    return;
  }
  dialog.close();
  say(wantsNew ? `Welcome, ${account}.` : `Signed in as ${account}.`);
  whenChanged();
  document.getElementById('sign-out').focus();
}

async function leave() {
  await api('DELETE', '/session');
  enter({ account: null, csrf: null });
  say('Signed out.');
  whenChanged();
  document.getElementById('open-sign-in').focus();
}
