import type { ComposeSource, UsedVariable } from './source.js';

/**
 * What a project without a sample would have as one: a blank for each variable that its compose files want, those that may be left out as
 * comments. null: they want none.
 */
export function variablesSample(
  sources: readonly ComposeSource[],
): { readonly file: string; readonly text: string } | null {
  const uses = sources.flatMap(({ variables }) => variables);
  const names = [...new Set(uses.map(({ name }) => name))];
  if (names.length === 0) return null;
  const text = names.map((name) =>
    entry(
      name,
      uses.filter((use) => use.name === name),
    ),
  );
  return { file: sources.map(({ file }) => file).join(', '), text: text.join('\n') };
}

function entry(name: string, uses: readonly UsedVariable[]): string {
  const wanted = uses.some(({ defaulted, passedOn }) => !defaulted && !passedOn);
  const places = uses.map(({ at }) => (at.line === undefined ? at.file : `${at.file}:${at.line}`)).join(', ');
  const optional = uses.every(({ passedOn }) => passedOn) ? 'left out when it is not set' : 'has a default';
  return wanted ? `# used in ${places}\n${name}=\n` : `# used in ${places}; ${optional}\n# ${name}=\n`;
}
