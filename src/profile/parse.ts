import { withoutBom } from './locate.js';
import { placeProblems, problemAt, problemsError } from './placement.js';
import type { Profile } from './schema.js';
import { parseToml } from './toml.js';

/** One layer's text and the name that errors call it by. */
export type ProfileSource = { readonly file: string; readonly text: string };

/** One layer, checked against the schema. */
export type ParsedProfile = ProfileSource & {
  readonly profile: Profile;
  /** The build found nothing wrong with it and all that it extends. */
  readonly sound?: true;
};

/** Read one layer. Throws BAD_DATA with every problem of the text, each with its line and column. */
export async function parseProfile(source: ProfileSource): Promise<ParsedProfile> {
  // The schema is loaded and built here, where a text has to be checked: shipped profiles were checked when podctl was built.
  const { checkData } = await import('./check-data.js');
  const checked = checkData(parseToml(source));
  if (checked.profile !== null) return { file: source.file, text: withoutBom(source.text), profile: checked.profile };
  const problems = checked.findings.map((finding) => problemAt({ file: source.file, path: finding.path }, finding));
  const placed = await placeProblems(problems, () => source.text);
  throw problemsError(`\`${source.file}\` has mistakes`, placed);
}
