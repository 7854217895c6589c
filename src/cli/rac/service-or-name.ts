import type { RacWork } from './action.js';

/** `podctl rac status [NAME]`: of the service, or of a name. */
export const racStatusOf: RacWork = async (line, context) => {
  if (line.words.length > 0) return (await import('./name-status.js')).racNameStatus(line, context);
  return (await import('./status.js')).racStatus(line, context);
};

/** `podctl rac logs [NAME]`: of the service, or of a name's application. */
export const racLogsOf: RacWork = async (line, context) => {
  if (line.words.length > 0) return (await import('./name-logs.js')).racNameLogs(line, context);
  return (await import('./service-logs.js')).racServiceLogs(line, context);
};
