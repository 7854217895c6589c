import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { cliPage, EXIT_MEANING, exitCodesPage, failuresPage } from '../../.config/docs.mjs';
import { COMMANDS } from '../../src/cli/command-table.js';
import { makeProfileCommand } from '../../src/cli/commands/profile-command.js';
import { EXIT_CODE } from '../../src/core/errors.js';
import { KNOWN_FAILURES } from '../../src/engine/failures/recognise.js';

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

it('docs/cli.md is the help of every command (npm run docs)', async () => {
  expect(page('cli.md')).toBe(await cliPage({ COMMANDS, makeProfileCommand }));
});

it('docs/exit-codes.md is the table of exit codes (npm run docs)', () => {
  expect(Object.keys(EXIT_MEANING)).toEqual(Object.keys(EXIT_CODE));
  expect(page('exit-codes.md')).toBe(exitCodesPage({ EXIT_CODE }));
});

it('docs/failures.md is the table of known failures (npm run docs)', () => {
  expect(page('failures.md')).toBe(failuresPage({ KNOWN_FAILURES, EXIT_CODE }));
});
