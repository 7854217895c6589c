import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDotenv } from '../../src/profile/dotenv.js';
import { draftEnvFile, type EnvFileParts, fillEnvFile, shownText } from '../../src/profile/env-file-plan.js';
import { formatDotenvValue } from '../../src/profile/write-dotenv.js';

const CONTRACT: EnvFileParts['contract'] = {
  URL: { about: 'where it answers', required: true, rule: 'url', example: 'https://x.org' },
  TOKEN: { about: 'word of the webhook', required: true, secret: true, generate: 'hex:32' },
  LEVEL: { about: 'how much it tells', default: 'WARNING' },
  COOKIE: { secret: true },
  VAULT: { required: true, source: { command: ['op', 'read'] } },
};

function draft(parts: Partial<EnvFileParts>) {
  return draftEnvFile({ existing: null, sample: null, contract: {}, ...parts });
}

function read(text: string): Readonly<Record<string, string | null>> {
  const { entries } = parseDotenv({ file: '.env', text }, {});
  return Object.fromEntries(entries.map(({ name, value }) => [name, value] as const));
}

describe('a new file', () => {
  test('from the contract: blanks for what must be set, comments for what may', () => {
    const made = draft({ contract: CONTRACT });
    expect(made.text).toBe(`# where it answers
# for instance https://x.org
URL=

# word of the webhook
TOKEN=

# how much it tells
# LEVEL=WARNING

# COOKIE=
`);
    expect(made.variables.map(({ name, slot }) => [name, slot !== null])).toEqual([
      ['URL', true],
      ['TOKEN', true],
    ]);
  });

  test('from a sample: the sample as it stands, then what it lacks', () => {
    const sample = { file: 'sample.env', text: '# Gantry\nURL= # ends in /api\nLEVEL=INFO\nOWN=\n' };
    const made = draft({ sample, contract: CONTRACT });
    expect(made.text.startsWith(`${sample.text}\n# word of the webhook\nTOKEN=\n`)).toBe(true);
    expect(made.variables.map(({ name, slot, variable }) => [name, slot !== null, variable !== null])).toEqual([
      ['URL', true, true],
      ['LEVEL', false, true],
      ['OWN', true, false],
      ['TOKEN', true, true],
    ]);
    const text = fillEnvFile(made, { URL: 'https://x.org', TOKEN: 'abc' });
    expect(text).toContain('URL=https://x.org # ends in /api\n');
    expect(read(text)).toEqual({ URL: 'https://x.org', LEVEL: 'INFO', OWN: '', TOKEN: 'abc' });
  });

  test('a value that a sample has for show is left out of new lines, and nowhere else', () => {
    const contract = { KEY: { blank: true, generate: 'hex:8' }, OIDC: { blank: true } };
    const sample = { file: 'sample.env', text: 'KEY=changethis\nMODE=dev\nOIDC=yes\n' };
    const made = draft({ sample, contract });
    expect(fillEnvFile(made, { KEY: 'abc' })).toBe('KEY=abc\nMODE=dev\nOIDC=\n');
    expect(draft({ existing: 'OIDC=yes\nKEY=mine\nMODE=x\n', sample, contract }).text).toBe(
      'OIDC=yes\nKEY=mine\nMODE=x\n',
    );
  });

  test('a comment behind a blank is no value', () => {
    const made = draft({ sample: { file: 'sample.env', text: 'A= # say which\n' } });
    expect(fillEnvFile(made, {})).toBe("A='' # say which\n");
  });
});

describe('a file that is there', () => {
  const existing = "# mine\nexport URL='https://y.org' # kept\nTOKEN=\nOTHER=1\n";

  test('keeps values, comments and order; blanks are filled and the rest comes after', () => {
    const sample = { file: 'sample.env', text: '# top\n\n# which mode\n# (two lines)\nMODE=\nOTHER=2\n' };
    const made = draft({ existing, sample, contract: CONTRACT });
    const text = fillEnvFile(made, { TOKEN: 'a b' });
    expect(text).toBe(`# mine
export URL='https://y.org' # kept
TOKEN='a b'
OTHER=1

# from sample.env
# which mode
# (two lines)
MODE=

# how much it tells
# LEVEL=WARNING

# COOKIE=
`);
  });

  test('a second time adds nothing', () => {
    const once = fillEnvFile(draft({ existing, contract: CONTRACT }), { TOKEN: 'x' });
    expect(draft({ existing: once, contract: CONTRACT }).added).toBe('');
  });

  test.each([
    ['no line break at the end', 'A=1', 'A=1\n\n# COOKIE=\n'],
    ['line breaks of DOS', 'A=1\r\n', 'A=1\r\n\r\n# COOKIE=\r\n'],
    ['a bare name takes the variable of that name', 'COOKIE\n', 'COOKIE\n'],
    ['a byte order mark', '\ufeffCOOKIE=1\n', '\ufeffCOOKIE=1\n'],
  ])('%s', (_, text, expected) => {
    expect(draft({ existing: text, contract: { COOKIE: { secret: true } } }).text).toBe(expected);
  });
});

describe('what a dry run shows', () => {
  test('of a new file everything, secrets hidden', () => {
    const made = draft({ contract: CONTRACT, sample: { file: 's', text: 'COOKIE=c4nary\nOWN=\n' } });
    const shown = shownText(made, { URL: 'https://x.org', TOKEN: 'c4nary', OWN: 'c4nary' });
    expect(shown).not.toContain('c4nary');
    expect(shown).toContain("COOKIE='[redacted]'\nOWN='[redacted]'\n");
    expect(shown).toContain('URL=https://x.org\n');
  });

  test('of an old file only what changes', () => {
    const made = draft({ existing: 'OLD=c4nary\n# T=c4nary\nTOKEN=\nURL=\n', contract: CONTRACT });
    expect(shownText(made, { TOKEN: 'c4nary', URL: 'https://x.org' })).toBe(
      'TOKEN=[redacted]\nURL=https://x.org\n# how much it tells\n# LEVEL=WARNING\n\n# COOKIE=\n',
    );
  });
});

test('whatever was there is read as before, and every value arrives', () => {
  const name = fc.constantFrom('A', 'B', 'URL', 'TOKEN', 'X.y');
  const value = fc.oneof(fc.constant(''), fc.string({ unit: 'grapheme', maxLength: 12 }));
  const line = fc.oneof(
    fc.tuple(name, value).map(([key, text]) => `${key}=${formatDotenvValue(text)}`),
    fc.constantFrom('# note', '', 'export B=2', 'A= # why', 'URL= "x" # y'),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.array(line, { maxLength: 6 }), value, (old, shown, given) => {
      const existing = old.map((one) => `${one}\n`).join('');
      const made = draft({
        existing: existing === '' ? null : existing,
        sample: { file: 's', text: shown.join('\n') },
        contract: CONTRACT,
      });
      const blanks = made.variables.filter(({ slot }) => slot !== null).map((one) => one.name);
      const text = fillEnvFile(made, Object.fromEntries(blanks.map((blank) => [blank, given])));
      const kept = Object.entries(read(existing)).filter(([key]) => !blanks.includes(key));
      expect(read(text)).toMatchObject(Object.fromEntries([...kept, ...blanks.map((blank) => [blank, given])]));
    }),
    { numRuns: 1_000 },
  );
});
