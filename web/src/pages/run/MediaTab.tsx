import { useMemo } from "react";

import type { Run } from "@/api/messages";
import { isOver, useQueryText } from "@/charts/useRun";
import { colourOfRun } from "@/media/colour";
import { MediaBoard, MediaStart } from "@/media/MediaBoard";

/** The pictures, sounds, texts and the like of a run. */
export default function MediaTab({ run }: { run: Run }) {
  const [query, setQuery] = useQueryText();
  const { id, name, number, color } = run;
  const runs = useMemo(
    () => [{ id, name, color: colourOfRun({ number, color }) }],
    [id, name, number, color],
  );
  return (
    <MediaBoard
      workspace={run.workspace}
      project={run.project}
      runs={runs}
      query={query}
      onQuery={setQuery}
      empty={<MediaStart over={isOver(run)} />}
    />
  );
}
