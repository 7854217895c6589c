// Loaded with --import by the memory benchmark: writes this process's peak resident size (kB) when it ends.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const report = process.env.PODCTL_BENCH_RSS;
  if (report !== undefined) writeFileSync(report, String(process.resourceUsage().maxRSS));
});
