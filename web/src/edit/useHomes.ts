import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";

import { projectsQuery, sessionQuery } from "@/api/queries";
import { workspacesQuery } from "@/api/teams";

import { type Home, homes } from "./choices";

/** A workspace to put something into. */
export interface HomeChoice {
  homes: readonly Home[];
  chosen: Home;
  choose: (name: string) => void;
}

/** Lets one choose among workspaces: `first` to begin with, where one may write, else one's own. */
export function useHomes(first: string, wanted: (home: Home) => boolean = () => true): HomeChoice {
  const { data: session } = useQuery(sessionQuery);
  const { data: projects } = useQuery(projectsQuery);
  const { data: found } = useQuery(workspacesQuery);
  const [name, choose] = useState(first);
  const own = session?.user.username ?? first;
  const all = useMemo(
    () => homes(found?.workspaces ?? [], projects?.projects ?? [], own),
    [found, projects, own],
  ).filter(wanted);
  const chosen = all.find((one) => one.name === name) ?? { name: own, creates: true };
  return { homes: all, chosen, choose };
}
