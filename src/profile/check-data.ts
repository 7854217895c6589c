import * as z from 'zod/mini';
import { issuesOf } from './issues.js';
import { checkLayer, type Finding } from './layer-checks.js';
import { Profile } from './schema.js';

/** What one layer's data is: a profile, or what is wrong with it. */
export type Checked =
  | { readonly profile: Profile; readonly findings: readonly [] }
  | { readonly profile: null; readonly findings: readonly Finding[] };

/** Hold one layer's data against the schema, and against what no schema can say. */
export function checkData(data: unknown): Checked {
  const result = z.safeParse(Profile, data);
  const issues: readonly Finding[] = result.success ? [] : issuesOf(Profile, data, result.error.issues);
  const findings = [...issues, ...checkLayer(data).filter((finding) => !covers(issues, finding))];
  return result.success && findings.length === 0 ? { profile: result.data, findings: [] } : { profile: null, findings };
}

// What the schema refuses needs no second opinion.
function covers(issues: readonly Finding[], finding: Finding): boolean {
  const id = JSON.stringify(finding.path);
  return issues.some((issue) => JSON.stringify(issue.path) === id);
}
