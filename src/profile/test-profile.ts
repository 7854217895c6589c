import type { LoadedProfile } from './merge.js';
import type { Test } from './schema.js';
import { dataMounts, serviceTree, TEST_COMMAND, type TestChoice, testTree, withoutMounts } from './test-tree.js';

/** The profile's [test] table; null when it has none. */
export function testOf(loaded: LoadedProfile): Test | null {
  const { test } = loaded.profile;
  return test === undefined || test === false ? null : test;
}

/** The profile with its tests as one more command, so that they resolve as any command does: in the mode asked for, over the profile's container. */
export function withTestCommand(loaded: LoadedProfile, choice: TestChoice): LoadedProfile {
  const { about, args, contract } = testOf(loaded) ?? {};
  const command = { about, args, ports: false };
  const data = new Set(dataMounts(loaded.tree));
  const { profile, tree } = contract === false ? withoutContract(loaded) : loaded;
  return {
    ...loaded,
    profile: { ...profile, commands: { ...profile.commands, [TEST_COMMAND]: command } },
    tree: testTree(withoutMounts(tree, data), choice),
  };
}

// Secrets of a real installation have no place in tests that do not need them.
function withoutContract({ profile, tree }: LoadedProfile): Pick<LoadedProfile, 'profile' | 'tree'> {
  const entries = new Map([...tree.entries].filter(([key]) => key !== 'env'));
  return { profile: { ...profile, env: {} }, tree: { ...tree, entries } };
}

/** A service beside the tests, as a profile of its own with one command of the service's name. */
export type ServiceProfile = { readonly name: string; readonly loaded: LoadedProfile };

/** The services of the tests, in written order. */
export function serviceProfiles(loaded: LoadedProfile): readonly ServiceProfile[] {
  return Object.entries(testOf(loaded)?.services ?? {}).flatMap(([name, service]) => {
    if (service === false) return [];
    const command = { args: service.args };
    const { name: profileName } = loaded;
    const profile = {
      name: profileName,
      images: loaded.profile.images,
      env: {},
      modes: {},
      commands: { [name]: command },
      config: null,
      data: {},
      stack: null,
    };
    return [{ name, loaded: { ...loaded, profile, tree: serviceTree(loaded.tree, name) } }];
  });
}
