import { useQuery } from "@tanstack/react-query";
import { Star as Icon } from "lucide-react";
import { useTranslation } from "@/i18n";

import type { Project } from "@/api/messages";
import { sessionQuery } from "@/api/queries";
import { buttonClass } from "@/components/ui/button";
import { cn } from "@/lib/classes";

import { useProjectEdits } from "./useProjectEdits";

/** The reader's mark on a project; for those without an account there is none. */
export function Star({ project }: { project: Project }) {
  const { t } = useTranslation();
  const { data: session } = useQuery(sessionQuery);
  const { star } = useProjectEdits();
  if (session?.mode !== "server") return null;
  const label = t(project.starred ? "teams.unstarName" : "teams.starName", { name: project.name });
  return (
    <button
      type="button"
      aria-pressed={project.starred}
      aria-label={label}
      title={label}
      onClick={() => star(project, !project.starred)}
      className={cn(buttonClass("quiet", "icon"), "relative")}
    >
      <Icon aria-hidden className={cn(project.starred && "fill-warn text-warn")} />
    </button>
  );
}
