export interface SystemTabProps {
  workspace: string;
  project: string;
  run: string;
}

export default function SystemTab(_: SystemTabProps) {
  return null;
}
