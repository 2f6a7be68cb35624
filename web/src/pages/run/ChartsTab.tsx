export interface ChartsTabProps {
  workspace: string;
  project: string;
  run: string;
}

export default function ChartsTab(_: ChartsTabProps) {
  return null;
}
