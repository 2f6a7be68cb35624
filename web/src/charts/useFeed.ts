import { useEffect, useMemo } from "react";

import { projectPath, requestBytes } from "@/api/client";
import { decodeFrame } from "@/api/frame";
import { concerns, subscribe } from "@/api/live";

import { type Feed, openFeed } from "./feed";

/** The feed of a project's charts, told by live hints what is new. */
export function useFeed(workspace: string, project: string): Feed {
  const feed = useMemo(
    () =>
      openFeed({
        async fetchCharts(charts, signal) {
          const path = `${projectPath(workspace, project)}/charts`;
          return decodeFrame(await requestBytes("POST", path, { body: { charts }, signal }));
        },
      }),
    [workspace, project],
  );
  useEffect(() => {
    const unsubscribe = subscribe((hint) => {
      if (hint.kinds.includes("series") && concerns(hint, { workspace, project }))
        feed.hint(hint.run);
    });
    return () => {
      unsubscribe();
      feed.close();
    };
  }, [feed, workspace, project]);
  return feed;
}
