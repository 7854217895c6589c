import { randomBytes } from 'node:crypto';
import { Volume } from 'memfs';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../../src/core/secret.js';
import { type FsPromises, makeFiles } from '../../../src/io/files.js';
import { makeSeal, openSeal } from '../../../src/rac/deploy/seal.js';
import { openVariables } from '../../../src/rac/deploy/variables.js';
import { openAudit } from '../../../src/rac/store/audit.js';
import { openStore } from '../../../src/rac/store/store.js';

const WHO = { kind: 'account', account: 'ann', admin: false, by: 'session', scope: null, address: '::1' } as const;

async function open() {
  const store = await openStore(':memory:');
  for (const name of ['a', 'b']) store.run('INSERT INTO name (name, label, created_at) VALUES (?, ?, 0)', name, name);
  const audit = openAudit(store, () => 7);
  const variables = openVariables({ store, audit, seal: makeSeal(randomBytes(32)), now: () => 7 });
  return { store, audit, variables };
}

describe('variables of a name', () => {
  it('are kept encrypted, and revealed for the container only', async () => {
    const { store, variables, audit } = await open();
    variables.set('a', { KEY: new Secret('välue\n=2'), OTHER: new Secret('') }, WHO);
    expect(JSON.stringify(store.all('SELECT * FROM variable'))).not.toContain('lue');
    expect(variables.list('a')).toEqual([
      { key: 'KEY', setAt: 7, setBy: 'ann' },
      { key: 'OTHER', setAt: 7, setBy: 'ann' },
    ]);
    expect(variables.reveal('a')['KEY']?.reveal()).toBe('välue\n=2');
    expect(variables.unset('a', ['OTHER', 'NONE'], WHO)).toEqual(['OTHER']);
    expect(Object.keys(variables.reveal('a'))).toEqual(['KEY']);
    expect(variables.reveal('b')).toEqual({});
    expect(audit.of('a', 9).map(({ action, detail }) => [action, detail])).toEqual([
      ['env-unset', 'OTHER'],
      ['env-set', 'KEY OTHER'],
    ]);
  });

  it('cannot be moved to another name or key', async () => {
    const { store, variables } = await open();
    variables.set('a', { KEY: new Secret('x') }, WHO);
    store.run("UPDATE variable SET name = 'b'");
    expect(() => variables.reveal('b')).toThrow('a variable cannot be decrypted');
    store.run("UPDATE variable SET name = 'a', key = 'OTHER'");
    expect(() => variables.reveal('a')).toThrow('a variable cannot be decrypted');
  });

  it.each([
    ['1A', 'x', 'is no name of a variable'],
    ['A B', 'x', 'is no name of a variable'],
    ['A=B', 'x', 'is no name of a variable'],
    ['A', 'x\0y', 'holds a null byte'],
    ['A', 'x'.repeat(40_000), 'longer than 32 KiB'],
  ])('are refused where no container could have them: %j', async (key, value, words) => {
    const { variables } = await open();
    expect(() => variables.set('a', { GOOD: new Secret('x'), [key]: new Secret(value) }, WHO)).toThrow(words);
    expect(variables.list('a')).toEqual([]);
  });

  it('are a hundred at most', async () => {
    const { variables } = await open();
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`V${index}`, new Secret('x')]));
    variables.set('a', many(100), WHO);
    variables.set('a', { V7: new Secret('y') }, WHO);
    expect(() => variables.set('a', { MORE: new Secret('x') }, WHO)).toThrow('100 variables at most');
  });
});

describe('the key', () => {
  it('is made once, for RAC alone', async () => {
    const volume = Volume.fromJSON({ '/home': null });
    const files = makeFiles(volume.promises as unknown as FsPromises);
    const sealed = (await openSeal('/home', files)).close(new Secret('x'), 'a K');
    expect((await openSeal('/home', files)).open(sealed, 'a K').reveal()).toBe('x');
    expect((await files.stat('/home/variables.key'))?.mode).toBe(0o600);
    await files.writeText('/home/variables.key', 'short\n', 0o600);
    await expect(openSeal('/home', files)).rejects.toThrow('holds no key');
  });

  it('opens nothing that was changed', () => {
    const seal = makeSeal(randomBytes(32));
    const bytes = Buffer.from(seal.close(new Secret('value'), 'p'), 'base64');
    for (let index = 0; index < bytes.length; index++) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(() => seal.open(changed.toString('base64'), 'p')).toThrow('cannot be decrypted');
    }
    expect(() => seal.open('', 'p')).toThrow('cannot be decrypted');
  });
});
