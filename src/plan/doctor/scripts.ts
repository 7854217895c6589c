import { quote } from '../../core/shell.js';
import { type Finding, ok, problem } from './finding.js';

/** A script below a mounted path whose first line ends with a carriage return. */
export type CrlfScript = { readonly path: string; readonly by: string };

export type ScriptsFacts = {
  readonly scripts: readonly CrlfScript[];
  /** Files that were looked into. */
  readonly looked: number;
  /** There are more than doctor looks through. */
  readonly more: boolean;
};

const MOST_NAMED = 5;

/** Windows line endings in scripts that containers are given: the kernel looks for a program whose name ends with the carriage return. */
export function judgeScripts({ scripts, looked, more }: ScriptsFacts): readonly Finding[] {
  const limit = more ? '; there are more, which were not looked at' : '';
  const [first] = scripts;
  if (first === undefined) {
    return [ok(looked === 0 ? 'no scripts are mounted' : `none among ${looked} mounted files${limit}`)];
  }
  const names = scripts.slice(0, MOST_NAMED).map(({ path, by }) => `${path} (mounted into \`${by}\`)`);
  const rest = scripts.length > MOST_NAMED ? ` and ${scripts.length - MOST_NAMED} more` : '';
  const files = scripts.slice(0, MOST_NAMED).map(({ path }) => quote(path, 'sh'));
  return [
    problem(
      `${scripts.length === 1 ? 'a script has' : `${scripts.length} scripts have`} Windows line endings: ${names.join(', ')}${rest}${limit}`,
      {
        why: 'inside, it ends with "no such file or directory" or "exec format error", although it is there',
        mend: `sed -i 's/\\r$//' ${files.join(' ')}; *.sh text eol=lf in .gitattributes keeps git from writing them so again`,
      },
    ),
  ];
}
