const MODULE = /\.[cm]?[jt]s$/i;

/** Whether a file is a module of scenarios, by its name. */
export function isTestModule(path: string): boolean {
  return MODULE.test(path);
}
