import { useQuery } from "@tanstack/react-query";
import { FolderPlus } from "lucide-react";
import { useMemo, useState } from "react";
import { useTranslation } from "@/i18n";

import { projectsQuery } from "@/api/queries";
import { Dialog } from "@/components/ui/dialog";
import { Choice } from "@/components/ui/field";

import { choices, PROJECT_NAME } from "./choices";
import type { Place } from "./patches";
import { useHomes } from "./useHomes";
import type { Action } from "./usePlacing";

export interface PlaceDialogProps {
  action: Action;
  count: number;
  name: string | undefined;
  from: Place;
  onChoose: (place: Place) => void;
  onClose: () => void;
}

const row =
  "flex min-h-8 w-full items-center gap-2 rounded px-2 text-left hover:bg-accent-soft focus-visible:bg-accent-soft [&_svg]:size-3.5 [&_svg]:shrink-0 [&_svg]:text-ink-2";

/** Asks for the project that runs are copied or moved to: any that one may write to, or a new one. */
export function PlaceDialog({ action, count, name, from, onChoose, onClose }: PlaceDialogProps) {
  const { t } = useTranslation();
  const { data } = useQuery(projectsQuery);
  const [text, setText] = useState("");
  const { homes, chosen, choose: chooseHome } = useHomes(from.workspace);
  const workspace = chosen.name;
  const wanted = text.trim();
  const found = useMemo(
    () => choices(data?.projects ?? [], workspace, wanted, action === "move" ? from : null),
    [data, workspace, wanted, action, from],
  );
  const isHere = (project: string) =>
    action === "move" && workspace === from.workspace && project === from.project;
  const good = PROJECT_NAME.test(wanted);
  const fresh = chosen.creates && !found.exact && good && !isHere(wanted) ? wanted : null;
  const choose = (project: string) => {
    onClose();
    onChoose({ workspace, project });
  };
  const first = found.exact ? wanted : (found.names[0] ?? fresh);
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={t(`place.${action}Title`, { count, name })}
    >
      {homes.length > 1 && (
        <Choice
          label={t("teams.workspace")}
          value={workspace}
          options={homes.map(({ name: one }) => [one, one])}
          onChange={chooseHome}
          className="mb-3"
        />
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (wanted !== "" && first !== null) choose(first);
        }}
      >
        <input
          // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened to write in it
          autoFocus
          value={text}
          maxLength={100}
          aria-label={t("place.project")}
          placeholder={t("place.project")}
          spellCheck={false}
          autoComplete="off"
          onChange={(event) => setText(event.target.value)}
          className="h-8 w-full rounded border border-line-strong bg-panel px-2.5 outline-none placeholder:text-ink-3 focus:border-accent"
        />
      </form>
      <div className="mt-2 max-h-72 overflow-auto empty:hidden">
        {found.names.map((project) => (
          <button key={project} type="button" className={row} onClick={() => choose(project)}>
            <span className="min-w-0 grow truncate">{project}</span>
          </button>
        ))}
        {fresh !== null && (
          <button type="button" className={row} onClick={() => choose(fresh)}>
            <FolderPlus aria-hidden />
            {t("place.make", { name: fresh })}
          </button>
        )}
        {wanted !== "" && fresh === null && found.names.length === 0 && (
          <p className="px-2 py-1 text-small text-warn">
            {t(isHere(wanted) ? "place.isHere" : good ? "place.noneThere" : "place.badName")}
          </p>
        )}
      </div>
      <p className="mt-3 text-small text-ink-2">{t(`place.${action}Text`)}</p>
    </Dialog>
  );
}
