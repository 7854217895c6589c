import { describe, expect, it } from 'vitest';
import { runCli } from '../../support/run-cli.js';

describe('the words of podctl rac', () => {
  it('without an action it is the help', async () => {
    const [bare, help] = [await runCli(['rac']), await runCli(['rac', '--help'])];
    expect([bare.code, bare.stderr]).toEqual([0, '']);
    expect(bare.stdout).toBe(help.stdout);
    expect(bare.stdout).toContain('podctl rac up');
    expect(bare.stdout).not.toMatch(/^ {2}serve /m);
  });

  it.each([
    [['stauts'], 'did you mean podctl rac status?'],
    [['undoo'], 'did you mean podctl rac undo?'],
    [['serv'], 'podctl rac up, down,'],
    [['dance'], 'podctl rac up, down,'],
    [['token', 'creat', 'ci'], 'did you mean podctl rac token create?'],
    [['token', 'dance'], 'create NAME, list, or revoke NAME'],
    [['token', 'create'], 'podctl rac token create ci'],
    [['env', 'unst', 'me/app'], 'did you mean podctl rac env unset?'],
    [['keys', 'rotat'], 'did you mean podctl rac keys rotate?'],
    [['rm'], 'podctl rac rm NAME'],
    [['down', 'me/app'], 'podctl rac down'],
    [['status', '--purge'], 'it knows --'],
    [['status', '--jsn'], 'did you mean --json?'],
  ])('%j is a usage error that names the next thing', async (words, hint) => {
    const { code, stdout, stderr } = await runCli(['rac', ...words]);
    expect([code, stdout]).toEqual([64, '']);
    expect(stderr).toContain(hint);
  });
});
