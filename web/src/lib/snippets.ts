/** What to paste, for the place it is shown in. */

export const INSTALL = "pip install swanlab";

/** The command that keeps a key for `host` on a machine that trains. */
export function loginCommand(host: string, apiKey = "YOUR_API_KEY"): string {
  return `swanlab login --host ${host} --api-key ${apiKey}`;
}

export interface ScriptPlace {
  project: string;
  /** Left out where it is the reader's own. */
  workspace?: string | undefined;
}

/** Three lines of Python that log to `project`. */
export function script({ project, workspace }: ScriptPlace): string {
  const name = JSON.stringify(project);
  const where = workspace === undefined ? "" : `, workspace=${JSON.stringify(workspace)}`;
  return [
    "import swanlab",
    `swanlab.init(project=${name}${where}, config={"learning-rate": 1e-4})`,
    'swanlab.log({"loss": 0.1846})',
  ].join("\n");
}

export interface RunNames {
  workspace: string;
  project: string;
  id: string;
}

/** The line of Python that goes on with a run. */
export function resumeScript({ workspace, project, id }: RunNames): string {
  const [where, name, run] = [workspace, project, id].map((text) => JSON.stringify(text));
  return `swanlab.init(project=${name}, workspace=${where}, id=${run}, resume="must")`;
}
