import * as z from 'zod/mini';
import { issuesOf } from './issues.js';
import { checkLayer, type Finding } from './layer-checks.js';
import { withoutBom } from './locate.js';
import { placeProblems, problemAt, problemsError } from './placement.js';
import { Profile } from './schema.js';
import { parseToml } from './toml.js';

/** One layer's text and the name that errors call it by. */
export type ProfileSource = { readonly file: string; readonly text: string };

/** One layer, checked against the schema. */
export type ParsedProfile = ProfileSource & { readonly profile: Profile };

/** Read one layer. Throws BAD_DATA with every problem of the text, each with its line and column. */
export async function parseProfile(source: ProfileSource): Promise<ParsedProfile> {
  const data = parseToml(source);
  const result = z.safeParse(Profile, data);
  const issues: readonly Finding[] = result.success ? [] : issuesOf(Profile, data, result.error.issues);
  const findings = [...issues, ...checkLayer(data).filter((finding) => !covers(issues, finding))];
  if (result.success && findings.length === 0) {
    return { file: source.file, text: withoutBom(source.text), profile: result.data };
  }
  const problems = findings.map((finding) => problemAt({ file: source.file, path: finding.path }, finding));
  const placed = await placeProblems(problems, () => source.text);
  throw problemsError(`\`${source.file}\` has mistakes`, placed);
}

// What the schema refuses needs no second opinion.
function covers(issues: readonly Finding[], finding: Finding): boolean {
  const id = JSON.stringify(finding.path);
  return issues.some((issue) => JSON.stringify(issue.path) === id);
}
