import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { useTranslation } from "@/i18n";

import { colourOfRun } from "@/media/colour";
import { MediaBoard, MediaStart } from "@/media/MediaBoard";

import type { Row } from "./fields";

const ROUTE = "/@{$workspace}/$project";
/** More runs than this beside each other are no comparison. */
const MOST = 50;

export interface MediaTabProps {
  workspace: string;
  project: string;
  /** The runs that are drawn, in the order of the list. */
  drawn: readonly Row[];
}

/** The media of the runs that are drawn, beside each other. */
export default function MediaTab({ workspace, project, drawn }: MediaTabProps) {
  const { t } = useTranslation();
  const { find = "" } = useSearch({ from: ROUTE });
  const navigate = useNavigate({ from: ROUTE });
  const runs = useMemo(
    () =>
      drawn
        .slice(0, MOST)
        .map(({ run }) => ({ id: run.id, name: run.name, color: colourOfRun(run) })),
    [drawn],
  );
  const setFind = useCallback(
    (text: string) =>
      void navigate({ search: (old) => ({ ...old, find: text || undefined }), replace: true }),
    [navigate],
  );
  return (
    <div className="flex min-h-0 grow flex-col overflow-auto">
      {drawn.length > MOST && (
        <p className="border-b border-line px-3.5 py-1 text-small text-warn">
          {t("media.firstRuns", { count: MOST })}
        </p>
      )}
      <MediaBoard
        workspace={workspace}
        project={project}
        runs={runs}
        query={find}
        onQuery={setFind}
        empty={
          runs.length === 0 ? (
            <p className="px-4 py-16 text-center text-ink-2">{t("project.noneDrawn")}</p>
          ) : (
            <MediaStart over={false} />
          )
        }
      />
    </div>
  );
}
